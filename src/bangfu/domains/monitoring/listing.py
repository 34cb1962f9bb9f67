"""Lists of proceedings: by place, state, duty and day, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.doers import require_reader
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.lanes import Lane, lane_of
from bangfu.domains.monitoring.lanes import me as me
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.models.cases import DecisionBatchRow
from bangfu.domains.monitoring.showing import cover, sight_of
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation.access.columns import closed_classes
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts.naming import names_of
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_text
from bangfu.procedures import Definition

MAX_PAGE = 200
BATCH = 500
_SALT = "monitoring.proceedings"
_LAST_DAY = date.max


@dataclass(frozen=True, slots=True)
class ProceedingFilter:
    """Which proceedings. Empty means all of the scope.

    `is_open` None takes both; `handler` is an account's id; `due_before` the first day that is
    too late; `overdue` needs `today`; `q` a number of proceeding or household, or the head's
    name, from its start. `unlisted` leaves out what is on a list that the county has yet to
    decide; `lane` is one of the reader's desk on the day `lane_on`. `by_due` sorts by the next
    last day, else the newest come first.
    """

    region: RegionCode | None = None
    procedure: str = ""
    state: str = ""
    is_open: bool | None = None
    waits_for: str = ""
    handler: UUID | None = None
    department: str = ""
    due_before: date | None = None
    overdue_on: date | None = None
    supervised: bool | None = None
    risk: str = ""
    source: str = ""
    period: str = ""
    household_no: str = ""
    household_id: UUID | None = None
    batch_id: UUID | None = None
    q: str = ""
    unlisted: bool = False
    lane: Lane | None = None
    lane_on: date | None = None
    by_due: bool = False


@dataclass(frozen=True, slots=True)
class ProceedingPage:
    """A page of proceedings, with their definitions and the names of their present handlers."""

    items: list[ProceedingRecord] = field(default_factory=list)
    definitions: dict[UUID, Definition | None] = field(default_factory=dict)
    handlers: dict[UUID, list[str]] = field(default_factory=dict)
    next_cursor: str | None = None
    total: int = 0


def list_proceedings(
    scope: Scope,
    filters: ProceedingFilter,
    *,
    at: datetime,
    cursor: str | None = None,
    limit: int = 50,
) -> ProceedingPage:
    """Return a page of the proceedings of the scope. Raises InvalidValue E-MONITORING-CURSOR."""
    require_reader(scope)
    limit = max(1, min(limit, MAX_PAGE))
    with activate(scope):
        found = matching(scope, filters)
        total = found.count()
        page = list(_after(found, filters, cursor)[: limit + 1])
        shown = page[:limit]
        holders = _open_handlers(shown)
    words = Wording(at)
    items, definitions = _covered(scope, shown, holders, words)
    people = names_of({user for users in holders.values() for user in users})
    return ProceedingPage(
        items=items,
        definitions=definitions,
        handlers={row: [people.get(user, "") for user in users] for row, users in holders.items()},
        next_cursor=_cursor_of(filters, shown[-1]) if len(page) > limit else None,
        total=total,
    )


def iter_proceedings(
    scope: Scope, filters: ProceedingFilter, *, at: datetime
) -> Iterator[tuple[ProceedingRecord, Definition | None, list[str]]]:
    """Yield proceedings of the scope with definition and handlers' names; inside `activate`."""
    require_reader(scope)
    words = Wording(at)
    last: UUID | None = None
    while True:
        batch = matching(scope, filters).order_by("-id")
        if last is not None:
            batch = batch.filter(id__lt=last)
        shown = list(batch[:BATCH])
        if not shown:
            return
        holders = _open_handlers(shown)
        people = names_of({user for users in holders.values() for user in users})
        items, definitions = _covered(scope, shown, holders, words)
        for item in items:
            names = [people.get(user, "") for user in holders.get(item.id, [])]
            yield item, definitions[item.id], names
        last = shown[-1].id


def find_by_number(scope: Scope, no: str) -> ProceedingRecord:
    """Return a proceeding of the scope by its number; of several counties' the newest.

    What is closed is withheld as for somebody whose duty it is not. Raises NotFound
    E-MONITORING-NOT-FOUND.
    """
    require_reader(scope)
    with activate(scope):
        row = rows.visible(scope).filter(no=no.strip().upper()).order_by("-id").first()
    if row is None:
        raise NotFound("E-MONITORING-NOT-FOUND")
    record = rows.to_record(row)
    return cover(sight_of(scope, record, mine=False), record, None)


