"""What the tests of the engine share: a small catalog, and rules decided by both evaluators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.contracts.tables import Catalog, Table, make_column
from bangfu.engine.contracts.types import Kind, Type, number
from bangfu.engine.packs.cases import sources
from bangfu.engine.rules.decide import evaluate
from bangfu.engine.rules.execute import compile_rules, decide_in_duckdb
from bangfu.engine.rules.layout import outcome, reason
from bangfu.engine.rules.lowering import DuckDbLowering
from bangfu.engine.rules.parser import parse
from bangfu.engine.rules.reference import Household, Value, World, kleene_any
from bangfu.engine.rules.rule import Rule, Source, Text
from bangfu.kernel.period import Period

PERIOD = Period("2026-10")
REGION = "990101100001"

_HOUSEHOLD = Table(
    "household",
    (
        make_column("household_id", "text"),
        make_column("household_no", "text"),
        make_column("region_code", "region"),
        make_column("as_of", "date"),
        make_column("kind", "code", code_list="kind"),
        make_column("tags", "codes", code_list="tag"),
        make_column("size", "integer", unit="person"),
        make_column("income", "money"),
        make_column("spent", "money"),
        make_column("ratio", "decimal"),
        make_column("safe", "boolean"),
        make_column("seen_on", "date"),
        make_column("note", "text"),
    ),
)
_PERSON = Table(
    "person",
    (
        make_column("person_id", "text"),
        make_column("person_token", "text"),
        make_column("household_id", "text"),
        make_column("region_code", "region"),
        make_column("as_of", "date"),
        make_column("role", "code", code_list="role"),
        make_column("birth_on", "date"),
        make_column("wage", "money"),
        make_column("months", "integer", unit="month"),
        make_column("insured", "boolean"),
        make_column("code", "text"),
    ),
)


def _feed(name: str, basis: str, coverage: str) -> Table:
    return Table(
        name,
        (
            make_column("grade", "code", code_list="grade"),
            make_column("amount", "money"),
            make_column("on_day", "date"),
            make_column("open", "boolean"),
            make_column("month", "month"),
        ),
        dataset=f"test/{name}",
        basis=basis,
        coverage=coverage,
        is_feed=True,
    )


def _labels(*codes: str) -> dict[str, tuple[str, str]]:
    return {code: (code, code) for code in codes}


CATALOG = Catalog(
    {
        "household": _HOUSEHOLD,
        "person": _PERSON,
        "full": _feed("full", "RISK", "FULL"),
        "listed": _feed("listed", "RISK", "THRESHOLD_LIST"),
        "changes": _feed("changes", "RISK", "CHANGES"),
        "asset": _feed("asset", "ASSET", "FULL"),
    },
    {
        "kind": _labels("X", "Y", "Z"),
        "tag": _labels("P", "Q"),
        "role": _labels("HEAD", "CHILD"),
        "grade": _labels("A", "B", "C", "D"),
    },
)
THRESHOLDS: dict[str, tuple[Type, list[tuple[str, Decimal | None]]]] = {
    "line": (number("yuan"), [("990102", Decimal("7000")), ("", Decimal("8800"))]),
    "only_here": (number("yuan"), [("990102", Decimal("1"))]),
    "age_line": (number("year"), [("", Decimal("16"))]),
}


def make_rule(
    when: str,
    *,
    unit: str = "household",
    applies: str | None = None,
    values: Mapping[str, str] | None = None,
    rule_id: str = "probe",
) -> Rule:
    """Make a rule of the small catalog out of formula text."""

    def read(text: str, want: Any) -> Any:
        types = {name: found[0] for name, found in THRESHOLDS.items()}
        return parse(text, columns=CATALOG, unit=unit, thresholds=types, want=want)

    boolean = Kind.BOOLEAN
    return Rule(
        id=rule_id,
        kind="ALERT",
        unit=unit,
        title=Text("探", "probe"),
        source=Source("test", "unverified"),
        when=read(when, boolean),
        applies=None if applies is None else read(applies, boolean),
        hint="attention",
        reason=Text("是", "yes"),
        valid_from=date(2000, 1, 1),
        values={name: read(text, None) for name, text in (values or {}).items()},
    )


def world() -> World:
    """The month and the thresholds of the spec tests."""

    def threshold(name: str, region: str) -> Decimal | None:
        for prefix, value in THRESHOLDS[name][1]:
            if region.startswith(prefix):
                return value
        return None

    return World(PERIOD, CATALOG, threshold)


def home(
    household: Mapping[str, Any] | None = None,
    members: Sequence[Mapping[str, Any]] = ({},),
    *,
    feeds: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    gaps: Mapping[str, int] | None = None,
    authorised: Sequence[int] = (),
    key: str = "h1",
) -> Household:
    """Make a household; feed rows name their member by `person` (1 is the first)."""
    base = {"household_id": key, "household_no": key, "region_code": REGION}
    people = [
        {
            "person_id": f"{key}-{index}",
            "person_token": f"{key}-t{index}",
            "household_id": key,
            "region_code": REGION,
            **member,
        }
        for index, member in enumerate(members, start=1)
    ]
    rows = {
        table: [
            {
                **{name: value for name, value in row.items() if name != "person"},
                "person_token": people[row.get("person", 1) - 1]["person_token"],
                "batch_id": "case",
            }
            for row in found
        ]
        for table, found in (feeds or {}).items()
    }
    live = {name: 0 for name in CATALOG.tables if CATALOG.is_feed(name)}
    tokens = frozenset(str(people[index - 1]["person_token"]) for index in authorised)
    return Household({**base, **(household or {})}, people, rows, {**live, **(gaps or {})}, tokens)


def say(value: Value) -> str:
    """TRUE, FALSE or the name of the reason."""
    return NAMES[value.reason] if value.is_unknown else str(bool(value.value)).upper()


def by_reference(rule: Rule, household: Household) -> str:
    """The outcome of a rule by the reference evaluator."""
    result = evaluate(rule, household, world())
    return result.reason or result.outcome.value


def by_duckdb(
    rules: Sequence[Rule],
    households: Sequence[Household],
    lowering: type[DuckDbLowering] = DuckDbLowering,
) -> dict[tuple[str, str], str]:
    """(rule, household) → outcome by the compiled SQL."""
    tables = {name: found[1] for name, found in THRESHOLDS.items()}
    compiler = compile_rules(rules, CATALOG, PERIOD, tables, lowering)
    with connect(threads=1) as connection:
        results = decide_in_duckdb(connection, compiler, sources(list(households), CATALOG))
    found: dict[tuple[str, str], list[Value]] = {}
    for rule in rules:
        table = results[0] if rule.unit == "household" else results[1]
        columns = ("household_id", outcome(rule), reason(rule))
        for key, truth, why in zip(*(table.column(c).to_pylist() for c in columns), strict=True):
            found.setdefault((rule.id, key), []).append(Value(truth, why or 0))
    return {
        (rule.id, str(h.household["household_id"])): say(
            kleene_any(found.get((rule.id, str(h.household["household_id"])), []))
        )
        for rule in rules
        for h in households
    }


def both(rule: Rule, household: Household) -> tuple[str, str]:
    """The outcome by the reference and by DuckDB."""
    return by_reference(rule, household), by_duckdb([rule], [household])[
        rule.id, str(household.household["household_id"])
    ]


Rows = list[tuple[str, str]]


def check_table(rows: Rows, household: Household, unit: str = "household") -> None:
    """Decide all formulas on one household, by both evaluators, against the expected column."""
    rules = [
        make_rule(text, unit=unit, rule_id=f"r{index}") for index, (text, _) in enumerate(rows)
    ]
    compiled = by_duckdb(rules, [household])
    for rule, (text, expected) in zip(rules, rows, strict=True):
        assert by_reference(rule, household) == expected, f"reference: {text}"
        assert compiled[rule.id, "h1"] == expected, f"duckdb: {text}"
