"""Hand-written cases: families that the screening must find, must not find, or cannot decide.

A case (`standards/demo/cases/<rule>.yaml`) says what a family looks like and what each rule it
concerns must answer. It is written from the policy's text, by hand; nothing here knows a rule's
formula. `plant` changes an ordinary family so that it fits the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bangfu.cli.demo.people import Family, FamilyMaker, Member, member_facts
from bangfu.cli.demo.places import Village
from bangfu.kernel.errors import InvalidValue
from bangfu.standards.paths import standards_root

PERIODS = ("2026-08", "2026-09", "2026-10")
COUNTIES = {"云溪县": "990101000000", "石桥县": "990102000000"}
_KEYS = {
    "id", "county", "family", "household", "members", "claims", "school", "housing", "deaths",
    "vehicles", "lists", "authorised", "expect", "hint", "boundary", "why",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One hand-written case.

    `expect` maps rule id → period → "TRUE" | "FALSE" | "UNKNOWN"; `hint` maps period → hint.
    `boundary` lists [threshold name, "+" or "-"]: the case flips when that threshold is raised or
    lowered by one unit.
    """

    id: str
    rule: str
    county: str
    spec: dict[str, Any]
    expect: dict[str, dict[str, str]]
    hint: dict[str, str]
    boundary: tuple[tuple[str, str], ...] = ()


@dataclass
class Planted:
    """What a case puts into the departmental files, keyed by member; `lists` by table."""

    case: Case
    family: Family
    claims: list[dict[str, Any]] = field(default_factory=list)
    school: dict[str, dict[str, Any]] = field(default_factory=dict)
    housing: dict[str, Any] = field(default_factory=dict)
    deaths: list[dict[str, Any]] = field(default_factory=list)
    vehicles: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    authorised: list[dict[str, Any]] = field(default_factory=list)


def load_cases(folder: Path | None = None) -> list[Case]:
    """Read all cases in the order of their files; an unknown key or a repeated id is refused."""
    found: list[Case] = []
    for path in sorted((folder or standards_root() / "demo" / "cases").glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for spec in document["cases"]:
            unknown = set(spec) - _KEYS
            if unknown or spec["id"] in {case.id for case in found}:
                raise InvalidValue("E-DEMO-CASE", file=path.name, case=spec["id"])
            expect = {rule: _by_period(outcome) for rule, outcome in spec["expect"].items()}
            found.append(
                Case(
                    spec["id"],
                    document["rule"],
                    COUNTIES[spec.get("county", "云溪县")],
                    spec,
                    expect,
                    _by_period(spec["hint"]),
                    tuple((name, sign) for name, sign in spec.get("boundary", [])),
                )
            )
    return found


def _by_period(value: Any) -> dict[str, str]:
    """Spread one outcome over all periods, or take the periods that are named."""
    if isinstance(value, dict):
        return {period: _word(value[period]) for period in PERIODS if period in value}
    return dict.fromkeys(PERIODS, _word(value))


def _word(value: Any) -> str:
    # YAML reads a bare TRUE or FALSE as a boolean.
    return str(value).upper() if isinstance(value, bool) else str(value)


def plant(case: Case, maker: FamilyMaker, village: Village) -> Planted:
    """Make a family that fits the case."""
    spec = case.spec
    family = _suitable(maker, village, spec)
    family.case = case.id
    family.facts.update(_facts(spec.get("household", {})))
    # Found before anybody's age is changed: "the child" stays the same child.
    members = {who: member for who in _RELATIONS if (member := _find(family, who))}
    for who, changes in spec.get("members", {}).items():
        _change_member(maker, members[who], dict(changes))

    def rows(key: str, within: dict[str, Any] = spec) -> list[dict[str, Any]]:
        return [dict(row, member=members[row["who"]]) for row in within.get(key, [])]

    told = spec.get("lists", {})
    return Planted(
        case,
        family,
        claims=rows("claims"),
        school={row["member"].id_number: row for row in rows("school")},
        housing=dict(spec.get("housing", {})),
        deaths=rows("deaths"),
        vehicles=rows("vehicles"),
        lists={table: [_facts(row) for row in rows(table, told)] for table in told},
        authorised=rows("authorised"),
    )


def _suitable(maker: FamilyMaker, village: Village, spec: dict[str, Any]) -> Family:
    """Draw families of the case's kind until one has all the members that the case is about."""
    wanted = set(spec.get("members", {}))
    for key in ("claims", "school", "deaths", "vehicles", "authorised"):
        wanted |= {row["who"] for row in spec.get(key, [])}
    wanted |= {row["who"] for rows in spec.get("lists", {}).values() for row in rows}
    while True:
        family = maker.family(village, spec.get("family", "nuclear"))
        has_children = any(member.relation.startswith("之") for member in family.members)
        # A case may make a child of a given age: its parents must have been grown up by then.
        is_grown = not has_children or 36 <= family.head.age() <= 59
        if is_grown and all(_find(family, who) for who in wanted):
            return family


_RELATIONS = {
    "head": ("户主",),
    "spouse": ("配偶",),
    "child": ("之子", "之女"),
    "elder": ("之父", "之母"),
}


def _find(family: Family, who: str) -> Member | None:
    found = [member for member in family.members if member.relation in _RELATIONS[who]]
    return max(found, key=lambda member: member.age(), default=None)


def _change_member(maker: FamilyMaker, member: Member, changes: dict[str, Any]) -> None:
    born = changes.pop("birth_on", None)
    if born is not None:
        member.birth_on = born
        member.id_number = maker.numbers.give(born, member.sex)
        member.facts = member_facts(maker.random, maker.words, member)
    member.facts.update(_facts(changes))


def _facts(changes: dict[str, Any]) -> dict[str, Any]:
    """Turn the text of amounts ("8800.00") into decimals; everything else stays."""
    found: dict[str, Any] = {}
    for key, value in changes.items():
        amount = isinstance(value, str) and value.replace(".", "", 1).isdigit() and "." in value
        found[key] = Decimal(value) if amount else value
    return found


def shuffled(random: Random, villages: tuple[Village, ...]) -> list[Village]:
    """Return the villages in a drawn order, so that cases spread over all towns."""
    return random.sample(list(villages), len(villages))


def due_date(value: Any) -> date:
    """Return a YAML date as a date."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
