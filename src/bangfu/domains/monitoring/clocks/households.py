"""Proceedings go where their household goes: to another village, number or head, merged, closed.

What is stored about the household is compared with the register: at once when an act tells of it,
and by the sweeper for lists that tell nobody. A household that was merged hands its proceedings to
the one that stays; where that has one of the same matter already they become one. A household that
is closed and lives on nowhere makes void what is open about it, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring.advancing import SUBJECT
from bangfu.domains.monitoring.books import book_for, definition_of
from bangfu.domains.monitoring.clocks import handovers, restoring
from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.clocks.messages import handlers_of
from bangfu.domains.monitoring.domain.proceedings import CLUE, ONCE, OTHER
from bangfu.domains.monitoring.links import link_of
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.domains.monitoring.services import take_by_system
from bangfu.domains.registry.events import UNDONE, HouseholdsChanged
from bangfu.domains.registry.selectors.standing import Standing, list_standings
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.foundation.regions.selectors import find_region
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import Level, Taken, Value
from bangfu.standards.marks import Mark, words

REHOMED = "monitoring.proceeding.rehomed"
# Steps by which the system ends what has no household any more: the reason's fact, and the day's.
_ENDINGS = {"VOID": ("void_reason", ""), "CLOSE": ("end_reason", "ended_on")}
_FURTHEST = 5
BATCH = 500


def on_households_changed(event: HouseholdsChanged) -> None:
    """Let proceedings follow an act of the register, in its transaction."""
    scope = system_scope(event.county, "monitoring.households")
    with activate(scope):
        if event.new_household_no:
            _note_split(scope, event)
        if event.kind == UNDONE:
            restoring.restore(scope, event.at, event.households)
        follow_households(scope, event.at, event.households)


def follow_register(scope: Scope, at: datetime) -> int:
    """Compare all open proceedings of the scope with the register, whatever told of it or not;
    return how many changed. Two queries for each 500 households; a batch is one transaction."""
    with activate(scope):
        rows = in_scope(Proceeding.objects.all(), scope).filter(
            closed_at__isnull=True, household_id__isnull=False
        )
        ids = sorted(set(rows.values_list("household_id", flat=True)), key=str)
    count = 0
    for start in range(0, len(ids), BATCH):
        with activate(scope):
            count += follow_households(scope, at, ids[start : start + BATCH])
    return count


def follow_households(scope: Scope, at: datetime, ids: Collection[UUID | None]) -> int:
    """Bring the open proceedings of some households to where these stand now; return how many
    changed. Inside `activate`; `scope` is a system's and holds the whole county."""
    wanted = [each for each in ids if each is not None]
    standings = list_standings(scope, wanted)
    stale = _stale(scope, wanted, standings)
    if not stale:
        return 0
    rows = _open_of(scope, stale, lock=True)
    follower = _Follower(scope, at, standings)
    for row in rows:
        if row.household_id in standings and _differs(row, standings):
            follower.follow(row, standings[row.household_id])
    follower.tell()
    return follower.count


def _open_of(scope: Scope, households: Collection[UUID], *, lock: bool = False) -> list[Proceeding]:
    rows = in_scope(Proceeding.objects.all(), scope).filter(
        household_id__in=list(households), closed_at__isnull=True
    )
    return list((rows.select_for_update() if lock else rows).order_by("id"))


def _stale(
    scope: Scope, households: Collection[UUID], standings: Mapping[UUID, Standing]
) -> list[UUID]:
    """The households about which something open is kept otherwise than they stand. What is known
    of a proceeding stays encrypted: on most days nothing differs."""
    rows = in_scope(Proceeding.objects.all(), scope).filter(
        household_id__in=list(households), closed_at__isnull=True
    )
    kept = rows.only("household_id", "region_code", "household_no", "head_name").order_by("id")
    found = (row.household_id for row in kept if _differs(row, standings))
    return list(dict.fromkeys(one for one in found if one is not None))


def _differs(row: Proceeding, standings: Mapping[UUID, Standing]) -> bool:
    home = standings.get(row.household_id) if row.household_id else None
    if home is None:
        return False
    now = (home.region_code, home.household_no, home.head_name)
    return home.closed_on is not None or (row.region_code, row.household_no, row.head_name) != now


def _note_split(scope: Scope, event: HouseholdsChanged) -> None:
    """A split household keeps its proceedings; the history says the number of the new one."""
    for row in _open_of(scope, event.households):
        facts = {"household_no": event.new_household_no}
        entry = mark_of(row, Mark.HOUSEHOLD_SPLIT, scope=scope, at=event.at, facts=facts)
        entry.save(force_insert=True)


