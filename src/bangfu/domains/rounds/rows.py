"""Rows of rounds and windows as plain records, and how they are found and locked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from bangfu.domains.rounds.domain import (
    CorrectionRecord,
    CorrectionState,
    EntryRecord,
    Result,
    RoundRecord,
    RoundState,
    Season,
    SignatureRecord,
    Stage,
    WindowRecord,
    read_spans,
)
from bangfu.domains.rounds.models import (
    Round,
    RoundEntry,
    YearCorrection,
    YearSignature,
    YearWindow,
)
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('rounds.county.' || %s, 0))"

_SHARE = _LOCK.replace("xact_lock(", "xact_lock_shared(")


def place_of(scope: Scope, region: RegionCode | None) -> RegionCode:
    """Return the asked place, a county or one inside it; the scope's own when none is asked.

    Raises NotFound E-API-NOT-FOUND outside the scope, InvalidValue E-ROUNDS-COUNTY above a county.
    """
    place = region or scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    if place.level < COUNTY:
        raise InvalidValue("E-ROUNDS-COUNTY")
    return place


def check_county(scope: Scope, county: RegionCode) -> None:
    """Refuse a county other than the scope's own or one inside it. Raises NotFound."""
    own = scope.region.county if scope.region.level > COUNTY else scope.region
    if not own.contains(county):
        raise NotFound("E-API-NOT-FOUND")


def lock_county(county: RegionCode) -> None:
    """Let one writer at a time into a county's rounds and windows, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(county)])


def share_county(county: RegionCode) -> None:
    """Wait for a writer that holds the county, and let those beside one go on."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARE, [str(county)])


def of_counties(rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Return the rows of the scope's counties, or of the county that the scope lies in."""
    if not settings.BANGFU_SCOPE_FILTER:
        return rows
    region = scope.region
    lower, upper = (region.county if region.level > COUNTY else region).bounds
    return rows.filter(region_code__gte=lower, region_code__lt=upper)


def find_round(scope: Scope, county: RegionCode, code: str, *, is_locked: bool = False) -> Round:
    """Return a round of a county; inside `activate`. Raises NotFound E-ROUNDS-NOT-FOUND."""
    rows = of_counties(Round.objects.all(), scope)
    if is_locked:
        rows = rows.select_for_update()
    row = rows.filter(region_code=str(county), code=code).first()
    if row is None:
        raise NotFound("E-ROUNDS-NOT-FOUND")
    found: Round = row
    return found


def find_window(
    scope: Scope, county: RegionCode, year: int, *, is_locked: bool = False
) -> YearWindow:
    """Return a county's window; inside `activate`. Raises NotFound E-ROUNDS-WINDOW-NOT-FOUND."""
    rows = of_counties(YearWindow.objects.all(), scope)
    if is_locked:
        rows = rows.select_for_update()
    row = rows.filter(region_code=str(county), year=year).first()
    if row is None:
        raise NotFound("E-ROUNDS-WINDOW-NOT-FOUND")
    found: YearWindow = row
    return found


def to_round(row: Round) -> RoundRecord:
    """Return the plain record of a round."""
    return RoundRecord(
        id=row.id,
        region_code=row.region_code,
        code=row.code,
        season=Season(row.season),
        year=row.year,
        document_no=row.document_no,
        from_on=row.from_on,
        to_on=row.to_on,
        state=RoundState(row.state),
        households=row.households,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        closed_at=row.closed_at,
        close_note=row.close_note,
    )


def to_entry(row: RoundEntry) -> EntryRecord:
    """Return the plain record of an entry."""
    return EntryRecord(
        id=row.id,
        region_code=row.region_code,
        household_no=row.household_no,
        head_name=row.head_name,
        result=Result(row.result),
        way=row.way,
        visited_on=row.visited_on,
        entered_at=row.entered_at,
        entered_by=row.entered_by,
        clue_no=row.clue_no,
    )


def to_window(row: YearWindow) -> WindowRecord:
    """Return the plain record of a window; corrections end on the last day of its last stage."""
    spans = read_spans(row.spans)
    return WindowRecord(
        id=row.id,
        region_code=row.region_code,
        year=row.year,
        stage=Stage(row.stage),
        spans=spans,
        document_no=row.document_no,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        locked_at=row.locked_at,
        locked_by=row.locked_by,
        lock_document_no=row.lock_document_no,
        corrections_to=spans[-1].to_on,
    )


def to_signature(row: YearSignature) -> SignatureRecord:
    """Return the plain record of a signature."""
    return SignatureRecord(row.region_code, row.at, row.by, row.void_at)


def to_correction(row: YearCorrection) -> CorrectionRecord:
    """Return the plain record of a request for a correction."""
    return CorrectionRecord(
        id=row.id,
        region_code=row.region_code,
        household_no=row.household_no,
        head_name=row.head_name,
        what=row.what,
        reason=row.reason,
        state=CorrectionState(row.state),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
        until_on=row.until_on,
    )
