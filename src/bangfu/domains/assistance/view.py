"""Pairings as the wire shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bangfu.domains.assistance import policy, rows
from bangfu.domains.assistance.cadres import Cadres
from bangfu.domains.assistance.domain import CadreLoad, HandoverRecord, PairingRecord
from bangfu.domains.assistance.importing import PairingImport, contract
from bangfu.domains.registry.sheets import PlaceNames
from bangfu.foundation.access.roles import get_role
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.sheets.types import CellIssue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import OfficeKind
from bangfu.standards import errors

SHOWN_ISSUES = 200


class View:
    """One answer under way: the kinds of offices and names of places are looked up once."""

    def __init__(self, scope: Scope, region: RegionCode, on: date) -> None:
        self.on = on
        self.region = region
        self.kinds: Mapping[str, OfficeKind] = policy.office_kinds(scope, region, on)
        self._places = PlaceNames()
        self._refs: dict[str, dict[str, str]] = {}

    def pairing(self, one: PairingRecord) -> dict[str, Any]:
        """Return one pairing."""
        town, village = self._places.of(one.region_code)
        return {
            "id": str(one.id),
            "household_no": one.household_no,
            "head_name": one.head_name,
            "region": self._ref(one.region_code),
            "town_name": town,
            "village_name": village,
            "user_id": str(one.user_id),
            "cadre_name": one.cadre_name,
            "office": one.office,
            **self._kind(one.office_kind),
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "end_reason": one.end_reason,
            "note": one.note,
            "is_able": one.is_able,
            "created_by": one.created_by,
        }

    def load(self, one: CadreLoad) -> dict[str, Any]:
        """Return one cadre with the number of households."""
        return {
            "user_id": str(one.user_id),
            "cadre_name": one.cadre_name,
            "office": one.office,
            **self._kind(one.office_kind),
            "households": one.households,
            "total": one.total,
            "orphaned": one.orphaned,
            "capacity": one.capacity,
        }

    def handover(self, one: HandoverRecord) -> dict[str, Any]:
        """Return one handover."""
        return {
            "id": str(one.id),
            "region": self._ref(one.region_code),
            "at": one.at,
            "by": one.by,
            "on": one.on,
            "from_name": one.from_name,
            "to_name": one.to_name,
            "reason": one.reason,
            "count": one.count,
            "undone_at": one.undone_at,
        }

    def choices(self, cadres: Cadres) -> dict[str, Any]:
        """Return who can be paired, and the kinds of offices."""
        totals = rows.count_held(list(cadres.by_id), self.region)
        return {
            "cadres": [
                {
                    "user_id": str(one.user_id),
                    "username": one.username,
                    "name": one.name,
                    "office": one.office,
                    "roles_zh": [get_role(role).zh for role in sorted(set(one.roles))],
                    "roles_en": [get_role(role).en for role in sorted(set(one.roles))],
                    "total": totals.get(one.user_id, 0),
                }
                for one in cadres.by_id.values()
            ],
            "offices": [self._office(kind) for kind in self.kinds.values()],
        }

    def _office(self, kind: OfficeKind) -> dict[str, Any]:
        capacity = kind.capacity(str(self.region), self.on)
        return {
            "kind": kind.name,
            "zh": kind.title.zh,
            "en": kind.title.en,
            "capacity": capacity.households if capacity else None,
            "document": capacity.source.document if capacity else "",
            "status": capacity.source.status if capacity else "",
        }

    def _kind(self, name: str) -> dict[str, str]:
        kind = self.kinds.get(name)
        zh, en = (kind.title.zh, kind.title.en) if kind else (name, name)
        return {"office_kind": name, "office_kind_zh": zh, "office_kind_en": en}

    def _ref(self, code: str) -> dict[str, str]:
        if code not in self._refs:
            place = regions.find_region(code)
            self._refs[code] = {"code": code, "name": place.name if place else code}
        return self._refs[code]


def imported(found: PairingImport, language: str) -> dict[str, Any]:
    """Return what became of a list."""
    return {
        "rows": found.rows,
        "new": found.new,
        "replaced": found.replaced,
        "unchanged": found.unchanged,
        "bad": found.bad,
        "is_committed": found.is_committed,
        "issues": [issue(one, language) for one in found.issues[:SHOWN_ISSUES]],
    }


def issue(one: CellIssue, language: str) -> dict[str, Any]:
    """Return why a row is not taken: row, heading of the column, code, message, remedy."""
    text = errors.text(one.code, one.params, language)
    column = contract().find_column(one.column) if one.column else None
    heading = "" if column is None else column.en if language == "en" else column.zh
    return {
        "row": one.row_no,
        "column": heading,
        "code": one.code,
        "message": text.message,
        "remedy": text.remedy,
    }
