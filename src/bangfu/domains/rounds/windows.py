"""The year-end window: opening it, its stages, the signatures of the townships, the lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from bangfu.domains.registry.selectors.lists import count_by_level
from bangfu.domains.rounds import rows
from bangfu.domains.rounds.domain import (
    Span,
    Stage,
    WindowRecord,
    is_in_order,
    next_stage,
    read_spans,
    stage_before,
    stored_spans,
)
from bangfu.domains.rounds.models import YearSignature, YearWindow
from bangfu.domains.rounds.policy import words
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import COUNTY, TOWN, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

SUBJECT = "rounds.window"
MANAGE = "ROUND_MANAGE"
SIGN = "CHANGE_TOWN"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a county decides about a window: the year, the document, the days of all stages."""

    year: int
    document_no: str
    spans: tuple[Span, ...]


def open_window(*, scope: Scope, at: datetime, county: RegionCode, plan: Opening) -> WindowRecord:
    """Open the window of a year at its first stage.

    Raises NotAllowed, NotFound, InvalidValue E-ROUNDS-COUNTY-ONLY, E-ROUNDS-DOCUMENT,
    E-ROUNDS-SPANS, Conflict E-ROUNDS-WINDOW-EXISTS.
    """
    require(scope, MANAGE)
    rows.check_county(scope, county)
    if county.level != COUNTY:
        raise InvalidValue("E-ROUNDS-COUNTY-ONLY")
    if not plan.document_no.strip():
        raise InvalidValue("E-ROUNDS-DOCUMENT")
    if not is_in_order(plan.spans):
        raise InvalidValue("E-ROUNDS-SPANS")
    with activate(scope):
        rows.lock_county(county)
        if YearWindow.objects.filter(region_code=str(county), year=plan.year).exists():
            raise Conflict("E-ROUNDS-WINDOW-EXISTS", year=plan.year)
        row = YearWindow(
            id=uuid7(),
            region_code=str(county),
            year=plan.year,
            stage=Stage.TRAINING,
            spans=stored_spans(plan.spans),
            document_no=plan.document_no.strip(),
            opened_at=at,
            opened_by=scope.actor.label[:120],
            changed_at=at,
            changed_by=scope.actor.label[:120],
        )
        row.save(force_insert=True)
        _record(scope, at, row, "rounds.window.opened", {})
    return rows.to_window(row)


def set_days(
    *, scope: Scope, at: datetime, county: RegionCode, year: int, spans: tuple[Span, ...], note: str
) -> WindowRecord:
    """Set the days of the stages anew, with the reason. Raises as `open_window`, and Conflict
    E-ROUNDS-STAGE once the year is locked, InvalidValue E-ROUNDS-REASON."""
    if not is_in_order(spans):
        raise InvalidValue("E-ROUNDS-SPANS")
    with activate(scope):
        row = _take(scope, county, year, note)
        if row.stage == Stage.LOCKED:
            raise _wrong_stage(row)
        row.spans = stored_spans(spans)
        _save(scope, at, row, note)
        _record(scope, at, row, "rounds.window.days_set", {"note": note.strip()[:500]})
    return rows.to_window(row)


def advance(
    *, scope: Scope, at: datetime, county: RegionCode, year: int, seen: Stage
) -> WindowRecord:
    """Go on to the next stage, up to SIGNING; `seen` is the stage that the officer looked at.

    Raises NotFound, Conflict E-ROUNDS-STAGE (somebody was quicker, or only the lock is left),
    E-ROUNDS-EARLY before the first day of the next stage.
    """
    with activate(scope):
        row = _take(scope, county, year)
        following = next_stage(Stage(row.stage))
        if row.stage != seen or following is None or following is Stage.LOCKED:
            raise _wrong_stage(row)
        _demand_begun(row, following, at)
        row.stage = following
        _save(scope, at, row)
        _record(scope, at, row, "rounds.window.advanced", {"from": str(seen)})
    return rows.to_window(row)


def put_back(
    *, scope: Scope, at: datetime, county: RegionCode, year: int, seen: Stage, note: str
) -> WindowRecord:
    """Go back one stage, with the reason; signatures given until then are void.

    Raises NotFound, InvalidValue E-ROUNDS-REASON, Conflict E-ROUNDS-STAGE from the first stage
    and from a lock: a locked year opens for single households only.
    """
    with activate(scope):
        row = _take(scope, county, year, note)
        earlier = stage_before(Stage(row.stage))
        if row.stage != seen or earlier is None:
            raise _wrong_stage(row)
        row.stage = earlier
        _save(scope, at, row, note)
        void = _signatures(scope, row).update(void_at=at)
        detail = {"from": str(seen), "note": note.strip()[:500], "void": void}
        _record(scope, at, row, "rounds.window.put_back", detail)
    return rows.to_window(row)


