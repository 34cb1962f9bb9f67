"""Rows of requests as plain records, and how they are found and locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from bangfu.domains.changes import facts as facts_of
from bangfu.domains.changes.domain import (
    Clash,
    Flag,
    RequestRecord,
    State,
    Step,
    Touch,
    conflict,
)
from bangfu.domains.changes.models import ChangeRequest, ChangeStep
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def to_touch(row: ChangeRequest) -> Touch:
    """Return what a stored request touches."""
    return Touch(
        kind=row.kind,
        persons=frozenset(row.persons),
        tokens=frozenset(row.tokens),
        households=frozenset(row.households),
        closing=frozenset(row.closing),
        is_structural=row.is_structural,
        field=row.field,
    )


def put_touch(row: ChangeRequest, touch: Touch) -> None:
    """Store what a request touches."""
    row.persons = sorted(touch.persons, key=str)
    row.tokens = sorted(touch.tokens)
    row.households = sorted(touch.households, key=str)
    row.closing = sorted(touch.closing, key=str)
    row.is_structural, row.field = touch.is_structural, touch.field


def to_record(row: ChangeRequest) -> RequestRecord:
    """Return the plain record of a row."""
    return RequestRecord(
        id=row.id,
        no=row.no,
        kind=row.kind,
        state=State(row.state),
        region_code=row.region_code,
        household_no=row.household_no,
        head_name=row.head_name,
        happened_on=row.happened_on,
        note=row.note,
        facts=facts_of.unseal(row.facts),
        created_at=row.created_at,
        created_by=row.created_by,
        created_by_id=row.created_by_id,
        due_on=row.due_on,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        act_id=row.act_id,
        revision=row.revision,
        flags=tuple(Flag(each["code"], each["params"]) for each in row.flags),
        touch=to_touch(row),
    )


def stored_flags(flags: tuple[Flag, ...]) -> list[dict[str, Any]]:
    """Return flags as they are stored; names in them are those of the register."""
    return [{"code": each.code, "params": each.params} for each in flags]


def find_row(scope: Scope, request_id: UUID, *, lock: bool = False) -> ChangeRequest:
    """Return a request of the scope; inside `activate`. Raises NotFound E-CHANGES-NOT-FOUND."""
    rows = in_scope(ChangeRequest.objects.all(), scope)
    if lock:
        rows = rows.select_for_update()
    row = rows.filter(id=request_id).first()
    if row is None:
        raise NotFound("E-CHANGES-NOT-FOUND")
    return row


def involved_in(row: ChangeRequest) -> set[str]:
    """Return the ids of those who asked, edited, submitted or agreed; inside `activate`."""
    edited = ChangeStep.objects.filter(request_id=row.id, step=Step.EDIT)
    named = {row.created_by_id, row.submitted_by_id, row.village_by_id}
    return {*named, *edited.values_list("by_id", flat=True)} - {""}


def find_clashes(
    scope: Scope, asked: Sequence[ChangeRequest], states: frozenset[State]
) -> dict[UUID, list[Clash]]:
    """Return, by request, the requests of the county in `states` that conflict, oldest first.

    The whole county is searched: the same person may be asked about in two towns. A request
    outside the scope is told of without its number.
    """
    return {
        row.id: [
            Clash(why, other.id, other.no)
            if scope.covers(RegionCode(other.region_code))
            else Clash(why, None, "")
            for other, why in clashing
        ]
        for row, clashing in _clashing(asked, states)
    }


def find_overtaking(row: ChangeRequest, since: datetime) -> ChangeRequest | None:
    """Return a conflicting request that came into force after a time, if there is one."""
    for _, clashing in _clashing([row], frozenset({State.APPROVED})):
        for other, _ in clashing:
            if other.decided_at is not None and other.decided_at > since:
                return other
    return None


_Clashing = list[tuple[ChangeRequest, list[tuple[ChangeRequest, str]]]]


def _clashing(asked: Sequence[ChangeRequest], states: frozenset[State]) -> _Clashing:
    found: _Clashing = []
    counties = {RegionCode(row.region_code).county for row in asked}
    for county in sorted(counties, key=str):
        mine = [row for row in asked if row.region_code.startswith(county.prefix)]
        others = _candidates(county, mine, states)
        for row in mine:
            touch = to_touch(row)
            reasons = [
                (other, conflict(touch, to_touch(other))) for other in others if other.id != row.id
            ]
            found.append((row, [(other, why) for other, why in reasons if why is not None]))
    return found


def _candidates(
    county: RegionCode, asked: Sequence[ChangeRequest], states: frozenset[State]
) -> list[ChangeRequest]:
    """Return the requests in `states` that share a person or household with one of `asked`."""
    with activate(system_scope(county, "changes.conflicts")):
        return list(
            ChangeRequest.objects.filter(
                Q(tokens__overlap=[token for row in asked for token in row.tokens])
                | Q(persons__overlap=[each for row in asked for each in row.persons])
                | Q(households__overlap=[each for row in asked for each in row.households]),
                state__in=sorted(states),
                county_code=county.prefix,
            )
            .defer("facts")
            .order_by("id")
        )
