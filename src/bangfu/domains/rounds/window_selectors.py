"""Reads of year-end windows, their signatures and corrections."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.domains.registry.selectors.lists import count_by_level
from bangfu.domains.rounds import rows
from bangfu.domains.rounds.domain import CorrectionRecord, SignatureRecord, WindowRecord
from bangfu.domains.rounds.models import YearCorrection, YearSignature, YearWindow
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import COUNTY, TOWN, RegionCode
from bangfu.kernel.scope import Scope

READ = "REGISTRY_READ"
SHOWN = 50
CORRECTIONS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class WindowPage:
    """A window with what the scope may see below it: signatures in force, towns that are left,
    corrections newest first."""

    window: WindowRecord
    signatures: list[SignatureRecord]
    unsigned: list[str]
    corrections: list[CorrectionRecord]


def list_windows(scope: Scope, region: RegionCode | None = None) -> list[WindowRecord]:
    """Return the newest 50 windows of the counties in a place, or of the county around it."""
    require(scope, READ)
    if region is not None and not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    with activate(scope):
        found = rows.of_counties(YearWindow.objects.all(), scope)
        if region is not None:
            place = region.county if region.level > COUNTY else region
            lower, upper = place.bounds
            found = found.filter(region_code__gte=lower, region_code__lt=upper)
        return [rows.to_window(row) for row in found.order_by("-year", "region_code")[:SHOWN]]


def get_window(scope: Scope, year: int, region: RegionCode | None = None) -> WindowPage:
    """Return a county's window as the scope sees it. Raises NotFound, InvalidValue
    E-ROUNDS-COUNTY."""
    require(scope, READ)
    place = rows.place_of(scope, region)
    with activate(scope):
        row = rows.find_window(scope, place.county, year)
        signed = in_scope(YearSignature.objects.filter(window_id=row.id), scope)
        signed = signed.filter(void_at__isnull=True).order_by("region_code")
        corrections = in_scope(YearCorrection.objects.filter(window_id=row.id), scope)
        signatures = [rows.to_signature(each) for each in signed]
        found = corrections.order_by("-asked_at", "-id")[:CORRECTIONS_SHOWN]
        records = [rows.to_correction(each) for each in found]
    return WindowPage(rows.to_window(row), signatures, _unsigned(scope, place, signatures), records)


def _unsigned(scope: Scope, place: RegionCode, signed: list[SignatureRecord]) -> list[str]:
    """Return the towns of the place with households and without a signature."""
    if place.level > TOWN:
        return []
    done = {each.region_code for each in signed}
    return [
        each.region_code
        for each in count_by_level(scope, place, TOWN)
        if each.region_code not in done
    ]
