"""Lists of households as Excel: the columns of the national export, numbers masked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bangfu.domains.registry.records import HouseholdFilter, HouseholdRow
from bangfu.domains.registry.selectors import iter_households
from bangfu.foundation.access.roles import require
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists, datasets

COLUMNS = (
    "household_no",
    "head_name",
    "town_name",
    "village_name",
    "member_count",
    "household_type",
    "monitored_category",
    "risk_status",
)
_CODED = ("household_type", "monitored_category", "risk_status")


def headers(language: str = "zh") -> list[tuple[str, str]]:
    """Return (key, header) of the export's columns, as the contract calls them."""
    contract = datasets.get("registry/household")
    found = [contract.column(name) for name in COLUMNS]
    return [(each.name, each.zh if language == "zh" else each.en) for each in found]


def export_households(
    scope: Scope, path: Path, filters: HouseholdFilter | None = None, *, language: str = "zh"
) -> int:
    """Write the households within the filters to an .xlsx; return how many there are.

    Needs EXPORT. The list carries no ID number, telephone or account.
    """
    require(scope, "EXPORT")
    rows = export_rows(scope, filters, language=language)
    return write_table(path, headers(language), rows)


def export_rows(
    scope: Scope, filters: HouseholdFilter | None = None, *, language: str = "zh"
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the export with labels instead of codes; see `headers`."""
    names = PlaceNames()
    for household in iter_households(scope, filters):
        yield export_row(household, names, language)


def export_row(household: HouseholdRow, names: PlaceNames, language: str) -> dict[str, Any]:
    """Return one row of the export."""
    town, village = names.of(household.region_code)
    row: dict[str, Any] = {
        "household_no": household.household_no,
        "head_name": household.head_name,
        "town_name": town,
        "village_name": village,
        "member_count": household.member_count,
    }
    for name in _CODED:
        code = getattr(household, name)
        row[name] = codelists.get(name).label(code, language) if code else None
    return row


class PlaceNames:
    """Names of towns and villages, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[RegionCode, str] = {}

    def of(self, region_code: str) -> tuple[str, str]:
        """Return the names of the town and village that a code lies in; empty where above."""
        code = RegionCode(region_code)
        town = self._name(code.at_level(4)) if code.level >= 4 else ""
        return town, self._name(code) if code.level == 5 else ""

    def _name(self, code: RegionCode) -> str:
        if code not in self._known:
            region = regions.find_region(code)
            self._known[code] = region.name if region else ""
        return self._known[code]
