"""Who is told what when a step was taken: whoever has it now, whoever had it, all at an alarm.

`advancing` and `clues.bulk_advancing` come here with every step that they store, in its
transaction, so that no part of the domain can forget it. What is said follows from the table of the
procedure, not from names of steps: who has the next one, where it leads, which clocks begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.monitoring.domain.proceedings import (
    CLEARING,
    CLUE,
    IDENTIFICATION,
    SUSPICION,
    Bearing,
    bearing_of,
)
from bangfu.domains.monitoring.links import link_of
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.posts import Posts, posts_around, whose_turn
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import system_scope
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Level
from bangfu.procedures.dispatch import Channel
from bangfu.procedures.model import STAY

# Whoever gets more than this of a kind at once gets one message with their number.
SINGLY = 3
MINE, DESK = "/clues?handler=me", "/desk"
NATION = RegionCode("000000000000")
# A state whose clock climbs this ladder is immediate danger: help first, procedure after.
_ALARM = "urgent"
_HANDLERS, _DEPARTMENT = "handlers", "department"
# Whoever acts in a place is told of danger there, whosever turn it is.
_ALL = (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
# A decision of the county is news for those who prepared it and those who tell the family.
_BELOW = (Level.VILLAGE, Level.TOWNSHIP)
_DECIDED = frozenset({IDENTIFICATION, CLEARING, SUSPICION})
_MANY = {
    "monitoring.urgent": "monitoring.urgent_many",
    "monitoring.dispatched": "monitoring.dispatched_many",
    "monitoring.decided": "monitoring.decided_many",
}
_WITHOUT_DAY = frozenset(
    {"monitoring.returned", "monitoring.answered", "monitoring.closed", "monitoring.decided"}
    | {"monitoring.reassigned"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """Something to say of a proceeding: to whose turn it is, to who had it until now, to the posts
    of some levels, to some accounts. `but` is who took the step."""

    subject: str
    row: Proceeding
    at: datetime
    due_on: date
    waits_for: str
    department: str
    key: str
    but: str
    turn: bool = False
    gone: bool = False
    levels: tuple[Level, ...] = ()
    users: tuple[str, ...] = ()


_pending: ContextVar[list[Call] | None] = ContextVar("monitoring_telling", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Say what the steps of a block come to at its end, so that many are one message each."""
    if _pending.get() is not None:
        yield
        return
    calls: list[Call] = []
    token = _pending.set(calls)
    try:
        yield
    finally:
        # What is raised undoes the steps: then there is nothing to say.
        _pending.reset(token)
    _say(calls)


def tell(steps: Iterable[Stepped]) -> None:
    """Tell of steps that were stored in one deed, of each proceeding where it came to in it.

    Three queries and two inserts, whatever their number; none where there is nothing to say.
    """
    last = {step.row.id: step for step in steps}
    if not last:
        return
    wording = Wording(next(iter(last.values())).at)
    calls = [call for step in last.values() for call in calls_of(step, wording)]
    pending = _pending.get()
    if pending is None:
        _say(calls)
    else:
        pending += calls


def calls_of(told: Stepped, wording: Wording) -> Iterator[Call]:
    """Return what is to be said of a step; `wording` reads each county's table once."""
    row, named = told.row, told.facts.get(_HANDLERS)
    handlers = named if isinstance(named, tuple) else ()
    if is_alarm(told):
        yield _call(told, "urgent", turn=True, levels=_ALL, users=handlers)
        if told.waited_for == Level.SECTOR:
            yield _call(told, "reassigned", levels=(Level.SECTOR,))
        return
    is_decision = _is_decision(told)
    if row.closed_at is not None:
        if is_decision:
            yield _call(told, "decided", gone=True, levels=_BELOW)
        else:
            yield _call(told, "closed", gone=True)
        return
    step = told.definition.steps.get(told.taken.step)
    if handlers or (step is not None and _HANDLERS in step.forgets):
        yield _call(told, "reassigned", gone=True)
    if handlers:
        yield _call(told, "urgent" if _is_pressing(told, wording) else "dispatched", users=handlers)
    elif step is not None and step.extension is not None:
        yield _call(told, "extended", turn=True)
    elif is_decision:
        yield _call(told, "decided", turn=True, levels=_BELOW)
    else:
        yield from _moved(told)


def is_alarm(told: Stepped) -> bool:
    """Whether a step says that somebody is in immediate danger (绿色通道)."""
    clocks = told.definition.clocks
    return any(clocks[started.clock].ladder == _ALARM for started in told.taken.started)


def _is_decision(told: Stepped) -> bool:
    """Whether the county has just decided a case or a suspicion, in favour or against."""
    row, origin = told.row, told.taken.origin
    left = told.waited_for == Level.COUNTY and row.waits_for != Level.COUNTY
    step = told.definition.steps.get(told.taken.step)
    if row.procedure not in _DECIDED or not left or not origin or step is None:
        return False
    return bearing_of(told.definition, origin, step) is Bearing.ON


def _is_back(told: Stepped) -> bool:
    step = told.definition.steps.get(told.taken.step)
    if step is None or step.target == STAY or not told.taken.origin:
        return False
    order = list(told.definition.states)
    return order.index(told.row.state) < order.index(told.taken.origin)