def matching(scope: Scope, filters: ProceedingFilter) -> QuerySet[Proceeding]:
    """Return the rows of the scope within the filters, unordered; inside `activate`."""
    found = rows.visible(scope).filter(
        _condition(filters), _place(filters), _matter(scope, filters)
    )
    if filters.unlisted:
        listed = in_scope(DecisionBatchRow.objects.filter(is_live=True), scope)
        found = found.exclude(id__in=listed.values("proceeding_id"))
    if filters.lane is None or filters.lane_on is None:
        return found
    laned = found.filter(closed_at__isnull=True).alias(lane=lane_of(scope, filters.lane_on))
    return laned.filter(lane=str(filters.lane))


def _condition(filters: ProceedingFilter) -> Q:
    same = {
        "procedure": filters.procedure,
        "state": filters.state,
        "waits_for": filters.waits_for,
        "department": filters.department,
        "source": filters.source,
        "period": filters.period,
        "household_no": filters.household_no,
        "household_id": filters.household_id,
        "batch_id": filters.batch_id,
    }
    found = Q(**{name: value for name, value in same.items() if value})
    if filters.is_open is not None:
        found &= Q(closed_at__isnull=filters.is_open)
    if filters.due_before is not None:
        found &= Q(closed_at__isnull=True, next_due_on__lt=filters.due_before)
    if filters.overdue_on is not None:
        found &= Q(closed_at__isnull=True, next_due_on__lt=filters.overdue_on)
    if filters.supervised is not None:
        found &= Q(is_supervised=filters.supervised)
    if filters.handler is not None:
        found &= Q(id__in=_duties(filters.handler))
    return found & _search(normalise_text(filters.q))


def _search(text: str) -> Q:
    if not text:
        return Q()
    return (
        Q(no__startswith=text.upper())
        | Q(household_no__startswith=text)
        | Q(head_name__startswith=text)
    )


def _place(filters: ProceedingFilter) -> Q:
    if filters.region is None:
        return Q()
    lower, upper = filters.region.bounds
    return Q(region_code__gte=lower, region_code__lt=upper)


def _matter(scope: Scope, filters: ProceedingFilter) -> Q:
    """A filter by the matter tells it: closed ones are found by their handler alone."""
    if not filters.risk:
        return Q()
    closed = sorted(closed_classes(scope))
    open_to_me = ~Q(classes__overlap=closed) if closed else Q()
    asking = me(scope)
    if closed and asking is not None:
        open_to_me |= Q(id__in=_duties(asking))
    return Q(risk=filters.risk) & open_to_me


def _duties(user: UUID) -> QuerySet[ProceedingHandler, UUID]:
    held = ProceedingHandler.objects.filter(user_id=user, until__isnull=True)
    return held.values_list("proceeding_id", flat=True)


def _after(
    found: QuerySet[Proceeding], filters: ProceedingFilter, cursor: str | None
) -> QuerySet[Proceeding]:
    """Return the rows after a cursor in the order of the list."""
    if not filters.by_due:
        rest = found.filter(id__lt=_open_cursor(cursor)[1]) if cursor else found
        return rest.order_by("-id")
    if cursor:
        day, last = _open_cursor(cursor)
        later = Q(next_due_on__gt=day) | Q(next_due_on__isnull=True)
        same = Q(next_due_on=day, id__gt=last)
        if day == _LAST_DAY:
            later, same = Q(pk__in=[]), Q(next_due_on__isnull=True, id__gt=last)
        found = found.filter(later | same)
    return found.order_by("next_due_on", "id")


def _cursor_of(filters: ProceedingFilter, row: Proceeding) -> str:
    day = (row.next_due_on or _LAST_DAY) if filters.by_due else _LAST_DAY
    return signing.dumps([day.isoformat(), str(row.id)], salt=_SALT)


def _open_cursor(cursor: str) -> tuple[date, UUID]:
    try:
        day, last = signing.loads(cursor, salt=_SALT)
        return date.fromisoformat(day), UUID(last)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidValue("E-MONITORING-CURSOR") from error


def _open_handlers(shown: Sequence[Proceeding]) -> dict[UUID, list[UUID]]:
    held = ProceedingHandler.objects.filter(
        proceeding_id__in=[row.id for row in shown], until__isnull=True
    )
    found: dict[UUID, list[UUID]] = {}
    for row, user in held.order_by("since", "id").values_list("proceeding_id", "user_id"):
        found.setdefault(row, []).append(user)
    return found


def _covered(
    scope: Scope,
    shown: Sequence[Proceeding],
    holders: dict[UUID, list[UUID]],
    words: Wording,
) -> tuple[list[ProceedingRecord], dict[UUID, Definition | None]]:
    items, definitions, asking = [], {}, me(scope)
    for row in shown:
        record = rows.to_record(row)
        definition = words.definition(row.region_code, row.procedure, row.version)
        mine = asking is not None and asking in holders.get(row.id, [])
        items.append(cover(sight_of(scope, record, mine=mine), record, definition))
        definitions[row.id] = definition
    return items, definitions
