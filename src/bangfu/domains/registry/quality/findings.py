"""Findings: what is wrong, under which rule number, at which cell, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bangfu.domains.registry.quality.cells import rule_for
from bangfu.domains.registry.quality.facts import Facts
from bangfu.domains.registry.quality.matching import Part, Parts
from bangfu.domains.registry.quality.rules import Hit
from bangfu.standards import errors

MEMBERS, HOUSEHOLDS = "members", "households"


@dataclass(frozen=True)
class Finding:
    """One finding at one row of one list; ``columns`` are sheet columns to mark, 0-based.

    ``row`` is the 0-based row of the sheet. ``home`` is the household's position in the facts,
    -1 for a row without a household number.
    """

    rule_no: str
    rule_id: str
    title_zh: str
    title_en: str
    reason_zh: str
    reason_en: str
    remedy_zh: str
    remedy_en: str
    part: str
    row: int
    columns: tuple[int, ...]
    home: int


def list_findings(parts: Parts, facts: Facts, hits: list[Hit]) -> list[Finding]:
    """Findings of cells first, then those of rules, in the order of the rules."""
    homes = _homes_of_rows(parts, facts)
    found = list(_cell_findings(parts.members, MEMBERS, homes[MEMBERS]))
    if parts.households is not None:
        part = MEMBERS if parts.is_combined else HOUSEHOLDS
        found += _cell_findings(
            parts.households, part, homes[part], skip=("household_no",) if parts.is_combined else ()
        )
    unread = _unread_cells(parts, homes)
    found += [_rule_finding(hit, parts, facts) for hit in hits if not _rests_on(hit, unread, facts)]
    return found


Unread = tuple[set[tuple[int, str]], set[tuple[int, str]]]


def _unread_cells(parts: Parts, homes: dict[str, list[int]]) -> Unread:
    """Cells with a fault of their own: by member row and column, and by household and column."""
    rows: set[tuple[int, str]] = set()
    of_homes: set[tuple[int, str]] = set()
    own = HOUSEHOLDS if not parts.is_combined else MEMBERS
    for table, part, name in (
        ("person", parts.members, MEMBERS),
        ("household", parts.households, own),
    ):
        if part is None:
            continue
        place_of = {row_no: place for place, row_no in enumerate(part.sheet.row_numbers)}
        for issue in part.sheet.issues:
            place = place_of[issue.row_no]
            if table == "person":
                rows.add((place, f"person.{issue.column}"))
            of_homes.add((homes[name][place], f"{table}.{issue.column}"))
    return rows, of_homes


def _rests_on(hit: Hit, unread: Unread, facts: Facts) -> bool:
    """Whether a rule speaks of a cell that could not be read: that finding says enough."""
    named = hit.rule.column.split()
    rows, homes = unread
    if hit.person is not None:
        row = facts.member_rows[hit.person]
        return any((row, column) in rows for column in named)
    return any((hit.household, column) in homes for column in named)


def _homes_of_rows(parts: Parts, facts: Facts) -> dict[str, list[int]]:
    """For each data row of each list the position of its household, -1 for none."""
    positions = {no: place for place, no in enumerate(facts.households["household_no"])}
    homes = {MEMBERS: [positions.get(no, -1) for no in parts.members.sheet.columns["household_no"]]}
    if parts.households is not None and not parts.is_combined:
        numbers = parts.households.sheet.columns["household_no"]
        homes[HOUSEHOLDS] = [positions.get(no, -1) for no in numbers]
    return homes


def _cell_findings(
    part: Part, name: str, homes: list[int], skip: tuple[str, ...] = ()
) -> Iterator[Finding]:
    place_of = {row_no: place for place, row_no in enumerate(part.sheet.row_numbers)}
    for issue in part.sheet.issues:
        if issue.column in skip:
            continue
        rule = rule_for(issue.code)
        zh = errors.text(issue.code, issue.params, "zh")
        en = errors.text(issue.code, issue.params, "en")
        index = part.mapping.index_of(issue.column)
        yield Finding(
            rule_no=rule.rule_no,
            rule_id=issue.code,
            title_zh=rule.title["zh"],
            title_en=rule.title["en"],
            reason_zh=zh.message,
            reason_en=en.message,
            remedy_zh=zh.remedy,
            remedy_en=en.remedy,
            part=name,
            row=issue.row_no - part.raw.first_row,
            columns=() if index is None else (index,),
            home=homes[place_of[issue.row_no]],
        )


def _rule_finding(hit: Hit, parts: Parts, facts: Facts) -> Finding:
    rule = hit.rule
    part, row = _place(hit, parts, facts)
    return Finding(
        rule_no=rule.rule_no,
        rule_id=rule.id,
        title_zh=rule.title.zh,
        title_en=rule.title.en,
        reason_zh=hit.reason_zh,
        reason_en=hit.reason_en,
        remedy_zh=rule.remedy.zh if rule.remedy else "",
        remedy_en=rule.remedy.en if rule.remedy else "",
        part=part,
        row=row,
        columns=_columns(rule.column, part, parts),
        home=hit.household,
    )


def _place(hit: Hit, parts: Parts, facts: Facts) -> tuple[str, int]:
    """The list and sheet row that a hit is shown at."""
    if hit.person is not None:
        return MEMBERS, parts.members.mapping.data_rows[facts.member_rows[hit.person]]
    own = parts.households
    row = facts.household_rows[hit.household]
    if own is not None and not parts.is_combined and row >= 0:
        return HOUSEHOLDS, own.mapping.data_rows[row]
    return MEMBERS, parts.members.mapping.data_rows[facts.head_rows[hit.household]]


def _columns(named: str, part: str, parts: Parts) -> tuple[int, ...]:
    """Sheet columns of ``household.x person.y`` that stand on the list shown."""
    found = []
    for name in named.split():
        table, _, column = name.partition(".")
        shown = _mapping_of(table, part, parts)
        index = None if shown is None else shown.mapping.index_of(column)
        if index is not None:
            found.append(index)
    return tuple(dict.fromkeys(found))


def _mapping_of(table: str, part: str, parts: Parts) -> Part | None:
    if table == "person":
        return parts.members if part == MEMBERS else None
    return parts.households if parts.is_combined or part == HOUSEHOLDS else None