def sign(*, scope: Scope, at: datetime, town: RegionCode, year: int) -> WindowRecord:
    """Sign for the township, which is the scope's own, that its data of the year are checked.

    Raises NotAllowed, NotFound, Conflict E-ROUNDS-STAGE, E-ROUNDS-SIGNED, InvalidValue
    E-ROUNDS-TOWN-ONLY.
    """
    require(scope, SIGN)
    if not scope.covers(town):
        raise NotFound("E-API-NOT-FOUND")
    if scope.region.level != TOWN or town != scope.region:
        raise InvalidValue("E-ROUNDS-TOWN-ONLY")
    with activate(scope):
        rows.lock_county(scope.region.county)
        row = rows.find_window(scope, scope.region.county, year)
        if row.stage != Stage.SIGNING:
            raise _wrong_stage(row)
        if _signatures(scope, row).filter(region_code=str(scope.region)).exists():
            raise Conflict("E-ROUNDS-SIGNED")
        YearSignature.objects.create(
            region_code=str(scope.region),
            window=row,
            at=at,
            by=scope.actor.label[:120],
            by_id=scope.actor.id[:120],
        )
        _record(scope, at, row, "rounds.window.signed", {}, place=scope.region)
    return rows.to_window(row)


def lock(
    *, scope: Scope, at: datetime, county: RegionCode, year: int, document_no: str
) -> WindowRecord:
    """Lock the year under the number of the sealed page, when every township with households
    has signed.

    Raises NotFound, InvalidValue E-ROUNDS-DOCUMENT, Conflict E-ROUNDS-STAGE, E-ROUNDS-EARLY,
    E-ROUNDS-UNSIGNED with the townships that are missing.
    """
    if not document_no.strip():
        raise InvalidValue("E-ROUNDS-DOCUMENT")
    with activate(scope):
        row = _take(scope, county, year)
        if row.stage != Stage.SIGNING:
            raise _wrong_stage(row)
        _demand_begun(row, Stage.LOCKED, at)
        left = unsigned(scope, row)
        if left:
            names = "、".join(regions.get_region(code).name for code in left[:10])
            raise Conflict("E-ROUNDS-UNSIGNED", left=len(left), names=names)
        row.stage, row.locked_at = Stage.LOCKED, at
        row.locked_by, row.lock_document_no = scope.actor.label[:120], document_no.strip()[:80]
        _save(scope, at, row)
        _record(scope, at, row, "rounds.window.locked", {"lock_document_no": row.lock_document_no})
    return rows.to_window(row)


def unsigned(scope: Scope, row: YearWindow) -> list[str]:
    """Return the townships with households that have not signed; inside `activate`."""
    towns = count_by_level(scope, RegionCode(row.region_code), TOWN)
    signed = set(_signatures(scope, row).values_list("region_code", flat=True))
    return [each.region_code for each in towns if each.region_code not in signed]


# Parts


def _signatures(scope: Scope, row: YearWindow) -> Any:
    return in_scope(YearSignature.objects.filter(window_id=row.id, void_at__isnull=True), scope)


def _take(scope: Scope, county: RegionCode, year: int, note: str | None = None) -> YearWindow:
    """Lock a county's window for a step of the county; `note` must not be blank when given."""
    require(scope, MANAGE)
    rows.check_county(scope, county)
    if note is not None and not note.strip():
        raise InvalidValue("E-ROUNDS-REASON")
    rows.lock_county(county)
    return rows.find_window(scope, county, year, is_locked=True)


def _demand_begun(row: YearWindow, stage: Stage, at: datetime) -> None:
    span = next(each for each in read_spans(row.spans) if each.stage is stage)
    if timezone.localdate(at) < span.from_on:
        zh, en = words("stages", stage)
        raise Conflict("E-ROUNDS-EARLY", stage_zh=zh, stage_en=en, from_on=span.from_on.isoformat())


def _wrong_stage(row: YearWindow) -> Conflict:
    zh, en = words("stages", row.stage)
    return Conflict("E-ROUNDS-STAGE", stage_zh=zh, stage_en=en)


def _save(scope: Scope, at: datetime, row: YearWindow, note: str = "") -> None:
    row.changed_at, row.changed_by = at, scope.actor.label[:120]
    row.change_note = note.strip()[:500]
    row.save()


def _record(
    scope: Scope,
    at: datetime,
    row: YearWindow,
    action: str,
    detail: dict[str, Any],
    *,
    place: RegionCode | None = None,
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=str(place or row.region_code),
        detail={"year": row.year, "stage": str(row.stage), **detail},
    )
