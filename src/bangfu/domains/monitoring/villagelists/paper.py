"""A village list as the A4 paper that is handed out (.docx)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.monitoring.models.clues import VillageList
from bangfu.domains.monitoring.papers.filing import paper_book
from bangfu.domains.monitoring.villagelists.lists import (
    PHOTO,
    READ,
    SUBJECT,
    VISIT,
    RowRecord,
    find_row,
    rows_of,
)
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.registry.selectors import filtered
from bangfu.foundation import audit, papers
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.papers import CaseContext
from bangfu.foundation.papers.context import Checklist, ChecklistRow, Place
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, TOWN, RegionCode
from bangfu.kernel.scope import Scope

PAPER = "monthly_list"
_ASKS = {VISIT: "须入户", PHOTO: "须拍照"}
DOWNLOADED = "monitoring.village_list.downloaded"


def make_paper(*, scope: Scope, at: datetime, list_id: UUID) -> tuple[str, bytes]:
    """Return the list's number and its .docx, with the reasons that the reader may see.

    The look is written down. Raises NotFound E-CLUES-LIST.
    """
    require(scope, READ)
    with activate(scope):
        row = find_row(scope, list_id)
        context = CaseContext(
            made_on=row.issued_on, place=place_of(row), checklist=checklist(scope, row)
        )
        audit.record_read(
            scope,
            DOWNLOADED,
            at=at,
            subject_kind=SUBJECT,
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"no": row.no},
        )
    book = paper_book(row.region_code, at)
    made = papers.make_paper(PAPER, context, on=row.issued_on, book=book)
    return row.no, made.content


def place_of(row: VillageList) -> Place:
    """Return the names of the places above a list."""
    names = names_around(row.region_code)
    region = RegionCode(row.region_code)
    return Place(
        county=names.get(str(region.at_level(COUNTY))),
        township=names.get(str(region.at_level(TOWN))),
        village=names.get(row.region_code),
    )


def checklist(scope: Scope, row: VillageList) -> Checklist:
    """Return a list as it is printed; inside `activate`."""
    found = rows_of(scope, row)
    homes = _homes(scope, found)
    return Checklist(
        list_no=row.no,
        month=Period.parse(row.month).first_day,
        issued_on=row.issued_on,
        due_on=row.due_on,
        contact=row.contact,
        contact_phone=row.contact_phone or None,
        rows=tuple(_printed(one, homes) for one in found),
    )


def _homes(scope: Scope, rows: Sequence[RowRecord]) -> dict[UUID, tuple[str | None, int]]:
    wanted = [one.household_id for one in rows if one.household_id is not None]
    found = filtered(scope, HouseholdFilter(among=wanted))
    return {
        household: (group, members)
        for household, group, members in found.values_list("id", "village_group", "member_count")
    }


def _asked(row: RowRecord) -> str:
    """What the village has to know before somebody goes, or calls in vain."""
    words = [word for ask, word in _ASKS.items() if ask in row.asks]
    return f"（{'、'.join(words)}）" if words else ""


def _printed(row: RowRecord, homes: dict[UUID, tuple[str | None, int]]) -> ChecklistRow:
    group, members = homes.get(row.household_id, (None, 0)) if row.household_id else (None, 0)
    answer = json.loads(row.answer) if row.answer else {}
    checked = answer.get("checked_on")
    return ChecklistRow(
        clue_no=row.clue_no,
        head_name=row.head_name,
        group=group,
        population=members or None,
        reason=row.reason_zh + _asked(row),
        due_on=row.due_on,
        outcome=answer.get("outcome"),
        way=answer.get("way"),
        checked_on=date.fromisoformat(checked) if checked else None,
        checkers=answer.get("checkers"),
        note=answer.get("note"),
    )
