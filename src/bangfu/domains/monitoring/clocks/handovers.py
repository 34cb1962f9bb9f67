"""Duties whose handler is gone (承办人离岗): handed to whoever the table of dispatch names now.

A handler is gone where no post in force lets the account check in the place of the proceeding: the
post ended, ran out or never covered the place to which the household moved, or the account was
disabled. Where the procedure has a step for it the clock begins anew as the procedure says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.assistance.events import PairingEnded
from bangfu.domains.monitoring import duties
from bangfu.domains.monitoring.advancing import SUBJECT
from bangfu.domains.monitoring.books import CountyBook, book_for, definition_of
from bangfu.domains.monitoring.clocks.following import handlers_for
from bangfu.domains.monitoring.clocks.locks import lock_rows
from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.links import link_of
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.services import take_by_system
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.accounts.leaving import Left
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import COUNTY, TOWN, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Level, StepDef, Taken, Value
from bangfu.standards.marks import Mark, words

HANDED_OVER = "monitoring.duties.handed_over"
LEFT = "LEFT"
_CHECKS, _DISPATCHES = "CLUE_CHECK", "CLUE_DISPATCH"
BATCH = 200


def on_left(left: Left) -> None:
    """Hand over what somebody who left had to do, in the transaction of the act."""
    region = left.region.county if left.region.level > COUNTY else left.region
    scope = system_scope(region, "monitoring.handovers")
    hand_over_orphans(scope, left.at, users=[left.user_id])


def on_pairing_ended(scope: Scope, at: datetime, ended: Sequence[PairingEnded]) -> None:
    """Hand what is open about a household from its former cadre to the next one."""
    if not ended:
        return
    county = RegionCode(ended[0].region_code).county
    system = system_scope(county, "monitoring.handovers")
    former = {(one.household_id, one.user_id): one for one in ended}
    with activate(system):
        found = (
            in_scope(ProceedingHandler.objects.all(), system)
            .filter(
                until__isnull=True,
                user_id__in={one.user_id for one in ended},
                proceeding__household_id__in={one.household_id for one in ended},
            )
            .values_list("proceeding_id", "user_id", "proceeding__household_id")
        )
        wanted = {
            row_id: former[household, user]
            for row_id, user, household in found
            if household is not None and (household, user) in former
        }
        rows = {row.id: row for row in _locked(system, wanted)}
        given = _Given(system, at)
        for row_id, one in wanted.items():
            row = rows.get(row_id)
            if row is not None:
                successor = [one.successor_id] if one.successor_id else []
                given.hand_over(row, {one.user_id}, preferred=successor)
        given.tell()


def hand_over_orphans(
    scope: Scope,
    at: datetime,
    *,
    users: Collection[UUID] | None = None,
    proceedings: Collection[UUID] | None = None,
) -> int:
    """Hand over every duty of the scope whose handler is gone, of some accounts or proceedings
    only if given; return how many proceedings it was. `scope` is a system's."""
    gone = _orphans(scope, local_day(at), users, proceedings)
    if not gone:
        return 0
    count = 0
    wanted = sorted(gone, key=str)
    for start in range(0, len(wanted), BATCH):
        with activate(scope):
            given = _Given(scope, at)
            for row in lock_rows(scope, wanted[start : start + BATCH]):
                given.hand_over(row, gone[row.id])
            given.tell()
            count += given.count
    return count


def _locked(scope: Scope, ids: Iterable[UUID]) -> list[Proceeding]:
    """Open proceedings by id, locked, whoever has to be waited for."""
    rows = in_scope(Proceeding.objects.all(), scope).select_for_update()
    return list(rows.filter(id__in=list(ids), closed_at__isnull=True).order_by("id"))


def _orphans(
    scope: Scope,
    on: date,
    users: Collection[UUID] | None,
    proceedings: Collection[UUID] | None,
) -> dict[UUID, set[UUID]]:
    """Return proceeding → handlers who can no longer act there; three queries."""
    with activate(scope):
        held = in_scope(ProceedingHandler.objects.all(), scope).filter(until__isnull=True)
        if users is not None:
            held = held.filter(user_id__in=list(users))
        if proceedings is not None:
            held = held.filter(proceeding_id__in=list(proceedings))
        pairs = set(held.values_list("user_id", "region_code").distinct())
        places = able_places(scope, {user for user, _ in pairs}, on)
        lost = {
            (user, code)
            for user, code in pairs
            if not any(code.startswith(place) for place in places.get(user, ()))
        }
        if not lost:
            return {}
        rows = held.filter(user_id__in={user for user, _ in lost})
        found: dict[UUID, set[UUID]] = {}
        for row_id, user, code in rows.values_list("proceeding_id", "user_id", "region_code"):
            if (user, code) in lost:
                found.setdefault(row_id, set()).add(user)
        return found


