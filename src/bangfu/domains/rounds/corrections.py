"""Corrections of a locked year (锁定后个别修改): a township asks, the county grants, one household
is open until it is done; and the question that the register's changes ask: is this year closed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.registry.selectors.people import get_brief, list_numbers
from bangfu.domains.rounds import rows
from bangfu.domains.rounds.domain import CorrectionRecord, CorrectionState, Stage
from bangfu.domains.rounds.models import YearCorrection, YearWindow
from bangfu.domains.rounds.policy import is_figure, words
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

SUBJECT = "rounds.correction"
ASK = "CHANGE_TOWN"
DECIDE = "ROUND_MANAGE"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a township wants corrected of a household, and why."""

    household_no: str
    what: str
    reason: str


def ask(*, scope: Scope, at: datetime, year: int, wish: Wish) -> CorrectionRecord:
    """Ask to correct a household's figures of a locked year.

    Raises NotAllowed, NotFound, InvalidValue E-ROUNDS-REASON, Conflict E-ROUNDS-STAGE while the
    year is not locked, E-ROUNDS-CORRECTIONS-OVER, E-ROUNDS-CORRECTION-OPEN.
    """
    require(scope, ASK)
    if not (wish.what.strip() and wish.reason.strip()):
        raise InvalidValue("E-ROUNDS-REASON")
    household = get_brief(scope, wish.household_no)
    county = RegionCode(household.region_code).county
    with activate(scope):
        rows.lock_county(county)
        window = rows.find_window(scope, county, year)
        _demand_open(window, timezone.localdate(at))
        if _open(scope, window, household.id).exists():
            raise Conflict("E-ROUNDS-CORRECTION-OPEN", household_no=household.household_no)
        row = YearCorrection(
            id=uuid7(),
            region_code=household.region_code,
            window=window,
            household_id=household.id,
            household_no=household.household_no,
            head_name=household.head_name,
            what=wish.what.strip()[:200],
            reason=wish.reason.strip()[:500],
            asked_at=at,
            asked_by=scope.actor.label[:120],
            asked_by_id=scope.actor.id[:120],
        )
        row.save(force_insert=True)
        _record(scope, at, row, "rounds.correction.asked")
    return rows.to_correction(row)


def decide(
    *, scope: Scope, at: datetime, correction_id: UUID, is_granted: bool, note: str, days: int = 5
) -> CorrectionRecord:
    """Grant a correction for so many days, at most until corrections end, or refuse it with the
    reason.

    Raises NotAllowed, NotFound, Conflict E-ROUNDS-CORRECTION-STATE, E-ROUNDS-TWO-PERSONS,
    E-ROUNDS-CORRECTIONS-OVER, InvalidValue E-ROUNDS-REASON.
    """
    require(scope, DECIDE)
    if not is_granted and not note.strip():
        raise InvalidValue("E-ROUNDS-REASON")
    with activate(scope):
        row = _take(scope, correction_id, CorrectionState.ASKED)
        if row.asked_by_id == scope.actor.id[:120]:
            raise Conflict("E-ROUNDS-TWO-PERSONS")
        today = timezone.localdate(at)
        if is_granted:
            last = _demand_open(row.window, today)
            row.until_on = min(last, today + timedelta(days=max(1, days)))
        row.state = CorrectionState.GRANTED if is_granted else CorrectionState.REFUSED
        row.decided_at, row.note = at, note.strip()[:500]
        row.decided_by, row.decided_by_id = scope.actor.label[:120], scope.actor.id[:120]
        row.save()
        _record(scope, at, row, "rounds.correction.decided")
    return rows.to_correction(row)


def finish(*, scope: Scope, at: datetime, correction_id: UUID) -> CorrectionRecord:
    """Say that the correction is made; the household's figures are closed again.

    Raises NotAllowed, NotFound, Conflict E-ROUNDS-CORRECTION-STATE.
    """
    require(scope, ASK)
    with activate(scope):
        row = _take(scope, correction_id, CorrectionState.GRANTED)
        row.state = CorrectionState.DONE
        row.save()
        _record(scope, at, row, "rounds.correction.finished")
    return rows.to_correction(row)


def refuse_locked_figure(
    scope: Scope, household_id: UUID, region: RegionCode, field: str, on: date, today: date
) -> None:
    """Refuse the correction of a yearly figure of a locked year, but for a granted one.

    `field` as the register calls it (household.wage_income), `on` the day that the correction is
    about, `today` the day it is made. Raises Conflict E-ROUNDS-YEAR-LOCKED.
    """
    if region.level < COUNTY or not is_figure(field):
        return
    county = system_scope(region.county, "rounds.lock")
    with activate(county):
        window = YearWindow.objects.filter(
            region_code=str(region.county), year=on.year, stage=Stage.LOCKED
        ).first()
        if window is None:
            return
        granted = YearCorrection.objects.filter(
            window_id=window.id,
            household_id=household_id,
            state=CorrectionState.GRANTED,
            until_on__gte=today,
        )
        if granted.exists():
            return
        number = list_numbers(county, [household_id]).get(household_id, "")
    raise Conflict("E-ROUNDS-YEAR-LOCKED", year=window.year, household_no=number)


# Parts


def _open(scope: Scope, window: YearWindow, household_id: UUID) -> Any:
    return in_scope(YearCorrection.objects.all(), scope).filter(
        window_id=window.id,
        household_id=household_id,
        state__in=[CorrectionState.ASKED, CorrectionState.GRANTED],
    )


def _demand_open(window: YearWindow, today: date) -> date:
    """Return the last day of corrections of a locked window. Raises Conflict."""
    if window.stage != Stage.LOCKED:
        zh, en = words("stages", window.stage)
        raise Conflict("E-ROUNDS-STAGE", stage_zh=zh, stage_en=en)
    last = rows.to_window(window).corrections_to
    if today > last:
        raise Conflict("E-ROUNDS-CORRECTIONS-OVER", year=window.year, to_on=last.isoformat())
    return last


def _take(scope: Scope, correction_id: UUID, wanted: CorrectionState) -> YearCorrection:
    row = (
        in_scope(YearCorrection.objects.all(), scope)
        .select_for_update()
        .filter(id=correction_id)
        .first()
    )
    if row is None:
        raise NotFound("E-ROUNDS-CORRECTION-NOT-FOUND")
    if row.state != wanted:
        zh, en = words("corrections", row.state)
        raise Conflict("E-ROUNDS-CORRECTION-STATE", stage_zh=zh, stage_en=en)
    return row


def _record(scope: Scope, at: datetime, row: YearCorrection, action: str) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"household_no": row.household_no, "what": row.what, "state": str(row.state)},
    )
