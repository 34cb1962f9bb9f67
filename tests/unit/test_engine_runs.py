"""A run is whole or not there, repeats itself, and explains each household as the rules would."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bangfu.engine import packs, runs
from bangfu.engine.comparison.coverage import Delivery, FeedState, judge, judge_all, read_coverage
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.engine.contracts.tables import Table
from bangfu.engine.contracts.writer import write_table
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs import Pack
from bangfu.engine.rules import execute
from bangfu.engine.rules.decide import evaluate
from bangfu.engine.rules.reference import Household, World
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.standards.paths import packs_root
from bench.engine_inputs import write_inputs

PERIOD = "2026-10"
HOUSEHOLDS = 600


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load(packs_root() / "national")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_inputs(tmp_path_factory.mktemp("in"), households=HOUSEHOLDS)


@pytest.fixture(scope="module")
def out(pack: Pack, inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "out"
    runs.run(pack, inputs, folder, PERIOD)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_same_inputs_give_the_same_result_with_any_number_of_threads(
    pack: Pack, inputs: Path, out: Path, tmp_path: Path
) -> None:
    again = runs.run(pack, inputs, tmp_path / "again", PERIOD, threads=1)
    assert again == runs.read_manifest(out)
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (
        out / "manifest.json"
    ).read_bytes()


def test_another_input_gives_another_result(pack: Pack, tmp_path: Path, out: Path) -> None:
    other = write_inputs(tmp_path / "in", households=HOUSEHOLDS - 1)
    found = runs.run(pack, other, tmp_path / "out", PERIOD)
    assert found.result_hash != runs.read_manifest(out).result_hash
    assert found.inputs_hash != runs.read_manifest(out).inputs_hash


def test_every_household_has_one_hint_and_the_counts_add_up(out: Path) -> None:
    manifest = runs.read_manifest(out)
    hints = pq.read_table(out / "hints.parquet").to_pylist()
    assert (
        len({row["household_id"] for row in hints})
        == len(hints)
        == manifest.households
        == HOUSEHOLDS
    )
    assert sum(manifest.hints.values()) == HOUSEHOLDS
    assert manifest.hints["none"] == sum(row["reason_zh"] is None for row in hints)


def test_f64_a_cancelled_run_leaves_the_old_result_untouched(
    pack: Pack, inputs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    runs.run(pack, inputs, folder, PERIOD)
    before = content(folder)
    seen: list[str] = []

    def progress(done: int, total: int, step: str) -> None:
        assert 0 < done <= total
        seen.append(step)

    with pytest.raises(RunRefused) as refused:
        runs.run(pack, inputs, folder, "2026-09", progress, lambda: "findings" in seen)
    assert refused.value.code == "E-RUN-CANCELLED"
    assert content(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_f64_what_a_killed_run_left_behind_does_not_disturb_the_next(
    pack: Pack, inputs: Path, out: Path, tmp_path: Path
) -> None:
    half = tmp_path / ".out.part"
    half.mkdir()
    (half / "hints.parquet").write_bytes(b"half of it")
    found = runs.run(pack, inputs, tmp_path / "out", PERIOD)
    assert found.result_hash == runs.read_manifest(out).result_hash
    assert not half.exists()


def test_an_input_that_breaks_its_contract_is_refused(
    pack: Pack, inputs: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(inputs, tmp_path / "in")
    table = pq.read_table(folder / "household.parquet").drop_columns(["net_income"])
    pq.write_table(table, folder / "household.parquet")
    with pytest.raises(RunRefused) as refused:
        runs.run(pack, folder, tmp_path / "out", PERIOD)
    assert refused.value.params == {"file": "household.parquet", "column": "net_income"}
    assert not (tmp_path / "out").exists()


def test_a_county_without_households_is_refused(pack: Pack, tmp_path: Path) -> None:
    empty = write_inputs(tmp_path / "in", households=0)
    with pytest.raises(RunRefused) as refused:
        runs.run(pack, empty, tmp_path / "out", PERIOD)
    assert refused.value.code == "E-RUN-EMPTY"


def by_id(path: Path, key: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in pq.read_table(path).to_pylist():
        found.setdefault(str(row[key]), []).append(row)
    return found


def test_explanations_say_what_the_reference_evaluator_says(
    pack: Pack, inputs: Path, out: Path
) -> None:
    """The clause trees out of the evidence equal those of the reference, for 60 households."""
    day = Period(PERIOD).last_day

    def threshold(name: str, region: str) -> Decimal | None:
        found = pack.thresholds.find(name, region, day)
        return found.value if found else None

    world = World(Period(PERIOD), pack.catalog, threshold)
    members = by_id(inputs / "person.parquet", "household_id")
    feeds = {p.stem: by_id(p, "person_token") for p in (inputs / "feeds").iterdir()}
    signed = frozenset(by_id(inputs / "authorization.parquet", "person_token"))
    deliveries = read_coverage(inputs / "coverage.json")
    states = judge_all(
        pack.catalog, sorted({d.county for d in deliveries}), deliveries, world.period
    )
    gaps = {state.table: state.gap for state in states}
    households = pq.read_table(inputs / "household.parquet").to_pylist()[::10]
    for facts in households:
        people = members[facts["household_id"]]
        rows = {
            table: [row for person in people for row in found.get(person["person_token"], [])]
            for table, found in feeds.items()
        }
        home = Household(facts, people, rows, gaps, signed)
        told = runs.explain(out, pack, facts["household_id"], all=True)
        by_rule = {entry["rule_id"]: entry for entry in told["rules"]}
        for rule in pack.rules:
            result = evaluate(rule, home, world)
            entry = by_rule[rule.id]
            assert entry["outcome"] == result.outcome.value
            assert entry["unknown_reason"] == result.reason
            units = [unit for unit in result.units if unit.outcome is result.outcome]
            expected = [
                (unit.person_id, (clause.outcome.not_() if negated else clause.outcome).value)
                for unit in units
                for clause, (_, negated) in zip(unit.clauses, rule.signed_clauses, strict=True)
            ]
            assert [(c["person_id"], c["outcome"]) for c in entry["clauses"]] == expected


def test_an_explanation_carries_numbers_sources_and_dates(pack: Pack, out: Path) -> None:
    hints = pq.read_table(out / "hints.parquet").to_pylist()
    urgent = next(row for row in hints if "income_below_line" in row["rule_ids"])
    told = runs.explain(out, pack, urgent["household_id"])
    rule = next(entry for entry in told["rules"] if entry["rule_id"] == "income_below_line")
    clause = rule["clauses"][0]
    assert clause["text_zh"] == "人均筛查收入 低于 收入监测线（人均）"
    assert (clause["threshold"], clause["threshold_zh"]) == ("8800", "8,800")
    assert Decimal(clause["value"]) < 8800
    assert clause["unit_zh"] == "元/人"
    assert clause["dataset"] == "registry/household"
    assert clause["as_of"] == "2026-09-30"
    assert rule["source"]["status"] == "unverified"
    assert urgent["reason_zh"] in {entry["reason_zh"] for entry in told["rules"]}
    assert {entry["outcome"] for entry in told["rules"]} <= {"TRUE", "UNKNOWN"}


def test_an_unknown_household_cannot_be_explained(pack: Pack, out: Path) -> None:
    with pytest.raises(NotFound) as refused:
        runs.explain(out, pack, "nobody")
    assert refused.value.code == "E-RUN-HOUSEHOLD"


def test_a_run_is_not_explained_with_another_pack(pack: Pack, out: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(packs_root() / "national", tmp_path / "national")
    path = folder / "thresholds" / "medical_urgent.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("50000", "60000"), encoding="utf-8")
    household = pq.read_table(out / "hints.parquet").to_pylist()[0]["household_id"]
    with pytest.raises(RunRefused) as refused:
        runs.explain(out, packs.load(folder), household)
    assert refused.value.code == "E-RUN-PACK"


def test_evidence_of_an_older_format_is_refused_and_not_misread(
    pack: Pack, out: Path, tmp_path: Path
) -> None:
    older = shutil.copytree(out, tmp_path / "older")
    manifest = json.loads((older / "manifest.json").read_text(encoding="utf-8"))
    (older / "manifest.json").write_text(json.dumps({**manifest, "format": 1}), encoding="utf-8")
    household = pq.read_table(out / "hints.parquet").to_pylist()[0]["household_id"]
    with pytest.raises(RunRefused) as refused:
        runs.explain(older, pack, household)
    assert refused.value.code == "E-RUN-FORMAT"


def test_the_difference_names_new_changed_and_gone(
    pack: Pack, inputs: Path, out: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(inputs, tmp_path / "in")
    table = pq.read_table(folder / "household.parquet")
    rows = table.to_pylist()
    hint = {r["household_id"]: r["hint"] for r in pq.read_table(out / "hints.parquet").to_pylist()}
    calm = next(row for row in rows if hint[row["household_id"]] == "none")
    wet = next(row for row in rows if row["water_safe"] is False)
    calm["water_safe"], wet["water_safe"] = False, True
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), folder / "household.parquet")
    runs.run(pack, folder, tmp_path / "out", PERIOD)
    found = runs.difference(out, tmp_path / "out")
    assert found.new == (calm["household_id"],)
    assert found.gone + found.changed == (wet["household_id"],)
    assert runs.difference(None, out).new == tuple(
        sorted(key for key, said in hint.items() if said != "none")
    )


def delivered(*months: str, county: str = "990101") -> list[Delivery]:
    return [
        Delivery("d", county, Period(month), f"b{month}", date(2026, 1, 31)) for month in months
    ]


def state(coverage: str, valid: int, months: list[str], now: str, silent: str = "") -> FeedState:
    table = Table(
        "t",
        (),
        dataset="d",
        coverage=coverage,
        valid_months=valid,
        is_feed=True,
        silent=(silent,) if silent else (),
    )
    return judge(table, "990101", delivered(*months), Period(now))


@pytest.mark.parametrize(
    ("coverage", "valid", "months", "now", "gap", "batches"),
    [
        ("FULL", 6, ["2026-03"], "2026-08", 0, ("b2026-03",)),
        ("FULL", 6, ["2026-03"], "2026-09", 3, ()),
        ("FULL", 6, ["2026-03", "2026-09"], "2026-10", 0, ("b2026-09",)),
        ("FULL", 6, [], "2026-10", 1, ()),
        ("FULL", 6, ["2026-11"], "2026-10", 1, ()),
        ("THRESHOLD_LIST", 2, ["2026-09"], "2026-10", 0, ("b2026-09",)),
        ("THRESHOLD_LIST", 1, ["2026-09"], "2026-10", 3, ()),
        ("CHANGES", 12, ["2026-09", "2026-10"], "2026-10", 0, ("b2026-09", "b2026-10")),
        ("CHANGES", 12, ["2026-09"], "2026-10", 3, ("b2026-09",)),
        ("CHANGES", 12, ["2026-08", "2026-10"], "2026-10", 1, ("b2026-08", "b2026-10")),
        ("CHANGES", 2, ["2026-08", "2026-09", "2026-10"], "2026-10", 0, ("b2026-09", "b2026-10")),
    ],
)
def test_a_feed_is_live_by_its_period_and_its_validity(
    coverage: str, valid: int, months: list[str], now: str, gap: int, batches: tuple[str, ...]
) -> None:
    found = state(coverage, valid, months, now)
    assert (found.gap, found.batches) == (gap, batches)


def test_a_feed_is_silent_in_its_season_over_the_new_year() -> None:
    said = {
        now: state("FULL", 12, ["2026-01"], now, "09-01/02-28").gap
        for now in ("2026-08", "2026-09", "2026-12")
    }
    assert said == {"2026-08": 0, "2026-09": 4, "2026-12": 4}
    assert state("FULL", 12, ["2027-12"], "2028-02", "09-01/02-28").gap == 4


def test_another_countys_delivery_says_nothing_here() -> None:
    table = Table("t", (), dataset="d", coverage="FULL", valid_months=6, is_feed=True)
    found = judge(table, "990101", delivered("2026-10", county="990102"), Period(PERIOD))
    assert found.gap == 1


def test_a_broken_manifest_of_coverage_is_refused(pack: Pack, inputs: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(inputs, tmp_path / "in")
    (folder / "coverage.json").write_text(json.dumps([{"dataset": "x"}]), encoding="utf-8")
    with pytest.raises(RunRefused) as refused:
        runs.run(pack, folder, tmp_path / "out", PERIOD)
    assert refused.value.code == "E-RUN-COVERAGE"


def test_the_writer_refuses_a_row_that_breaks_the_promise(tmp_path: Path) -> None:
    table = default_catalog().tables["person"]
    good: list[Any] = [None] * len(table.columns)
    names = [column.name for column in table.columns]
    for name in ("person_id", "household_id", "region_code"):
        good[names.index(name)] = "x"
    assert write_table(tmp_path / "person.parquet", table, [good]) == 1
    bad = list(good)
    bad[names.index("birth_on")] = "2026-02-30"
    with pytest.raises(RunRefused) as refused:
        write_table(tmp_path / "bad.parquet", table, [good, bad])
    assert refused.value.params["column"] == "birth_on"
    missing = list(good)
    missing[names.index("household_id")] = None
    with pytest.raises(RunRefused) as refused:
        write_table(tmp_path / "bad.parquet", table, [good, missing])
    assert (refused.value.params["column"], refused.value.params["row"]) == ("household_id", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["person.parquet"]


def test_the_manifest_counts_what_is_open_of_every_rule_as_the_rules_themselves_say(
    pack: Pack, inputs: Path, out: Path
) -> None:
    manifest = runs.read_manifest(out)
    rules = pack.rules_on(Period.parse(PERIOD).last_day)
    everybody = [rule.id for rule in rules if rule.id not in manifest.named_by]
    alerts = {rule.id for rule in rules if rule.kind not in ("GUARANTEE", "INCOME")}
    assert alerts & set(everybody)
    assert set(manifest.named_by) <= alerts
    assert set(manifest.named_by.values()) <= set(pack.catalog.tables)
    ids = pq.read_table(out / "hints.parquet", columns=["household_id"]).column(0).to_pylist()
    counted: dict[str, dict[str, int]] = {rule: {} for rule in everybody}
    for household in ids[::6]:
        for told in runs.explain(out, pack, household)["rules"]:
            if told["rule_id"] in counted and told["outcome"] != "FALSE":
                counts = counted[told["rule_id"]]
                counts[told["outcome"]] = counts.get(told["outcome"], 0) + 1
    for rule in everybody:
        for outcome, count in counted[rule].items():
            assert count <= manifest.findings[rule].get(outcome, 0)
        assert sum(manifest.findings[rule].values()) <= manifest.households
    # Where a county lacks a feed, a rule over it is open for all of the county.
    assert any("UNKNOWN" in manifest.findings[rule] for rule in alerts)


def test_a_pack_is_compiled_once_a_month_and_anew_when_it_is_another_pack(
    pack: Pack, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = runs.run(pack, inputs, tmp_path / "first", PERIOD)
    compiled: list[int] = []

    def compile_rules(rules: Any, *args: Any, **kwargs: Any) -> Any:
        compiled.append(len(rules))
        return execute.compile_rules(rules, *args, **kwargs)

    # The package gives the module's name to its function.
    monkeypatch.setattr(import_module("bangfu.engine.runs.run"), "compile_rules", compile_rules)
    assert runs.run(pack, inputs, tmp_path / "second", PERIOD) == first
    assert compiled == []
    fewer = replace(pack, rules=tuple(r for r in pack.rules if r.id == "water_unsafe"))
    assert set(runs.run(fewer, inputs, tmp_path / "third", PERIOD).findings) == {"water_unsafe"}
    assert compiled == [1]
