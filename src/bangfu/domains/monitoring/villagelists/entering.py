"""Enters a village list that came back on paper or as .docx: each answered row is a step.

无变化 closes the clue as one without risk; 有变化 and 数据有误 note what was found, for the town
to decide; 紧急 takes the fast track. A suspicion (疑点) ends in no way on the village's word: its
note is what the household says, and two people's answer is the check. Rows that are in order are
entered, the others are said by row with the remedy. The same file again, or the same answers,
change nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.checking import WORKS
from bangfu.domains.monitoring.domain.proceedings import SUSPICION
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.clues import VillageList, VillageListRow
from bangfu.domains.monitoring.papers.filing import paper_book
from bangfu.domains.monitoring.rows import find_row as find_clue
from bangfu.domains.monitoring.services import take
from bangfu.domains.monitoring.villagelists.lists import SUBJECT, find_row
from bangfu.domains.monitoring.villagelists.paper import PAPER, checklist
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts.holders import Holder, list_holders
from bangfu.foundation.papers import read_opened
from bangfu.foundation.papers.context import ChecklistRow
from bangfu.foundation.returned.apart import open_apart
from bangfu.foundation.returned.opening import OpenedPaper
from bangfu.kernel.errors import BangfuError, InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_name
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value

ENTER = "CLUE_CHECK"
ENTERED = "monitoring.village_list.entered"
CLOSED, NOTED, ALARM = "CLOSED", "NOTED", "ALARM"
# What is printed on the list → the step, and what comes of the row.
_OUTCOMES = {
    "无变化": ("FIND_NO_RISK", CLOSED),
    "有变化": ("NOTE_CHECK", NOTED),
    "紧急": ("RAISE_ALARM", ALARM),
    "数据有误": ("NOTE_CHECK", NOTED),
}
_WAYS = {"入户": "VISIT", "电话": "TELEPHONE"}
_NOT_CHECKED_YET, _TELLING = "DISPATCHED", "TELLING"
_ALARM, _NOTE, _URGENT = "RAISE_ALARM", "NOTE_CHECK", "紧急"
_BETWEEN = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """What is wrong with a row: its number on the paper, the column, an error of the table."""

    row: int
    column: str
    clue_no: str
    code: str
    params: Mapping[str, Any]


@dataclass
class Entered:
    """What a file that came back did, or would do."""

    results: dict[str, int] = field(default_factory=lambda: {CLOSED: 0, NOTED: 0, ALARM: 0})
    unchanged: int = 0
    still_open: int = 0
    is_repeat: bool = False
    is_dry_run: bool = False
    language: str = "zh"
    problems: list[EntryProblem] = field(default_factory=list)


class _OnlyTried(Exception):
    """Rolls back what a dry run did."""


def enter(
    *,
    scope: Scope,
    at: datetime,
    list_id: UUID,
    content: bytes,
    dry_run: bool = False,
    language: str = "zh",
) -> Entered:
    """Enter a list that came back; with `dry_run` say what it would do and write nothing.

    What a row lacks is named in the reader's language.

    The file is opened in a process of its own, before anything is held. Raises NotFound
    E-CLUES-LIST and those of `open_apart` and `papers.read_opened`.
    """
    require(scope, ENTER)
    digest = hashlib.sha256(content).hexdigest()
    with activate(scope):
        is_known = _is_known(find_row(scope, list_id), digest)
    opened = None if is_known else open_apart(content)
    entered = Entered(is_dry_run=dry_run, language=language)
    try:
        with activate(scope):
            _enter(scope, at, list_id, digest, opened, entered)
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        return entered
    return entered


def _is_known(row: VillageList, digest: str) -> bool:
    return any(one["sha256"] == digest for one in row.entries)


def _enter(
    scope: Scope,
    at: datetime,
    list_id: UUID,
    digest: str,
    opened: OpenedPaper | None,
    entered: Entered,
) -> None:
    row = find_row(scope, list_id, to_write=True)
    if opened is None or _is_known(row, digest):
        entered.is_repeat = True
        return
    paper = paper_book(row.region_code, at).get(PAPER, row.issued_on)
    # Reasons and groups are not read back: what was printed is known by its number.
    issued = checklist(system_scope(RegionCode(row.region_code), "monitoring.lists"), row)
    returned = read_opened(opened, paper, today=local_day(at), issued=issued)
    entered.still_open = len(returned.still_open)
    entered.problems += [
        EntryProblem(one.row, one.column, one.params.get("value", ""), one.code, one.params)
        for one in returned.problems
    ]
    people = _people(scope, at, row)
    places: dict[int, list[VillageListRow]] = {}
    for one in row.rows.order_by("place", "clue_no"):
        places.setdefault(one.place, []).append(one)
    held = {rows[0].clue_no: rows for rows in places.values()}
    for answered in returned.rows:
        _row(scope, at, held[str(answered.clue_no)], answered, people, entered)
    if any(entered.results.values()) or entered.unchanged:
        note = {"sha256": digest, "at": at.isoformat(), "by": scope.actor.label[:120]}
        row.entries = [*row.entries, {**note, "taken": dict(entered.results)}]
        row.save(update_fields=["entries"])
        _record(scope, at, row, entered)


def _row(
    scope: Scope,
    at: datetime,
    rows: Sequence[VillageListRow],
    answered: ChecklistRow,
    people: Mapping[str, list[Holder]],
    entered: Entered,
) -> None:
    """Enter one row in a savepoint of its own, for all clues of its household that are still
    open; what refuses one of them is a problem of the row, and none of them is answered."""
    held, answer = rows[0], _answer(answered)
    if held.answer:
        if json.loads(str(held.answer)) == answer:
            entered.unchanged += 1
        else:
            _problem(entered, held, InvalidValue("E-CLUES-LIST-ENTERED", no=held.clue_no))
        return
    step, result = _OUTCOMES[str(answered.outcome)]
    try:
        with activate(scope):
            clues = [find_clue(scope, one.proceeding_id, lock=True) for one in rows]
            for clue in [one for one in clues if one.closed_at is None] or clues[:1]:
                if clue.procedure == SUSPICION:
                    result = NOTED
                    facts = _facts(_NOTE, answered, people, held)
                    _hear(scope, at, clue, answered, facts, entered.language)
                else:
                    facts = _facts(step, answered, people, held)
                    _take(scope, at, clue, step, facts, entered.language)
            for one in rows:
                one.answer, one.result = json.dumps(answer, ensure_ascii=False), result
                one.entered_at, one.entered_by = at, scope.actor.label[:120]
                one.save()
    except BangfuError as error:
        _problem(entered, held, error)
        return
    entered.results[result] += 1


def _take(
    scope: Scope,
    at: datetime,
    clue: Proceeding,
    step: str,
    facts: Mapping[str, Value],
    language: str,
) -> None:
    on = partial(take, scope=scope, at=at, proceeding_id=clue.id, language=language)
    if step != _ALARM and clue.state == _NOT_CHECKED_YET:
        on(step="ACKNOWLEDGE", facts={})
    on(step=step, facts=facts)


def _hear(
    scope: Scope,
    at: datetime,
    row: Proceeding,
    answered: ChecklistRow,
    facts: Mapping[str, Value],
    language: str,
) -> None:
    """What the household says of a suspicion, and the check where two people made it.

    Raises InvalidValue E-CLUES-LIST-UNHEARD where nothing is written down or it says urgent.
    """
    if not answered.note or str(answered.outcome) == _URGENT:
        raise InvalidValue("E-CLUES-LIST-UNHEARD", no=row.no)
    on = partial(take, scope=scope, at=at, proceeding_id=row.id, language=language)
    day, people = facts["checked_on"], facts["checkers"]
    if row.state == _TELLING:
        told = instances.unseal(row.facts)
        before = {} if "told_on" in told else {"told_on": day, "told_by": people}
        heard = {"explained_on": day, "explanation": answered.note, **before}
        on(step="HEAR", facts=heard)
    if row.state != _TELLING or (isinstance(people, tuple) and len(people) > 1):
        checked = {name: facts[name] for name in ("checked_on", "checkers", "finding")}
        on(step="CHECK", facts=checked)


def _facts(
    step: str, answered: ChecklistRow, people: Mapping[str, list[Holder]], held: VillageListRow
) -> dict[str, Value]:
    note = answered.note or str(answered.outcome)
    if step == _ALARM:
        return {"danger": note}
    outcome = str(answered.outcome)
    found = note if outcome in note else f"{outcome}：{note}"
    assert answered.checked_on is not None, "the list was read with a day in every answered row"
    return {
        "checked_on": answered.checked_on,
        "check_way": _WAYS[str(answered.way)],
        "checkers": _checkers(str(answered.checkers or ""), people, held),
        "finding": found,
    }


def _checkers(
    written: str, people: Mapping[str, list[Holder]], held: VillageListRow
) -> tuple[str, ...]:
    """The accounts of the names on the paper. Raises InvalidValue E-CLUES-LIST-CHECKER."""
    found: list[str] = []
    for name in filter(None, (normalise_name(part) for part in _BETWEEN.split(written))):
        near = people.get(name, [])
        users = {one.user_id for one in near}
        if len(users) > 1:
            users = {one.user_id for one in near if one.region_code == held.region_code} or users
        if len(users) != 1:
            raise InvalidValue("E-CLUES-LIST-CHECKER", name=name[:20])
        found.append(str(users.pop()))
    return tuple(dict.fromkeys(found))


def _people(scope: Scope, at: datetime, row: VillageList) -> dict[str, list[Holder]]:
    """Everybody who works in the county, by name."""
    county = system_scope(RegionCode(row.region_code).county, "monitoring.people")
    found: dict[str, list[Holder]] = {}
    for one in list_holders(county, WORKS, local_day(at)):
        found.setdefault(normalise_name(one.name), []).append(one)
    return found


def _answer(answered: ChecklistRow) -> dict[str, Any]:
    day = answered.checked_on
    return {
        "outcome": answered.outcome,
        "way": answered.way,
        "checked_on": day.isoformat() if day else None,
        "checkers": answered.checkers,
        "note": answered.note,
    }


def _problem(entered: Entered, held: VillageListRow, error: BangfuError) -> None:
    entered.problems.append(
        EntryProblem(held.place, "", held.clue_no, error.code, dict(error.params))
    )


def _record(scope: Scope, at: datetime, row: VillageList, entered: Entered) -> None:
    audit.record(
        scope,
        ENTERED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, **entered.results, "problems": len(entered.problems)},
    )