class _Follower:
    """Brings proceedings to their households; tells the handlers when all is done."""

    def __init__(self, scope: Scope, at: datetime, standings: Mapping[UUID, Standing]) -> None:
        self.scope, self.at = scope, at
        self.count = 0
        self._known = dict(standings)
        self._moved: list[Proceeding] = []
        self._notes: list[Note] = []

    def follow(self, row: Proceeding, home: Standing) -> None:
        """Bring one locked proceeding to where its household stands."""
        self.count += 1
        if home.closed_on is None:
            self._rehome(row, home, Mark.REHOMED)
            return
        heir = self._heir(home)
        if heir is None:
            self._end(row, home, words()[Mark.HOUSEHOLD_CLOSED][0])
            return
        other = self._same_matter(row, heir)
        if other is None:
            self._rehome(row, heir, Mark.HOUSEHOLD_MERGED)
        elif not self._join(row, other):
            if self._join(other, row):
                self._rehome(row, heir, Mark.HOUSEHOLD_MERGED)
            else:
                self._end(row, home, f"{words()[Mark.HOUSEHOLD_MERGED][0]} {other.no}")
                self._keep_origins(row, other)

    def _heir(self, home: Standing) -> Standing | None:
        """The household in which a closed one lives on, through several mergers if need be."""
        for _ in range(_FURTHEST):
            if home.closed_on is None:
                return home
            if home.successor_id is None:
                return None
            if home.successor_id not in self._known:
                self._known |= list_standings(self.scope, [home.successor_id])
            found = self._known.get(home.successor_id)
            if found is None:
                return None
            home = found
        return None

    def _same_matter(self, row: Proceeding, heir: Standing) -> Proceeding | None:
        """The open proceeding of the heir with which this one cannot stand side by side."""
        same = Proceeding.objects.filter(
            household_id=heir.id, procedure=row.procedure, closed_at__isnull=True
        )
        if row.procedure == CLUE and row.risk not in ("", OTHER):
            same = same.filter(risk=row.risk)
        elif row.procedure not in ONCE:
            return None
        return same.select_for_update().order_by("id").first()

    def _join(self, row: Proceeding, other: Proceeding) -> bool:
        """Join a clue to another one, if its state still allows it; its reports go along."""
        return row.procedure == CLUE and self._take(row, "JOIN", {"joined_to": other.no})

    def _keep_origins(self, row: Proceeding, other: Proceeding) -> None:
        """What was reported is kept with the one that goes on, which becomes as urgent."""
        kept = list(ClueOrigin.objects.filter(proceeding_id=row.id).order_by("id"))
        for origin in kept:
            copied = {
                field.attname: getattr(origin, field.attname)
                for field in ClueOrigin._meta.concrete_fields
                if field.attname not in ("id", "region_code", "proceeding_id")
            }
            ClueOrigin.objects.create(region_code=other.region_code, proceeding=other, **copied)
        other.classes = sorted({*other.classes, *row.classes})
        other.severity = max(other.severity, row.severity)
        other.save(update_fields=["classes", "severity"])

    def _end(self, row: Proceeding, home: Standing, reason: str) -> None:
        """End what has no household any more, by the step that the procedure has for it; its
        handlers are told with the step."""
        for step, (why, day) in _ENDINGS.items():
            facts: dict[str, Value] = {why: reason}
            if day and home.closed_on is not None:
                facts[day] = home.closed_on
            if self._take(row, step, facts):
                return

    def _rehome(self, row: Proceeding, home: Standing, mark: Mark) -> None:
        """Put a proceeding under its household as it is now; its parts follow by their keys."""
        is_elsewhere = row.region_code != home.region_code
        before = row.region_code
        row.household_id, row.household_no = home.id, home.household_no
        row.head_name, row.region_code = home.head_name, home.region_code
        row.save(update_fields=["household_id", "household_no", "head_name", "region_code"])
        audit.record(
            self.scope,
            REHOMED,
            at=self.at,
            subject_kind=SUBJECT,
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"no": row.no, "from": before, "to": row.region_code, "why": str(mark)},
        )
        if is_elsewhere:
            self._moved.append(row)
        is_said = is_elsewhere and self._take(row, "MOVE", {"moved_to": _name(row.region_code)})
        # Another number or head of the same household is no entry in the history.
        if not is_said and (is_elsewhere or mark is not Mark.REHOMED):
            facts = {"household_no": home.household_no, "place": row.region_code}
            entry = mark_of(row, mark, scope=self.scope, at=self.at, facts=facts)
            entry.save(force_insert=True)

    def _take(self, row: Proceeding, step: str, facts: Mapping[str, Value]) -> bool:
        """Take a step as the system where the procedure lets it."""
        try:
            definition = definition_of(
                book_for(RegionCode(row.region_code), self.at, self.scope).book, row
            )
        except Conflict:
            return False
        known = definition.steps.get(step)
        if known is None or all(who.level is not Level.SYSTEM for who in known.who):
            return False
        return isinstance(take_by_system(row, step, facts, scope=self.scope, at=self.at), Taken)

    def tell(self) -> None:
        """Hand over what its handlers can no longer reach; tell those who have it where it is."""
        if self._moved:
            self._tell_moved()
        notify_many(scope=self.scope, at=self.at, notes=self._notes)

    def _tell_moved(self) -> None:
        handovers.hand_over_orphans(self.scope, self.at, proceedings=[r.id for r in self._moved])
        users = handlers_of([row.id for row in self._moved])
        self._notes += [
            Note(
                tuple(users[row.id]),
                "monitoring.rehomed",
                {"number": row.no, "place": row.region_code},
                link_of(row),
                RegionCode(row.region_code),
            )
            for row in self._moved
            if row.id in users
        ]


def _name(region_code: str) -> str:
    place = find_region(region_code)
    return place.name if place else region_code
