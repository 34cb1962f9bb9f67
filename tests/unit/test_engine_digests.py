"""The digest of a hit's facts: the same for the same facts, another when one of them changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bangfu.engine import packs, runs
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs import Pack
from bangfu.engine.runs.digests import fact_digests
from bangfu.standards import codelists
from bangfu.standards.paths import packs_root
from bench.engine_inputs import write_inputs

PERIOD = "2026-10"
RULES = ("water_unsafe", "medical_ordinary", "income_below_line")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load(packs_root() / "national")


@pytest.fixture(scope="module")
def out(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("digests")
    runs.run(pack, write_inputs(home / "in", households=400), home / "out", PERIOD)
    return home / "out"


def found(out: Path, pack: Pack) -> dict[tuple[str, str], str]:
    return {(home, rule): digest for home, rule, digest in fact_digests(out, pack, RULES)}


def copied(out: Path, target: Path) -> Path:
    shutil.copytree(out, target)
    return target


def change(path: Path, column: str, add: int, household: int) -> None:
    """Add to a number of one household's rows in an evidence file."""
    table = pq.read_table(path)
    place = table.schema.get_field_index(column)
    here = pc.equal(table.column("hid"), household)
    added = pc.add(table.column(column), pa.scalar(add, pa.int32()))
    value = pc.if_else(here, pc.cast(added, table.schema.types[place], safe=False), table[column])
    pq.write_table(table.set_column(place, table.schema.field(place), value), path)


def test_every_hit_of_the_rules_has_one_digest(out: Path, pack: Pack) -> None:
    rows = pq.read_table(out / "findings.parquet").to_pylist()
    hits = {
        (row["household_id"], row["rule_id"])
        for row in rows
        if row["rule_id"] in RULES and row["outcome"] == "TRUE"
    }
    digests = found(out, pack)
    assert digests.keys() == hits
    assert {rule for _, rule in hits} == set(RULES)
    assert all(len(digest) == 64 for digest in digests.values())


def test_a_second_run_of_the_same_facts_gives_the_same_digests(
    out: Path, pack: Pack, tmp_path: Path
) -> None:
    runs.run(pack, write_inputs(tmp_path / "in", households=400), tmp_path / "out", PERIOD)
    assert found(tmp_path / "out", pack) == found(out, pack)


def test_a_claim_that_grows_changes_the_digest_of_its_household_and_rule_alone(
    out: Path, pack: Pack, tmp_path: Path
) -> None:
    before = found(out, pack)
    other = copied(out, tmp_path / "out")
    evidence = other / "evidence"
    hids = {
        row["household_id"]: row["hid"]
        for row in pq.read_table(evidence / "household.parquet").to_pylist()
    }
    home = next(home for home, rule in before if rule == "medical_ordinary")
    column = "medical_claim__self_paid_year"
    change(evidence / "feed_medical_claim.parquet", column, 1, hids[home])
    after = found(other, pack)
    assert {key for key in before if before[key] != after[key]} == {(home, "medical_ordinary")}


def test_the_numbers_that_a_run_gives_to_people_are_no_facts(
    out: Path, pack: Pack, tmp_path: Path
) -> None:
    other = copied(out, tmp_path / "out")
    for path in (other / "evidence").glob("*.parquet"):
        table = pq.read_table(path)
        for name in {"hid", "pid"} & set(table.column_names):
            place = table.schema.get_field_index(name)
            moved = pc.cast(pc.add(table[name], 7), table.schema.types[place])
            table = table.set_column(place, table.schema.field(place), moved)
        pq.write_table(table, path)
    assert found(other, pack) == found(out, pack)


def test_another_pack_than_the_runs_is_refused(out: Path, pack: Pack, tmp_path: Path) -> None:
    other = copied(out, tmp_path / "out")
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(pack.hash, "0" * 64), "utf-8")
    with pytest.raises(RunRefused, match="E-RUN-PACK"):
        list(fact_digests(other, pack, RULES))


def test_every_rule_of_the_national_pack_that_hints_names_its_matter(pack: Pack) -> None:
    named = {rule.risk for rule in pack.rules if rule.hint != "none"}
    assert named <= codelists.get("matter").codes
    assert {rule.id for rule in pack.rules if rule.hint != "none" and rule.risk == "OTHER"} == {
        "power_disconnected"
    }


def test_the_matters_hold_all_risks_of_the_national_system() -> None:
    assert codelists.get("risk_kind").codes <= codelists.get("matter").codes