def able_places(scope: Scope, users: Collection[UUID], on: date) -> dict[UUID, set[str]]:
    """Return the prefixes of the places in which accounts may check, of accounts in use."""
    found: dict[UUID, set[str]] = {}
    for holder in list_holders(scope, _CHECKS, on, users=users):
        found.setdefault(holder.user_id, set()).add(holder.place)
    return found


class _Given:
    """What one handing over gave to whom; each is told once, when all is done."""

    def __init__(self, scope: Scope, at: datetime) -> None:
        self.scope, self.at = scope, at
        self.count = 0
        self._new: dict[UUID, list[Proceeding]] = {}
        self._alone: list[Proceeding] = []

    def hand_over(
        self, row: Proceeding, gone: Collection[UUID], preferred: Sequence[UUID] = ()
    ) -> None:
        """End the duty of some handlers of a locked proceeding and find others."""
        held = set(row.handlers.filter(until__isnull=True).values_list("user_id", flat=True))
        gone = set(gone) & held
        if not gone:
            return
        self.count += 1
        county = book_for(RegionCode(row.region_code), self.at, self.scope)
        still = sorted(held - gone, key=str)
        named = still or self._able(row, preferred) or self._named(row, county, gone)
        if not named:
            duties.end(row, at=self.at, reason=LEFT, users=gone)
            self._mark(row, Mark.LEFT_ALONE, gone, [])
            self._alone.append(row)
            return
        if still or not self._reassign(row, county, named):
            duties.assign(row, named, at=self.at, reason=LEFT)
            self._mark(row, Mark.HANDED_OVER, gone, named)
        for user in named:
            if user not in held:
                self._new.setdefault(user, []).append(row)

    def _able(self, row: Proceeding, users: Sequence[UUID]) -> list[UUID]:
        county = system_scope(RegionCode(row.region_code).county, "monitoring.handovers")
        places = able_places(county, users, local_day(self.at)) if users else {}
        return [
            user
            for user in users
            if any(row.region_code.startswith(place) for place in places.get(user, ()))
        ]

    def _named(self, row: Proceeding, county: CountyBook, gone: set[UUID]) -> list[UUID]:
        """Whom the table names but those who are gone; then the township's posts."""
        on = local_day(self.at)
        found = [UUID(each) for each in handlers_for(row, county, on)]
        found = [user for user in found if user not in gone]
        if found:
            return found
        place = system_scope(RegionCode(row.region_code).county, "monitoring.handovers")
        return [
            one.user_id
            for one in list_holders(place, _CHECKS, on, levels=(TOWN,))
            if row.region_code.startswith(one.place) and one.user_id not in gone
        ]

    def _reassign(self, row: Proceeding, county: CountyBook, named: Sequence[UUID]) -> bool:
        """Take the procedure's own step of handing over, if the state has one."""
        try:
            definition = definition_of(county.book, row)
        except Conflict:
            return False
        for step in definition.steps_from(row.state):
            if not _hands_over(step):
                continue
            facts: dict[str, Value] = {
                "handlers": tuple(str(user) for user in named),
                "handover_reason": words()[Mark.HANDED_OVER][0],
            }
            brought = {name: value for name, value in facts.items() if name in step.takes}
            # Those who get it are told by `tell`, each of everything at once.
            taken = take_by_system(
                row, step.name, brought, scope=self.scope, at=self.at, tells=False
            )
            if isinstance(taken, Taken):
                return True
        return False

    def _mark(
        self, row: Proceeding, mark: Mark, gone: Collection[UUID], named: Collection[UUID]
    ) -> None:
        people = {"from": tuple(sorted(map(str, gone))), "to": tuple(map(str, named))}
        mark_of(row, mark, scope=self.scope, at=self.at, facts=people).save(force_insert=True)
        audit.record(
            self.scope,
            HANDED_OVER,
            at=self.at,
            subject_kind=SUBJECT,
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"no": row.no, "gone": len(gone), "handlers": len(named)},
        )

    def tell(self) -> None:
        """Tell those who got something, and the county of what nobody has."""
        notes = [
            Note((user,), "monitoring.handed_over", {"count": len(rows)}, _link(rows))
            for user, rows in sorted(self._new.items(), key=lambda each: str(each[0]))
        ]
        alone: dict[RegionCode, list[Proceeding]] = {}
        for row in self._alone:
            alone.setdefault(RegionCode(row.region_code).county, []).append(row)
        for county, rows in alone.items():
            scope = system_scope(county, "monitoring.handovers")
            found = list_holders(scope, _DISPATCHES, local_day(self.at), levels=(COUNTY,))
            users = tuple(one.user_id for one in found)
            counted = {"count": len(rows)}
            notes.append(Note(users, "monitoring.left_alone", counted, _link(rows), county))
        notify_many(scope=self.scope, at=self.at, notes=notes)


def _hands_over(step: StepDef) -> bool:
    is_ours = any(who.level is Level.SYSTEM for who in step.who)
    return is_ours and "handlers" in step.takes and "handlers" in step.renews


def _link(rows: Sequence[Proceeding]) -> str:
    return link_of(rows[0]) if len(rows) == 1 else "/clues?handler=me"
