"""Rules decided only where a feed has rows are true for the same units as decided for everybody."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bangfu.engine import packs
from bangfu.engine.backends.duckdb import connect, run_pieces
from bangfu.engine.packs import Pack
from bangfu.engine.rules.compiler import Compiler
from bangfu.engine.rules.driven import group_rules
from bangfu.engine.rules.execute import compile_rules
from bangfu.engine.rules.layout import TRUE, state
from bangfu.engine.rules.nodes import Threshold
from bangfu.engine.runs.lake import find_inputs
from bangfu.engine.synthetic import generate_lake
from bangfu.kernel.period import Period
from bangfu.standards.paths import packs_root
from tests.engine_kit import make_rule

PERIOD = Period("2026-08")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load(packs_root() / "national")


def decide(connection: duckdb.DuckDBPyConnection, compiler: Compiler) -> set[tuple[str, str]]:
    run_pieces(connection, compiler.pieces())
    found: set[tuple[str, str]] = set()
    for rule in compiler.rules:
        relation = compiler.result_of[rule.id]
        key = "pid" if rule.unit == "person" else "hid"
        query = f'SELECT {key} FROM "{relation}" WHERE "{state(rule)}" = {TRUE}'
        found |= {(rule.id, str(unit)) for (unit,) in connection.execute(query).fetchall()}
    return found


def test_driven_rules_are_true_for_the_same_units(pack: Pack, tmp_path: Path) -> None:
    generate_lake(tmp_path / "lake", 6000)
    inputs = find_inputs(tmp_path / "lake", pack.catalog, PERIOD)
    found = []
    for complete in (True, False):
        compiler = compile_rules(
            pack.rules_on(PERIOD.last_day), pack.catalog, PERIOD,
            pack.thresholds.tables(PERIOD.last_day), complete=complete,
        )  # fmt: skip
        with connect(threads=1) as connection:
            inputs.open(connection, inputs.parts(None)[0], compiler.relations.feeds)
            found.append(decide(connection, compiler))
            assert bool(compiler.driven) is not complete
    assert found[0] == found[1]
    assert len({rule for rule, _ in found[0]}) > 20


@pytest.mark.parametrize(
    ("when", "driver"),
    [
        ("any_in(full, full.open)", "full"),
        ("NOT in_feed(full)", None),
        ("household.safe AND in_feed(full)", "full"),
        ("household.safe OR in_feed(full)", None),
        ("in_feed(full) OR any_in(full, full.open)", "full"),
        ("max_in(full, full.amount) < 3", "full"),
        ("NOT (max_in(full, full.amount) < 3)", "full"),
        ("coalesce(max_in(full, full.amount), 0) < 3", None),
        ("missing(household.income) AND max_in(full, full.grade) IN ('A')", "full"),
        ("sum_in(full, full.amount) > 0", "full"),
        ("sum_in(full, full.amount) >= 0", None),
        ("sum_in(full, full.amount) / 3 >= 5", "full"),
        ("sum_in(full, full.amount) > -1", None),
        ("sum_in(full, full.amount) < 5", None),
        ("count_in(full) >= threshold('line')", "full"),
        ("NOT (count_in(full) >= 1)", None),
    ],
)
def test_only_what_needs_a_row_is_driven(when: str, driver: str | None) -> None:
    rule = make_rule(when.replace("threshold('line')", "1"))

    def values_of(_node: Threshold) -> list[int]:
        return [1]

    groups = group_rules([rule], values_of, complete=False)  # type: ignore[arg-type]
    assert [group.driver for group in groups if group.layout.rules] == [driver]
