"""The table of roles is refused when an administrator's power overlaps another's."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from bangfu.foundation.access import roles
from bangfu.foundation.access.roles import read_table
from bangfu.foundation.accounts.domain import (
    Colleague,
    PostKind,
    Terms,
    check_four_eyes,
    check_small_county,
    check_terms,
)
from bangfu.kernel.errors import BangfuError, InvalidValue
from bangfu.standards.paths import standards_root
from tests.cast import SINCE

LONGEST = {PostKind.TEMPORARY: 10, PostKind.DEPUTY: 5}


@pytest.fixture
def table() -> dict[str, Any]:
    text = (standards_root() / "roles.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(text))


@pytest.mark.evidence("T10")
@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("SYSTEM_ADMINISTRATOR", "ACCOUNTS_GRANT"),
        ("SECURITY_ADMINISTRATOR", "ACCOUNTS_MANAGE"),
        ("SECURITY_ADMINISTRATOR", "AUDIT_READ"),
        ("AUDIT_ADMINISTRATOR", "ACCOUNTS_GRANT"),
        ("SYSTEM_ADMINISTRATOR", "REGISTRY_READ"),
        ("AUDIT_ADMINISTRATOR", "HINT_READ"),
        ("SECURITY_ADMINISTRATOR", "EXPORT_APPROVE"),
        ("COUNTY_OFFICER", "ACCOUNTS_MANAGE"),
        ("PAIRED_CADRE", "AUDIT_EXPORT"),
        ("AUDITOR", "ACCOUNTS_GRANT"),
    ],
)
def test_a_power_that_is_not_its_own_makes_the_table_be_refused(
    table: dict[str, Any], role: str, permission: str
) -> None:
    table["roles"][role]["permissions"].append(permission)
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(table)


@pytest.mark.parametrize("role", ["SYSTEM_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"])
def test_a_table_without_one_of_the_three_is_refused(table: dict[str, Any], role: str) -> None:
    del table["roles"][role]
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(table)


def test_an_administrator_keeps_the_duty_that_is_his(table: dict[str, Any]) -> None:
    table["roles"]["SYSTEM_ADMINISTRATOR"]["duty"] = "BUSINESS"
    with pytest.raises(InvalidValue, match="E-ACCESS-DUTY"):
        read_table(table)


def test_the_table_has_a_role_for_each_kind_of_holder_and_the_three_share_nothing() -> None:
    codes = {role.code for role in roles.list_roles()}
    assert codes >= {
        "NATION_OFFICER", "PROVINCE_OFFICER", "PREFECTURE_OFFICER", "COUNTY_OFFICER",
        "TOWNSHIP_OFFICER", "VILLAGE_OFFICER", "DEPARTMENT_USER", "PAIRED_CADRE",
        "RESIDENT_TEAM", "GRID_WORKER", "HOUSEHOLD", "PARTNER", "AUDITOR",
    }  # fmt: skip
    system, security, audit = (roles.permissions(code) for code in roles.ADMINISTRATORS)
    assert system & security == security & audit == system & audit == frozenset()
    assert {one.code for one in roles.list_permissions() if "_" not in one.code} <= {
        "EXPORT",
        "RECONCILE",
    }


def refusal(**changes: Any) -> str:
    terms = Terms(SINCE, **changes)
    try:
        check_terms(terms, is_administrator=bool(changes.get("office")), longest=LONGEST)
    except BangfuError as error:
        return error.code
    return ""


@pytest.mark.evidence("F60")
def test_a_temporary_post_has_a_last_day_within_its_longest_term() -> None:
    def until(day: int) -> Any:
        return SINCE.replace(day=day)

    assert refusal() == ""
    assert refusal(kind=PostKind.TEMPORARY) == "E-ACCOUNT-TERM"
    assert refusal(kind=PostKind.TEMPORARY, valid_to=until(10)) == ""
    assert refusal(kind=PostKind.TEMPORARY, valid_to=until(11)) == "E-ACCOUNT-TERM"
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(5)) == "E-ACCOUNT-DEPUTY"
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(5), office="农业农村局") == ""
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(6), office="农业农村局") == "E-ACCOUNT-TERM"


@pytest.mark.parametrize(
    ("small", "role", "kind", "office", "expected"),
    [
        (False, "AUDIT_ADMINISTRATOR", "REGULAR", "农业农村局", ""),
        (True, "AUDIT_ADMINISTRATOR", "REGULAR", "农业农村局", "E-ACCOUNT-AUDIT-OFFICE"),
        (True, "AUDIT_ADMINISTRATOR", "REGULAR", "审计局", ""),
        (True, "SYSTEM_ADMINISTRATOR", "REGULAR", "农业农村局", ""),
        (True, "SYSTEM_ADMINISTRATOR", "REGULAR", "县委办", "E-ACCOUNT-AUDIT-OFFICE"),
        (True, "SYSTEM_ADMINISTRATOR", "DEPUTY", "农业农村局", ""),
        (False, "SYSTEM_ADMINISTRATOR", "DEPUTY", "农业农村局", "E-ACCOUNT-DEPUTY-SIZE"),
    ],
)
def test_a_small_county_may_use_deputies_and_audits_from_another_office(
    small: bool, role: str, kind: str, office: str, expected: str
) -> None:
    colleagues = [
        Colleague("SECURITY_ADMINISTRATOR", "农业农村局"),
        Colleague("AUDIT_ADMINISTRATOR", "县委办"),
    ]
    terms = Terms(SINCE, SINCE.replace(day=5), PostKind(kind), office)
    try:
        check_small_county(role, terms, colleagues, small)
        found = ""
    except BangfuError as error:
        found = error.code
    assert found == expected


def test_no_person_stands_on_both_sides_of_a_grant() -> None:
    check_four_eyes(holder="c", proposer="a", decider="b")
    for sides, code in (
        ({"holder": "a", "proposer": "a", "decider": "b"}, "E-ACCOUNT-OWN-GRANT"),
        ({"holder": "b", "proposer": "a", "decider": "b"}, "E-ACCOUNT-OWN-GRANT"),
        ({"holder": "c", "proposer": "a", "decider": "a"}, "E-ACCOUNT-SECOND-PERSON"),
    ):
        with pytest.raises(BangfuError, match=code):
            check_four_eyes(**sides)
