"""bangfu household explain: why a household has its hint, clause by clause."""

from __future__ import annotations

from typing import Any

import click

from bangfu.cli.output import emit, language, setup_django

MARKS = {"TRUE": "✓", "FALSE": "✗", "UNKNOWN": "?"}


def describe(found: dict[str, Any], suffix: str) -> str:
    """Return an explanation in words; `suffix` is zh or en."""
    lines = [f"{found['household_no']}  {found['period']}  {found['hint']}"]
    if found[f"reason_{suffix}"]:
        lines.append(found[f"reason_{suffix}"])
    for rule in found["rules"]:
        state = rule["outcome"] if not rule["unknown_reason"] else rule["unknown_reason"]
        lines.append("")
        lines.append(f"{MARKS[rule['outcome']]} {rule[f'title_{suffix}']} ({state})")
        lines.append(f"  {rule[f'reason_{suffix}']}")
        lines.append(f"  {rule['source']}")
        for clause in rule["clauses"]:
            lines.append(f"    {describe_clause(clause, suffix)}")
    return "\n".join(lines)


def describe_clause(clause: dict[str, Any], suffix: str) -> str:
    """Return a clause in words: its text, what was compared, from where, of whom."""
    unit = clause[f"unit_{suffix}"] or ""
    value, threshold = clause[f"value_{suffix}"], clause[f"threshold_{suffix}"]
    compared = [f"{one} {unit}".strip() for one in (value, threshold) if one is not None]
    facts = [
        " / ".join(compared),
        clause[f"dataset_{suffix}"] or "",
        str(clause["as_of"] or ""),
        clause["person_name"] or "",
    ]
    told = " · ".join(fact for fact in facts if fact)
    return f"{MARKS[clause['outcome']]} {clause[f'text_{suffix}']}  ({told})"


@click.command("explain")
@click.argument("household_no")
@click.option("--region", help="County; needed when several counties use the same number.")
@click.option("--period", help="Month, YYYY-MM; the newest screened one when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(household_no: str, region: str | None, period: str | None, as_json: bool) -> None:
    """Say which rules fired or could not be decided for a household, and why."""
    setup_django()
    from bangfu.domains.reports.explanation import get_explanation
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region) if region else RegionCode("000000000000")
    found = get_explanation(
        command_scope(place, "bangfu household explain"),
        household_no,
        Period.parse(period) if period else None,
    )
    emit(found, as_json=as_json, text=describe(found, language()))
