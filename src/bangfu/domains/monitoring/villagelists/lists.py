"""The list of what a village has to check in a month (本月核查清单): one a village, deduplicated.

Made again in the month it keeps its number and rows and takes in what has come since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bangfu.domains.monitoring import errands
from bangfu.domains.monitoring.clues.making import lock
from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.listing import me
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.models.clues import VillageList, VillageListRow
from bangfu.domains.monitoring.posts import posts_around
from bangfu.domains.monitoring.rows import to_record
from bangfu.domains.monitoring.showing import cover, sight_of
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.notifications.services import notify
from bangfu.kernel.errors import NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import local_day
from bangfu.procedures import DispatchRow, Level, Proof, Way

MAKE, READ = "CLUE_DISPATCH", "PROCEEDING_READ"
MADE = "monitoring.village_list.made"
SUBJECT = "monitoring.village_list"
# Clues that somebody in the village has to check, and suspicions that it hears the family about.
TO_CHECK = {CLUE: ("DISPATCHED", "CHECKING"), SUSPICION: ("TELLING", "CHECKING")}
SHOWN = 500
# What a row asks for beyond an answer.
VISIT, PHOTO = "VISIT", "PHOTO"


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list as other code sees it, with how many of its rows are answered."""

    id: UUID
    region_code: str
    month: str
    no: str
    issued_on: date
    due_on: date
    contact: str
    contact_phone: str
    made_at: datetime
    made_by: str
    rows: int
    answered: int


@dataclass(frozen=True, slots=True)
class RowRecord:
    """A row of a list with its clue's reason as the reader may see it; `asks`: VISIT where a call
    will not do, PHOTO where one is needed."""

    place: int
    proceeding_id: UUID
    household_id: UUID | None
    clue_no: str
    procedure: str
    household_no: str
    head_name: str
    reason_zh: str
    reason_en: str
    due_on: date | None
    result: str
    entered_at: datetime | None
    entered_by: str
    answer: str
    asks: frozenset[str] = frozenset()


def make_lists(
    *,
    scope: Scope,
    at: datetime,
    region: RegionCode,
    month: Period,
    contact: str = "",
    contact_phone: str = "",
) -> list[ListRecord]:
    """Make or fill up the lists of the villages of a place; those without a clue get none.

    Raises NotAllowed E-ACCESS-REGION, Refused E-CLUES-LIST-MONTH for another month than this one.
    """
    require(scope, MAKE)
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
    today = local_day(at)
    if str(month) != f"{today:%Y-%m}":
        raise Refused("E-CLUES-LIST-MONTH", month=str(month), present=f"{today:%Y-%m}")
    with activate(scope):
        lock(region.county)
        made = []
        for village, clues in _by_village(scope, region).items():
            row = VillageList.objects.filter(region_code=village, month=str(month)).first()
            row = row or _new(scope, at, village, month, contact, contact_phone)
            if _fill(row, clues):
                _record(scope, at, row, MADE)
                _tell(at, row)
            made.append(row.id)
        return _records(VillageList.objects.filter(id__in=made))


def _by_village(scope: Scope, region: RegionCode) -> dict[str, list[Proceeding]]:
    """The clues and suspicions to check of each village, a household's together."""
    lower, upper = region.bounds
    waiting = Q()
    for procedure, states in TO_CHECK.items():
        waiting |= Q(procedure=procedure, state__in=states)
    found = in_scope(Proceeding.objects.all(), scope).filter(
        waiting, region_code__gte=lower, region_code__lt=upper
    )
    villages: dict[str, list[Proceeding]] = {}
    for row in found.order_by("region_code", "household_no", "no"):
        if row.household_id is not None:
            villages.setdefault(row.region_code, []).append(row)
    return villages


def _name(scope: Scope) -> str:
    """Who answers for a list that names nobody: whoever made it, if that is a person."""
    return scope.actor.label if scope.actor.kind == "USER" else ""


def make_this_month(scope: Scope, at: datetime, region: RegionCode) -> None:
    """Make or fill up the lists of a county's villages for the month of an instant."""
    make_lists(scope=scope, at=at, region=region, month=Period.containing(local_day(at)))


