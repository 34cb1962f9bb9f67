"""The register's tables hold every column of its contracts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bangfu.domains.registry import columns
from bangfu.domains.registry.models import Household, Person
from bangfu.standards import datasets

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_columns_are_current() -> None:
    command = [sys.executable, str(ROOT / "scripts/generate_registry_facts.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_household_column_is_stored() -> None:
    stored = {field.name for field in Household._meta.get_fields()}
    elsewhere = {
        *columns.PLACE,  # together as region_code
        *columns.RISK_COLUMNS,  # together as risk_kinds
        "head_id_number",  # with the person
    }
    wanted = {column.name for column in datasets.get(columns.HOUSEHOLD).columns}
    assert wanted - elsewhere - stored == set()


def test_every_member_column_is_stored() -> None:
    stored = {field.name for field in Person._meta.get_fields()}
    elsewhere = {"household_no", "relation", "head_name", "head_id_number"}  # membership
    wanted = {column.name for column in datasets.get(columns.MEMBER).columns}
    assert wanted - elsewhere - stored == set()


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b", "ASVS-14.2.4")
def test_numbers_that_name_or_reach_a_person_are_never_stored_in_clear() -> None:
    clear = [*columns.household_facts(), *columns.person_facts()]
    assert not [fact.name for fact in clear if fact.type in columns.ENCRYPTED_TYPES]
    assert {fact.name for fact in columns.person_sealed()} >= {"phone", "disability_certificate_no"}
    assert {fact.name for fact in columns.household_sealed()} >= {"phone", "account"}


def test_the_three_statuses_are_separate_columns_and_hints_are_not_the_registers() -> None:
    stored = {field.name for field in Household._meta.get_fields()}
    assert {"household_type", "monitored_category", "risk_status"} <= stored
    assert not {"hint", "assessed_level", "handling_status"} & stored


def test_a_contract_column_the_model_lacked_would_be_seen() -> None:
    stored = {field.name for field in Household._meta.get_fields()}
    assert "invented_column" not in stored
