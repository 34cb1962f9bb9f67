"""`bangfu household`: one household, what is known of it and why it has its hint."""

from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from bangfu.cli.households import region_of
from bangfu.cli.output import emit, language, setup_django
from bangfu.cli.registry_words import word
from bangfu.kernel.region import RegionCode

if TYPE_CHECKING:
    from bangfu.domains.registry.records import FactValue, HouseholdRecord, MemberRecord

_ELSEWHERE = {"explain": "bangfu.cli.household_explain"}


class _Group(click.Group):
    """Takes in commands of other modules when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE:
            found = import_module(_ELSEWHERE[cmd_name]).command
            assert isinstance(found, click.Command)
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group)
def command() -> None:
    """One household (农户)."""


@command.command()
@click.argument("household_no")
@click.option("--region", help="Division code of the county, where numbers repeat.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As known on this day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(household_no: str, region: str | None, day: datetime | None, as_json: bool) -> None:
    """Show a household: facts with source and day, members with masked numbers.

    JSON keys: household_no, region, head_name, member_count, as_of, known_on, source, facts,
    extensions, members, review.
    """
    setup_django()
    from bangfu.domains.registry import selectors
    from bangfu.foundation.access.scopes import command_scope

    place = region_of(region) if region else RegionCode("000000000000")
    scope = command_scope(place, "bangfu household show")
    if day is None:
        found = selectors.get_household(scope, household_no)
    else:
        found = selectors.get_household_as_known(scope, household_no, day.date())
    emit(as_dict(found), as_json=as_json, text=describe(found, language()))


def as_dict(record: HouseholdRecord) -> dict[str, Any]:
    """Return a household as JSON-ready values; unknown facts are left out."""
    review = record.review
    return {
        "household_no": record.household_no,
        "region": record.region_code,
        "head_name": record.head_name,
        "member_count": record.member_count,
        "as_of": record.as_of.isoformat(),
        "known_on": record.known_on.isoformat() if record.known_on else None,
        "source": record.source.label,
        "facts": _facts(record.facts),
        "extensions": record.extensions,
        "members": [_member(member) for member in record.members],
        "review": {"stated_code": review.stated_code, "candidates": list(review.candidates)}
        if review
        else None,
    }


def _facts(facts: dict[str, FactValue]) -> dict[str, Any]:
    return {
        name: {
            "value": fact.value,
            "source": fact.source,
            "as_of": fact.as_of.isoformat(),
            "confirmed_as_of": fact.confirmed_as_of.isoformat() if fact.confirmed_as_of else None,
        }
        for name, fact in facts.items()
        if fact.value is not None
    }


def _member(member: MemberRecord) -> dict[str, Any]:
    return {
        "name": member.name,
        "relation": member.relation,
        "id_number_masked": member.id_number_masked,
        "phone_masked": member.phone_masked,
        "from_on": member.from_on.isoformat(),
        "facts": _facts(member.facts),
        "extensions": member.extensions,
    }


def describe(record: HouseholdRecord, spoken: str) -> str:
    """Return a household in words."""
    from bangfu.domains.registry.sheets import PlaceNames
    from bangfu.standards import codelists

    place = " ".join(part for part in PlaceNames().of(record.region_code) if part)
    lines = [
        word(
            "household",
            spoken,
            household_no=record.household_no,
            head_name=record.head_name,
            place=place or record.region_code,
        )
    ]
    if record.known_on:
        lines.append(word("known_on", spoken, day=record.known_on))
    if record.review:
        candidates = "、".join(record.review.candidates)
        code = record.review.stated_code
        lines.append(word("waiting", spoken, code=code, candidates=candidates))
    lines.append(word("facts", spoken))
    titles = _titles("registry/household", spoken)
    for name, fact in record.facts.items():
        if fact.value is not None:
            lines.append(
                f"  {titles[name]}: {_value('registry/household', fact)}{_origin(fact, spoken)}"
            )
    lines.append(word("members", spoken))
    relations = codelists.get("relation_to_head")
    for member in record.members:
        relation = relations.label(member.relation, spoken)
        lines.append(f"  {member.name} {relation} {member.id_number_masked}{_age(member)}")
    return "\n".join(lines)


def _titles(dataset: str, spoken: str) -> dict[str, str]:
    from bangfu.standards import datasets

    return {
        each.name: each.en if spoken == "en" else each.zh for each in datasets.get(dataset).columns
    }


def _value(dataset: str, fact: FactValue) -> str:
    from bangfu.standards import codelists, datasets

    column = datasets.get(dataset).column(fact.name)
    if column.code_list is None:
        return str(fact.value)
    codes = fact.value if isinstance(fact.value, list) else [fact.value]
    return "、".join(codelists.get(column.code_list).label(code, language()) for code in codes)


def _origin(fact: FactValue, spoken: str) -> str:
    day: date = fact.confirmed_as_of or fact.as_of
    return f"  ({word('source', spoken)} {fact.source}, {word('as_of', spoken)} {day})"


def _age(member: MemberRecord) -> str:
    born = member.facts["birth_on"].value if "birth_on" in member.facts else None
    return f" {born}" if born else ""