def _new(
    scope: Scope, at: datetime, village: str, month: Period, contact: str, phone: str
) -> VillageList:
    today = local_day(at)
    return VillageList(
        id=uuid7(),
        region_code=village,
        month=str(month),
        no=f"{village}-{str(month).replace('-', '')}",
        issued_on=today,
        due_on=today,
        contact=(contact.strip() or _name(scope))[:60],
        contact_phone=phone.strip()[:40],
        made_at=at,
        made_by=scope.actor.label[:120],
    )


def _fill(row: VillageList, clues: Sequence[Proceeding]) -> int:
    """Add the clues that are not on a list yet; return how many. Those of one household are one
    row with several reasons: they share a place. What comes once the list is out is a row more,
    since nobody answers on paper what the paper does not say."""
    known = set(VillageListRow.objects.filter(list_id=row.id).values_list("proceeding_id", "place"))
    listed = {proceeding for proceeding, _ in known}
    last = max((place for _, place in known), default=0)
    fresh = [clue for clue in clues if clue.id not in listed]
    if not fresh:
        return 0
    row.due_on = max(row.due_on, *(clue.next_due_on or row.due_on for clue in fresh))
    row.save()
    places: dict[tuple[UUID | None, bool], int] = {}
    rows = []
    for clue in fresh:
        # A suspicion is answered in other words than a clue, so it is a row of its own.
        home = (clue.household_id, clue.procedure == SUSPICION)
        places.setdefault(home, last + len(places) + 1)
        listed_row = VillageListRow(
            region_code=row.region_code,
            list=row,
            place=places[home],
            proceeding_id=clue.id,
            clue_no=clue.no,
            head_name=clue.head_name,
        )
        rows.append(listed_row)
    VillageListRow.objects.bulk_create(rows)
    return len(fresh)


def _tell(at: datetime, row: VillageList) -> None:
    """Tell the village that its list is made or longer, and of how many households."""
    listed = VillageListRow.objects.filter(list_id=row.id)
    homes = Proceeding.objects.filter(id__in=listed.values("proceeding_id"))
    count = homes.values("household_id").distinct().count()
    posts = posts_around([row.region_code], local_day(at))
    place = RegionCode(row.region_code)
    notify(
        scope=system_scope(place, SUBJECT),
        at=at,
        users=sorted(posts.of(Level.VILLAGE, row.region_code, ""), key=str),
        subject="monitoring.village_list",
        params={"place": row.region_code, "month": row.month, "count": count},
        link=f"/village-lists/{row.id}",
        region=place,
        key=f"list:{row.id}:{row.due_on}:{listed.count()}",
    )


def list_lists(
    scope: Scope, *, region: RegionCode | None = None, month: str = ""
) -> list[ListRecord]:
    """Return the lists of a place, the newest month first, at most 500.

    Raises NotFound E-API-NOT-FOUND for a place outside the scope.
    """
    require(scope, READ)
    place = region or scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    lower, upper = place.bounds
    with activate(scope):
        rows = _visible(scope).filter(region_code__gte=lower, region_code__lt=upper)
        if month:
            rows = rows.filter(month=month)
        return _records(rows)


def get_list(scope: Scope, list_id: UUID) -> tuple[ListRecord, list[RowRecord]]:
    """Return a list with its rows as the reader may see them. Raises NotFound E-CLUES-LIST."""
    require(scope, READ)
    with activate(scope):
        row = find_row(scope, list_id)
        (record,) = _records(VillageList.objects.filter(id=row.id))
        return record, rows_of(scope, row)


def find_row(scope: Scope, list_id: UUID, *, to_write: bool = False) -> VillageList:
    """Return a list of the scope, locked with `to_write`. Raises NotFound E-CLUES-LIST."""
    found = _visible(scope)
    if to_write:
        found = found.select_for_update()
    row = found.filter(id=list_id).first()
    if row is None:
        raise NotFound("E-CLUES-LIST")
    return row


