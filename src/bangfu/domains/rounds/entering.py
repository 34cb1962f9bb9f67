"""Entering what was found in a round; a change or an emergency becomes a clue by the same act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from bangfu.domains.rounds import rows, telling
from bangfu.domains.rounds.domain import (
    ENTERED,
    TELLING,
    EntryRecord,
    Result,
    RoundState,
    Way,
)
from bangfu.domains.rounds.models import Round, RoundEntry
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

ENTER = "CLUE_CHECK"
MOST = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: at most five fields. `words` and `matter` (a code of `matter`) tell of a
    change or an emergency."""

    result: Result
    visited_on: date
    way: Way = Way.VISIT
    matter: str = ""
    words: str = ""


def enter(
    *,
    scope: Scope,
    at: datetime,
    county: RegionCode,
    code: str,
    household_nos: Sequence[str],
    finding: Finding,
) -> list[EntryRecord]:
    """Enter a finding for one household, or UNCHANGED for up to 500; all of them or none.

    The same again changes nothing. What became a clue is not entered again. Raises NotAllowed,
    NotFound E-ROUNDS-NOT-FOUND, E-ROUNDS-HOUSEHOLD, Conflict E-ROUNDS-CLOSED, E-ROUNDS-HAS-CLUE,
    InvalidValue E-ROUNDS-RESULT, E-ROUNDS-ONE-BY-ONE, E-ROUNDS-WORDS, E-ROUNDS-DAY, and what
    opening a clue raises.
    """
    require(scope, ENTER)
    rows.check_county(scope, county)
    wanted = sorted({each.strip() for each in household_nos})
    _check(finding, wanted)
    with activate(scope):
        # Entries go side by side; opening and closing wait for them, and they for those.
        rows.share_county(county)
        round_ = rows.find_round(scope, county, code)
        if round_.state != RoundState.OPEN:
            raise Conflict("E-ROUNDS-CLOSED", code=round_.code)
        _check_day(round_, finding.visited_on, timezone.localdate(at))
        found = _locked(scope, round_, wanted)
        for row in found:
            if row.proceeding_id is not None:
                raise Conflict(
                    "E-ROUNDS-HAS-CLUE", household_no=row.household_no, clue_no=row.clue_no
                )
        changed = [row for row in found if _differs(row, finding)]
        for row in changed:
            _fill(scope, at, row, finding)
        if changed:
            _store(changed)
            _record(scope, at, round_, changed, finding)
    return [rows.to_entry(row) for row in found]


_FIELDS = (
    "result",
    "way",
    "visited_on",
    "entered_at",
    "entered_by",
    "entered_by_id",
    "proceeding_id",
    "clue_no",
)


def _check(finding: Finding, wanted: Sequence[str]) -> None:
    if finding.result not in ENTERED:
        raise InvalidValue("E-ROUNDS-RESULT")
    is_telling = finding.result in TELLING
    if not wanted or len(wanted) > (1 if is_telling else MOST):
        raise InvalidValue("E-ROUNDS-ONE-BY-ONE")
    if is_telling and not (finding.words.strip() and finding.matter):
        raise InvalidValue("E-ROUNDS-WORDS")


def _check_day(round_: Round, on: date, today: date) -> None:
    if not round_.from_on <= on <= min(round_.to_on, today):
        raise InvalidValue(
            "E-ROUNDS-DAY",
            on=on.isoformat(),
            from_on=round_.from_on.isoformat(),
            to_on=round_.to_on.isoformat(),
        )


def _locked(scope: Scope, round_: Round, wanted: Sequence[str]) -> list[RoundEntry]:
    """Return the entries of these households, locked; each has to be in the round and the scope."""
    found = list(
        in_scope(RoundEntry.objects.filter(round_id=round_.id), scope)
        .filter(household_no__in=wanted)
        .exclude(result=Result.GONE)
        .select_for_update()
        .order_by("id")
    )
    known = {row.household_no for row in found}
    for number in wanted:
        if number not in known:
            raise NotFound("E-ROUNDS-HOUSEHOLD", household_no=number[:40])
    return found


def _differs(row: RoundEntry, finding: Finding) -> bool:
    return (row.result, row.way, row.visited_on) != (
        finding.result,
        finding.way,
        finding.visited_on,
    )


def _fill(scope: Scope, at: datetime, row: RoundEntry, finding: Finding) -> None:
    row.result, row.way, row.visited_on = finding.result, finding.way, finding.visited_on
    row.entered_at = at
    row.entered_by, row.entered_by_id = scope.actor.label[:120], scope.actor.id[:120]
    if finding.result in TELLING:
        told = telling.tell(
            scope=scope,
            at=at,
            household_no=row.household_no,
            on=finding.visited_on,
            matter=finding.matter,
            words=finding.words.strip(),
            is_urgent=finding.result is Result.URGENT,
        )
        row.proceeding_id, row.clue_no = told.id, told.no


def _store(changed: Sequence[RoundEntry]) -> None:
    """Store what was entered, of all in one statement: the same of each, since what tells more
    is entered one by one."""
    same = {name: getattr(changed[0], name) for name in _FIELDS}
    RoundEntry.objects.filter(id__in=[row.id for row in changed]).update(**same)


def _record(
    scope: Scope, at: datetime, round_: Round, changed: Sequence[RoundEntry], finding: Finding
) -> None:
    audit.record(
        scope,
        "rounds.entries.made",
        at=at,
        subject_kind="rounds.round",
        subject_id=str(round_.id),
        region_code=changed[0].region_code if len(changed) == 1 else str(scope.region),
        detail={
            "code": round_.code,
            "result": str(finding.result),
            "households": len(changed),
            # Of many at once the first hundred are named; the rows keep all.
            "household_nos": [row.household_no for row in changed[:100]],
        },
    )
