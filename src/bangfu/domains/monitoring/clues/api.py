"""Routes of clues from screenings: make them, decide about what was held, act on many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from bangfu.domains.monitoring.clues import bulk, deciding, jobs, making
from bangfu.domains.monitoring.clues.bulk import BulkResult
from bangfu.domains.monitoring.clues.bulk_taking import group_refusals
from bangfu.domains.monitoring.clues.holding import HeldRecord
from bangfu.domains.monitoring.clues.schemas import (
    BulkIn,
    BulkOut,
    ClueRunIn,
    ClueRunOut,
    HeldBatchOut,
    HeldDecisionIn,
)
from bangfu.domains.monitoring.view import Places
from bangfu.domains.monitoring.wire import ME, read_filter, read_place
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.period import Period
from bangfu.kernel.scope import Scope

router = Router(tags=["clues"])
DISPATCH = Permit(making.PERMISSION)


@router.post("/clues/runs", auth=DISPATCH, response={202: ClueRunOut, **REFUSALS})
def make_clues(request: HttpRequest, body: ClueRunIn) -> Any:
    """Start the job that makes the clues of a county's newest run."""
    scope = scope_of(request)
    region = read_place(scope, body.region) or scope.region
    period = Period.parse(body.period)
    job = jobs.start(scope=scope, at=timezone.now(), region=region, period=period)
    return Status(202, {"job_id": job.id})


@router.get("/clues/held", auth=DISPATCH, response={200: list[HeldBatchOut], **REFUSALS})
def list_held_batches(request: HttpRequest) -> Any:
    """Return the batches of clues that were held back, newest first."""
    places = Places()
    return [_held(one, places) for one in deciding.list_held(scope_of(request))]


@router.post(
    "/clues/held/{held_id}/release", auth=DISPATCH, response={200: HeldBatchOut, **REFUSALS}
)
def release_held_batch(request: HttpRequest, held_id: UUID, body: HeldDecisionIn) -> Any:
    """Make the clues of a held batch after all."""
    scope, now = scope_of(request), timezone.now()
    found, _ = deciding.release(scope=scope, at=now, batch_id=held_id, reason=body.reason)
    return _held(found, Places())


@router.post(
    "/clues/held/{held_id}/discard", auth=DISPATCH, response={200: HeldBatchOut, **REFUSALS}
)
def discard_held_batch(request: HttpRequest, held_id: UUID, body: HeldDecisionIn) -> Any:
    """Make no clues of a held batch."""
    scope, now = scope_of(request), timezone.now()
    found = deciding.discard(scope=scope, at=now, batch_id=held_id, reason=body.reason)
    return _held(found, Places())


@router.post("/clues/bulk", auth=DISPATCH, response={200: BulkOut, **REFUSALS})
def act_on_clues(request: HttpRequest, body: BulkIn) -> Any:
    """Hand on, reassign or join many clues, chosen or all that a list finds: all or nothing,
    refusals by clue; 409 where the list finds more or fewer than somebody saw."""
    scope = scope_of(request)
    wish = bulk.Wish(
        act=bulk.Act(body.act),
        handlers=_people(scope, body.handlers),
        reason=body.reason,
        joined_to=body.joined_to,
    )
    now = timezone.now()
    ids = body.ids
    if body.matching is not None:
        filters = read_filter(scope, body.matching, now)
        ids = bulk.find_matching(scope, filters, body.matching.count)
    found = bulk.act_on_many(scope=scope, at=now, ids=ids, wish=wish, dry_run=body.dry_run)
    return _bulk(found)


@router.post("/clues/bulk/{bulk_id}/undo", auth=DISPATCH, response={200: BulkOut, **REFUSALS})
def undo_act_on_clues(request: HttpRequest, bulk_id: UUID) -> Any:
    """Take an act on many clues back, as long as nothing else has happened to them."""
    return _bulk(bulk.undo(scope=scope_of(request), at=timezone.now(), act_id=bulk_id))


def _people(scope: Scope, named: list[str]) -> tuple[str, ...]:
    return tuple(scope.actor.id if one == ME else one for one in named)


def _bulk(found: BulkResult) -> dict[str, Any]:
    return {
        "act_id": found.act_id,
        "done": found.done,
        "can_undo": found.act_id is not None and found.act.can_undo,
        "refusals": found.refusals,
        "same": group_refusals(found.refusals),
    }


def _held(one: HeldRecord, places: Places) -> dict[str, Any]:
    same = (
        *("id", "period", "held_at", "clues", "households", "screened", "village_clues"),
        *("exceeded", "share_limit", "village_limit", "rules", "state", "reason"),
        *("decided_at", "decided_by"),
    )
    return {
        **{name: getattr(one, name) for name in same},
        "region": places.ref(one.region_code),
        "village": places.ref(one.village_code),
    }
