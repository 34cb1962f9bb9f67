"""The household list: households with their hints, filtered, searched, in pages."""

from __future__ import annotations

from typing import Any

from bangfu.domains.registry.records import HouseholdFilter as RegistryFilter
from bangfu.domains.registry.selectors.lists import filtered
from bangfu.domains.reports import listing
from bangfu.domains.reports.labels import coded
from bangfu.domains.reports.listing import Listing
from bangfu.domains.reports.places import name_of, read_period, read_region, ref
from bangfu.domains.reports.schemas import HouseholdFilter, HouseholdPageFilter
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.withholding import closed_to
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.http.cursors import seal, unseal
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import TOWN, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists


def make_listing(scope: Scope, filters: HouseholdFilter) -> tuple[Listing, str | None]:
    """Return what to list and the month of its hints; the caller activates the scope.

    Raises NotFound for a place outside the scope, InvalidValue for an unknown code, NotAllowed
    E-ACCESS-RULE-CLOSED for a filter by a rule that is closed to the scope.
    """
    place = read_region(scope, filters.region)
    _check_codes("household_type", filters.household_type)
    _check_codes("monitored_category", filters.monitored_category)
    closed = closed_to(scope, place)
    closed.check(filters.rule)
    may_see_hints = "HINT_READ" in scope.permissions
    run = screening.find_run(scope, place, read_period(filters.period)) if may_see_hints else None
    rows = filtered(
        scope,
        RegistryFilter(
            region=place,
            household_types=tuple(filters.household_type),
            monitored_categories=tuple(filters.monitored_category),
            q=(filters.q or "").strip(),
        ),
    )
    wanted = Listing(
        households=rows,
        hints=screening.hints_of(scope, run) if run else None,
        severities=tuple(int(Severity.of(word)) for word in filters.hint),
        rule=filters.rule,
        sort=filters.sort,
        closed=closed,
    )
    return wanted, run.period if run else None


def list_households(scope: Scope, filters: HouseholdPageFilter) -> dict[str, Any]:
    """Return a page of households in scope and how many there are within the filters."""
    require(scope, "REGISTRY_READ")
    after = unseal(f"households.{filters.sort}", filters.cursor)
    with activate(scope):
        wanted, period = make_listing(scope, filters)
        page = listing.read_page(wanted, after, filters.limit)
    return {
        "items": [to_item(row) for row in page.rows],
        "next_cursor": seal(f"households.{filters.sort}", page.end) if page.end else None,
        "total": page.total,
        "period": period,
    }


def _check_codes(list_name: str, codes: list[str]) -> None:
    unknown = set(codes) - codelists.get(list_name).codes
    if unknown:
        raise InvalidValue("E-REPORTS-CODE", name=list_name)


def _at(code: str, level: int) -> str:
    region = RegionCode(code)
    return name_of(str(region.at_level(level))) if region.level >= level else ""


def to_item(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the listing as its wire shape."""
    severity = row["severity"]
    return {
        "id": str(row["id"]),
        "household_no": row["household_no"],
        "head_name": row["head_name"],
        "region": ref(row["region_code"]),
        "town_name": _at(row["region_code"], TOWN),
        "village_name": _at(row["region_code"], VILLAGE),
        "member_count": row["member_count"],
        "household_type": coded("household_type", row["household_type"]),
        "monitored_category": coded("monitored_category", row["monitored_category"]),
        "risk_status": coded("risk_status", row["risk_status"]),
        "hint": Severity(severity).word if severity is not None else None,
        "reason_zh": row["reason_zh"] or "",
        "reason_en": row["reason_en"] or "",
        "as_of": row["as_of"],
    }
