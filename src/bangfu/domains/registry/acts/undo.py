"""Putting an act back whole (撤销), or saying what has come to depend on it (F24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.registry import events
from bangfu.domains.registry.acts import values
from bangfu.domains.registry.acts.doing import PERMISSION, SUBJECT, to_record
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin, lock_county
from bangfu.domains.registry.acts.records import ActRecord, RowChange
from bangfu.domains.registry.events import UNDONE, HouseholdsChanged
from bangfu.domains.registry.models import Act, Household, Membership
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an act cannot be undone: a later change (`what`) and the household where it shows."""

    what: str
    household_no: str


def undo(*, scope: Scope, at: datetime, source: Origin, act_id: UUID, reason: str) -> ActRecord:
    """Put back every row that an act wrote; nothing is deleted, the history shows both.

    A membership that the act opened becomes one of no days, a household that it opened is closed.
    Raises NotFound, Conflict E-REGISTRY-ACT-UNDONE, and Conflict E-REGISTRY-UNDO-BLOCKED with
    `reasons` when later changes rest on the act.
    """
    require(scope, PERMISSION)
    with activate(scope):
        lock_county(source.region)
        found = in_scope(Act.objects.all(), scope).select_for_update()
        row = found.filter(id=act_id).first()
        if row is None:
            raise NotFound("E-REGISTRY-NOT-FOUND")
        if row.undone_at is not None:
            raise Conflict("E-REGISTRY-ACT-UNDONE")
        # The act may have reached a person taken over from another town of the county.
        with activate(system_scope(RegionCode(row.region_code).county, "registry.acts")):
            _Undoing(scope, at, source, row).run()
        Act.objects.filter(id=act_id).update(
            undone_at=at, undone_by=scope.actor.label[:120], undone_reason=reason[:500]
        )
        audit.record(
            scope,
            "registry.act.undone",
            at=at,
            subject_kind=SUBJECT,
            subject_id=str(act_id),
            region_code=row.region_code,
            detail={"kind": row.kind},
        )
        county = RegionCode(row.region_code).county
        events.tell(HouseholdsChanged(county, at, tuple(row.households), UNDONE))
        row.refresh_from_db()
    return to_record(row)


class _Undoing:
    """One undoing; inside the county's scope and lock."""

    def __init__(self, scope: Scope, at: datetime, source: Origin, act: Act) -> None:
        self.act = act
        self.changes = [RowChange.from_dict(each) for each in act.changes]
        self.ledger = Ledger(scope, source, at=at, on=timezone.localdate(at))
        self.ledger.write_county_wide()
        self.reasons: list[Reason] = []
        self.rows: dict[UUID, Any] = {}

    def run(self) -> None:
        """Check that nothing rests on the act, put the rows back, check the register again."""
        self._load()
        for change in self.changes:
            self._compare(change)
        self._check_dependants()
        self._stop_if_blocked()
        for change in self.changes:
            self._restore(change)
        self._check_people()
        self._check_households()
        self._stop_if_blocked()
        self.ledger.settle()
        self.ledger.write()

    def _load(self) -> None:
        ledger = self.ledger
        for household in ledger.load_households(self.act.households):
            self.rows[household.id] = household
        for membership in ledger.load_memberships(self._ids("membership")):
            self.rows[membership.id] = membership
        for person in ledger.load_people([*self.act.persons, *self._ids("person")]):
            self.rows[person.id] = person

    def _ids(self, table: str) -> list[UUID]:
        return [change.id for change in self.changes if change.table == table]

    def _compare(self, change: RowChange) -> None:
        """Every column must still be as the act left it, but for those worked out anew."""
        state = values.state_of(change.table, self.rows[change.id])
        for name, expected in change.after.items():
            if name in values.DERIVED or values.is_encrypted(change.table, name):
                continue
            if change.before is None and name.startswith("field_sources:"):
                continue
            if values.to_json(change.table, name, state.get(name)) != expected:
                self._block("CHANGED", change)
                return

    def _check_dependants(self) -> None:
        """A member who joined under another head since is related to that head."""
        heads = {
            change.before["household_id"]
            if change.before and "household_id" in change.before
            else self.rows[change.id].household_id
            for change in self.changes
            if change.table == "membership" and _touches_head(change, self.rows[change.id])
        }
        written = set(self._ids("membership"))
        later = Membership.objects.filter(
            household_id__in=heads, recorded_at__gt=self.act.recorded_at, to_on__isnull=True
        ).exclude(id__in=written)
        for household_id in sorted(set(later.values_list("household_id", flat=True)), key=str):
            self._add("JOINED", self.ledger.load_households([household_id])[0])

    def _restore(self, change: RowChange) -> None:
        row = self.rows[change.id]
        if change.before is not None:
            for name in change.after:
                if name not in values.DERIVED:
                    before = values.from_json(change.table, name, change.before[name])
                    values.put(row, name, before)
        elif change.table == "membership":
            self.ledger.stamp(row)
            row.to_on, row.end_reason = row.from_on, UNDONE

    def _check_people(self) -> None:
        """Nobody may come to belong to two households."""
        reopened = {
            row.person_id: row
            for change in self.changes
            if change.table == "membership" and (row := self.rows[change.id]).to_on is None
        }
        others = Membership.objects.filter(
            person_id__in=list(reopened), to_on__isnull=True
        ).exclude(id__in=self._ids("membership"))
        for other in others:
            self._add("ELSEWHERE", self.ledger.load_households([other.household_id])[0])

    def _check_households(self) -> None:
        for household in self.ledger.households.values():
            members = self.ledger.members(household)
            was_opened = any(c.id == household.id and c.before is None for c in self.changes)
            if was_opened and members:
                self._add("JOINED", household)
            elif not was_opened and not members and household.closed_on is None:
                self._add("EMPTY", household)
            elif members and household.closed_on is not None:
                self._add("CLOSED", household)
            elif members and sum(each.relation == HEAD for each in members) != 1:
                self._add("HEAD", household)

    def _block(self, what: str, change: RowChange) -> None:
        row = self.rows[change.id]
        if change.table == "household":
            self._add(what, row)
            return
        person_id = row.person_id if change.table == "membership" else row.id
        current = Membership.objects.filter(person_id=person_id, to_on__isnull=True).first()
        household_id = (
            current.household_id
            if current
            else getattr(row, "household_id", None) or self.act.households[0]
        )
        self._add(what, self.ledger.load_households([household_id])[0])

    def _add(self, what: str, household: Household) -> None:
        reason = Reason(what, household.household_no)
        if reason not in self.reasons:
            self.reasons.append(reason)

    def _stop_if_blocked(self) -> None:
        if not self.reasons:
            return
        # Another town's household is not named.
        shown = sorted(
            {
                household.household_no
                for household in self.ledger.households.values()
                if self.ledger.scope.covers(RegionCode(household.region_code))
                and any(each.household_no == household.household_no for each in self.reasons)
            }
        )
        raise Conflict(
            "E-REGISTRY-UNDO-BLOCKED",
            households="、".join(shown) or "-",
            reasons=[each.what for each in self.reasons],
        )


def _touches_head(change: RowChange, membership: Membership) -> bool:
    """Return whether a change made somebody head or made a head step down."""
    before = change.before or {}
    return HEAD in (before.get("relation"), change.after.get("relation")) or (
        "to_on" in change.after and membership.relation == HEAD
    )