def _is_pressing(told: Stepped, wording: Wording) -> bool:
    """Whether the table of dispatch sends an SMS with this clue."""
    row = told.row
    if row.procedure != CLUE:
        return False
    table = wording.book(row.region_code).book.dispatch(row.region_code, local_day(told.at))
    found = table.for_(Severity(row.severity).name, row.risk, row.source)
    return Channel.SMS in found.channels


def _moved(told: Stepped) -> Iterator[Call]:
    """What is said of a step that hands the work to somebody else without naming anybody."""
    row, waited = told.row, told.waited_for
    if waited != Level.SECTOR and row.waits_for == Level.SECTOR:
        yield _call(told, "transferred", turn=True)
    elif waited == Level.SECTOR and row.waits_for != Level.SECTOR:
        is_answer = told.scope.department is not None
        yield _call(told, "answered" if is_answer else "returned", turn=True)
        if not is_answer:
            yield _call(told, "reassigned", levels=(Level.SECTOR,))
    elif _is_back(told):
        yield _call(told, "returned", turn=True)
    elif waited != row.waits_for:
        yield _call(told, "waiting", turn=True)


def _call(
    told: Stepped,
    subject: str,
    *,
    turn: bool = False,
    gone: bool = False,
    levels: tuple[Level, ...] = (),
    users: tuple[str, ...] = (),
) -> Call:
    row = told.row
    known = told.taken.instance.facts
    return Call(
        subject=f"monitoring.{subject}",
        row=row,
        at=told.at,
        due_on=row.next_due_on or local_day(told.at),
        waits_for=row.waits_for,
        department=row.department or str(known.get(_DEPARTMENT, "")),
        key=f"step:{row.id}:{row.revision}:{subject}",
        but=told.scope.actor.id,
        turn=turn,
        gone=gone,
        levels=levels,
        users=users,
    )


def _say(calls: Sequence[Call]) -> None:
    if not calls:
        return
    at = max(call.at for call in calls)
    asks_posts = [call.row.region_code for call in calls if call.turn or call.levels]
    posts = posts_around(asks_posts, local_day(at))
    held, gone = _handlers(calls)
    mine: dict[UUID, list[Call]] = {}
    for call in calls:
        for user in _users(call, posts, held, gone):
            mine.setdefault(user, []).append(call)
    notes = [note for user, found in sorted(mine.items(), key=str) for note in _notes(user, found)]
    notify_many(scope=system_scope(NATION, "monitoring.telling"), at=at, notes=notes)


def _handlers(calls: Sequence[Call]) -> tuple[dict[UUID, set[UUID]], dict[UUID, set[UUID]]]:
    """Return whose duty proceedings are, and whose they were until these very steps."""
    rows = [call.row.id for call in calls if call.turn or call.gone]
    held: dict[UUID, set[UUID]] = {}
    gone: dict[UUID, set[UUID]] = {}
    if rows:
        found = ProceedingHandler.objects.filter(proceeding_id__in=rows)
        instants = {call.row.id: call.at for call in calls}
        for row, user, until in found.values_list("proceeding_id", "user_id", "until"):
            if until is None:
                held.setdefault(row, set()).add(user)
            elif until == instants[row]:
                gone.setdefault(row, set()).add(user)
    return held, gone


def _users(
    call: Call, posts: Posts, held: dict[UUID, set[UUID]], gone: dict[UUID, set[UUID]]
) -> list[UUID]:
    row, code = call.row.id, call.row.region_code
    users = {UUID(user) for user in call.users}
    handlers = held.get(row, set())
    if call.turn:
        users |= whose_turn(posts, call.waits_for, code, call.department, handlers)
        users |= handlers if call.levels else set()
    if call.gone:
        users |= gone.get(row, set()) - handlers
    for level in call.levels:
        users |= posts.of(level, code, call.department)
    return sorted((user for user in users if str(user) != call.but), key=str)


def _notes(user: UUID, calls: Sequence[Call]) -> Iterator[Note]:
    kinds: dict[str, list[Call]] = {}
    for call in calls:
        kinds.setdefault(_MANY.get(call.subject, "monitoring.waiting_many"), []).append(call)
    for many, found in kinds.items():
        if len(found) <= SINGLY:
            yield from (_note(user, call) for call in found)
        else:
            yield _counted(user, many, found)


def _note(user: UUID, call: Call) -> Note:
    params: dict[str, object] = {"number": call.row.no}
    if call.subject not in _WITHOUT_DAY:
        params["due_on"] = call.due_on
    place = RegionCode(call.row.region_code)
    return Note((user,), call.subject, params, link_of(call.row), place, call.key)


def _counted(user: UUID, many: str, calls: Sequence[Call]) -> Note:
    params: dict[str, object] = {"count": len(calls)}
    if many != "monitoring.decided_many":
        params["due_on"] = min(call.due_on for call in calls)
    place = RegionCode(calls[0].row.region_code).county
    link = MINE if many == "monitoring.dispatched_many" else DESK
    return Note((user,), many, params, link, place, calls[0].key)
