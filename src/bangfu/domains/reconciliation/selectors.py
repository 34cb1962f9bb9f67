"""Reads of the reconciliations. Every one takes the scope; what lies outside does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Max, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from bangfu.domains.reconciliation.domain import (
    ItemKind,
    ItemRecord,
    ItemState,
    ReconciliationRecord,
    State,
)
from bangfu.domains.reconciliation.models import Reconciliation, ReconciliationItem
from bangfu.domains.registry import columns
from bangfu.foundation.access.columns import HIDDEN, OPEN, Access, access_to
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.http.cursors import seal, unseal
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import LENGTH, PREFIX_LENGTHS, TOWN, RegionCode
from bangfu.kernel.scope import Scope

RUNS_SHOWN = 50
_ORDER = ("region_code", "household_no", "id")
_LIST = "reconciliation.items"
_OF_MEMBER = Case(
    When(person_token="", then=Value(False)), default=Value(True), output_field=BooleanField()
)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items; empty means all. `q`: a name from its start or a household number."""

    region: RegionCode
    kind: ItemKind | None = None
    column: str = ""
    state: ItemState | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of items, the cursor of the next, and the number of all within the filters."""

    items: list[ItemRecord]
    next_cursor: str | None
    total: int


def to_record(row: Reconciliation) -> ReconciliationRecord:
    """Return the plain record of a reconciliation."""
    return ReconciliationRecord(
        id=row.id,
        region_code=row.region_code,
        as_of=row.as_of,
        file_name=row.file_name,
        state=State(row.state),
        counts=row.counts,
        errors=row.errors,
        job_id=row.job_id,
        created_at=row.created_at,
        created_by=row.created_by,
        finished_at=row.finished_at,
    )


def to_item(scope: Scope, row: ReconciliationItem) -> ItemRecord:
    """Return the plain record of an item, its values as open to the scope as their column is."""
    access = _access(scope, row)
    return ItemRecord(
        id=row.id,
        kind=ItemKind(row.kind),
        region_code=row.region_code,
        household_no=row.household_no,
        head_name=row.head_name,
        member_name=row.member_name,
        column=row.column,
        of_member=bool(row.person_token),
        here=access.apply(row.here) or "",
        there=access.apply(row.there) or "",
        is_hidden=access.shown == HIDDEN,
        state=ItemState(row.state),
        first_seen_on=row.first_seen_on,
        done_on=row.done_on,
        reason=row.reason,
    )


def _access(scope: Scope, row: ReconciliationItem) -> Access:
    dataset = columns.MEMBER if row.person_token else columns.HOUSEHOLD
    return access_to(scope, dataset, row.column) if row.column else Access(OPEN)


def get_reconciliation(scope: Scope, run_id: UUID) -> ReconciliationRecord:
    """Return one reconciliation. Raises NotFound E-RECONCILE-NOT-FOUND."""
    require(scope, "RECONCILE")
    with activate(scope):
        row = in_scope(Reconciliation.objects.all(), scope).filter(id=run_id).first()
    if row is None:
        raise NotFound("E-RECONCILE-NOT-FOUND")
    return to_record(row)


def list_reconciliations(scope: Scope, region: RegionCode) -> list[ReconciliationRecord]:
    """Return the newest 50 reconciliations of places inside `region`, newest first."""
    require(scope, "RECONCILE")
    lower, upper = region.bounds
    with activate(scope):
        rows = in_scope(Reconciliation.objects.all(), scope).filter(
            region_code__gte=lower, region_code__lt=upper
        )
        return [to_record(row) for row in rows.order_by("-id")[:RUNS_SHOWN]]


def newest_as_of(scope: Scope, region: RegionCode) -> date | None:
    """Return the day of the newest export that was compared for `region` or a place around it."""
    around = [str(region), *(str(one) for one in region.ancestors)]
    with activate(scope):
        rows = in_scope(Reconciliation.objects.all(), scope).filter(
            region_code__in=around, state=State.DONE
        )
        found: date | None = rows.aggregate(newest=Max("as_of"))["newest"]
    return found


def _filtered(scope: Scope, wanted: ItemFilter) -> QuerySet[ReconciliationItem]:
    lower, upper = wanted.region.bounds
    rows = in_scope(ReconciliationItem.objects.all(), scope).filter(
        region_code__gte=lower, region_code__lt=upper
    )
    if wanted.kind is not None:
        rows = rows.filter(kind=wanted.kind)
    if wanted.column:
        rows = rows.filter(column=wanted.column)
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)
    if wanted.q:
        rows = rows.filter(
            Q(head_name__startswith=wanted.q)
            | Q(member_name__startswith=wanted.q)
            | Q(household_no__startswith=wanted.q)
        )
    return rows


def list_items(scope: Scope, wanted: ItemFilter, *, cursor: str | None, limit: int) -> ItemPage:
    """Return a page of items by place and household. Raises InvalidValue E-API-CURSOR."""
    require(scope, "RECONCILE")
    place = unseal(_LIST, cursor)
    with activate(scope):
        rows = _filtered(scope, wanted)
        total = rows.count()
        found = [to_item(scope, row) for row in _after(rows, place).order_by(*_ORDER)[: limit + 1]]
    more = found[limit - 1] if len(found) > limit else None
    end = [more.region_code, more.household_no, str(more.id)] if more else None
    return ItemPage(found[:limit], seal(_LIST, end) if end else None, total)


def _after(
    rows: QuerySet[ReconciliationItem], place: list[Any] | None
) -> QuerySet[ReconciliationItem]:
    if place is None:
        return rows
    region, household_no, last = place
    return rows.filter(region_code__gte=region).filter(
        Q(region_code__gt=region)
        | Q(household_no__gt=household_no)
        | Q(household_no=household_no, id__gt=last)
    )


def iter_items(scope: Scope, wanted: ItemFilter) -> Iterator[ItemRecord]:
    """Yield all items within the filters; consume it inside `activate(scope)`."""
    require(scope, "RECONCILE")
    for row in _filtered(scope, wanted).order_by(*_ORDER).iterator(chunk_size=2000):
        yield to_item(scope, row)


def count_items(scope: Scope, region: RegionCode) -> dict[str, Any]:
    """Return counts of a place: by state, and of open ones by kind, by column and by town."""
    require(scope, "RECONCILE")
    length = PREFIX_LENGTHS[TOWN]
    with activate(scope):
        rows = _filtered(scope, ItemFilter(region))
        states = dict(rows.values_list("state").annotate(Count("id")).order_by())
        still = rows.filter(state=ItemState.OPEN)
        kinds = dict(still.values_list("kind").annotate(Count("id")).order_by())
        columns = (
            still.exclude(column="")
            .annotate(of_member=_OF_MEMBER)
            .values_list("column", "of_member")
            .annotate(number=Count("id"))
            .order_by("-number", "column")
        )
        towns = (
            still.annotate(town=Substr("region_code", 1, length))
            .values_list("town")
            .annotate(number=Count("id"))
            .order_by("town")
        )
        return {
            "states": {str(one): states.get(str(one), 0) for one in ItemState},
            "kinds": {str(one): kinds.get(str(one), 0) for one in ItemKind},
            "columns": [(name, of_member, number) for name, of_member, number in columns],
            "towns": [(town.ljust(LENGTH, "0"), number) for town, number in towns],
        }