def _visible(scope: Scope) -> QuerySet[VillageList]:
    """The lists of the scope: of villages and those above them, of no department."""
    found = in_scope(VillageList.objects.all(), scope)
    return found if scope.department is None else found.none()


def rows_of(scope: Scope, row: VillageList) -> list[RowRecord]:
    """Return the rows of a list; reasons of closed classes give way, but for one's own duties."""
    rows = list(VillageListRow.objects.filter(list_id=row.id).order_by("place", "clue_no"))
    clues = {
        one.id: one
        for one in in_scope(Proceeding.objects.all(), scope).filter(
            id__in=[each.proceeding_id for each in rows]
        )
    }
    mine = _duties(scope, clues)
    asked = errands.rows_of(clues.values(), row.made_at, scope)
    places: dict[int, list[RowRecord]] = {}
    for each in rows:
        clue = clues.get(each.proceeding_id)
        found = _row(scope, each, clue, mine, asked.get(each.proceeding_id))
        places.setdefault(each.place, []).append(found)
    return [_together(found) for found in places.values()]


def _together(rows: Sequence[RowRecord]) -> RowRecord:
    """A household's row out of those of its clues: the first one's number, all reasons and what
    is asked, the earliest day."""
    days = [one.due_on for one in rows if one.due_on is not None]
    return replace(
        rows[0],
        reason_zh="；".join(dict.fromkeys(one.reason_zh for one in rows if one.reason_zh)),
        reason_en="; ".join(dict.fromkeys(one.reason_en for one in rows if one.reason_en)),
        due_on=min(days, default=None),
        asks=frozenset().union(*(one.asks for one in rows)),
    )


def _duties(scope: Scope, clues: Iterable[UUID]) -> set[UUID]:
    """Which clues are the reader's own duty."""
    asking = me(scope)
    if asking is None:
        return set()
    held = ProceedingHandler.objects.filter(
        proceeding_id__in=list(clues), user_id=asking, until__isnull=True
    )
    return set(held.values_list("proceeding_id", flat=True))


def _row(
    scope: Scope,
    row: VillageListRow,
    clue: Proceeding | None,
    mine: set[UUID],
    errand: DispatchRow | None,
) -> RowRecord:
    zh = en = ""
    asks: set[str] = set()
    if clue is not None:
        record = to_record(clue)
        sight = sight_of(scope, record, mine=clue.id in mine)
        shown = cover(sight, record, None)
        zh, en = shown.title_zh, shown.title_en
        if errand is not None and sight.is_open:
            asks |= {VISIT} if Way.TELEPHONE not in errand.ways else set()
            asks |= {PHOTO} if errand.photo is Proof.NEEDED else set()
    return RowRecord(
        place=row.place,
        proceeding_id=row.proceeding_id,
        household_id=clue.household_id if clue else None,
        clue_no=row.clue_no,
        procedure=clue.procedure if clue else "",
        household_no=clue.household_no if clue else "",
        head_name=row.head_name,
        reason_zh=zh,
        reason_en=en,
        due_on=clue.next_due_on if clue else None,
        result=row.result,
        entered_at=row.entered_at,
        entered_by=row.entered_by,
        answer=str(row.answer or ""),
        asks=frozenset(asks),
    )


def _records(found: object) -> list[ListRecord]:
    rows = found.annotate(  # type: ignore[attr-defined]
        all_rows=Count("rows__place", distinct=True),
        answered=Count("rows__place", distinct=True, filter=~Q(rows__result="")),
    ).order_by("-month", "region_code")
    return [
        ListRecord(
            id=row.id,
            region_code=row.region_code,
            month=row.month,
            no=row.no,
            issued_on=row.issued_on,
            due_on=row.due_on,
            contact=row.contact,
            contact_phone=row.contact_phone,
            made_at=row.made_at,
            made_by=row.made_by,
            rows=row.all_rows,
            answered=row.answered,
        )
        for row in rows[:SHOWN]
    ]


def _record(scope: Scope, at: datetime, row: VillageList, action: str) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "month": row.month},
    )
