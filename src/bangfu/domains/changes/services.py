"""Writes of change requests: one function a step, one transaction, one audit row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bangfu.domains.changes import applying, filling, rows, shown
from bangfu.domains.changes import facts as facts_of
from bangfu.domains.changes.domain import (
    FROM,
    OUTCOMES,
    PERMISSIONS,
    RequestRecord,
    State,
    Step,
)
from bangfu.domains.changes.filling import Form as Form
from bangfu.domains.changes.kinds import get_kind
from bangfu.domains.changes.models import ChangeEvidence, ChangeRequest, ChangeStep
from bangfu.domains.changes.ports import Ports
from bangfu.domains.registry.acts import services as acts
from bangfu.foundation import audit, files
from bangfu.foundation.access.roles import permissions, require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.selectors import active_posts
from bangfu.foundation.evidence import checking
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

SUBJECT = "changes.request"
LARGEST_EVIDENCE = 20 * 1024 * 1024
_NUMBER = "SELECT pg_advisory_xact_lock(hashtextextended('changes.number.' || %s, 0))"


def create(*, scope: Scope, at: datetime, form: Form) -> RequestRecord:
    """Draw up a request about a household of the scope; nothing changes by it.

    Raises NotFound, Conflict E-REGISTRY-HOUSEHOLD-CLOSED, InvalidValue E-CHANGES-….
    """
    require(scope, PERMISSIONS[Step.CREATE])
    with activate(scope):
        kind = get_kind(form.kind)
        household = filling.open_household(scope, form.household_no)
        row = ChangeRequest(
            id=uuid7(),
            region_code=household.region_code,
            kind=kind.code,
            no=_next_number(household.region_code, at),
            created_at=at,
            created_by=scope.actor.label[:120],
            created_by_id=scope.actor.id[:120],
        )
        filling.fill(scope, at, row, kind, household, form)
        row.save(force_insert=True)
        _note(scope, at, row, Step.CREATE, "", form.note)
    return rows.to_record(row)


def edit(*, scope: Scope, at: datetime, request_id: UUID, form: Form) -> RequestRecord:
    """Fill in a draft or a returned request anew. Raises Conflict E-CHANGES-STATE."""
    with activate(scope):
        row = _take(scope, at, request_id, Step.EDIT)
        if form.kind != row.kind:
            raise InvalidValue("E-CHANGES-KIND-FIXED")
        household = filling.open_household(scope, form.household_no)
        if household.region_code != row.region_code:
            raise InvalidValue("E-CHANGES-HOUSEHOLD-FIXED")
        row.revision += 1
        kind = get_kind(row.kind)
        facts = shown.kept(scope, kind, form.facts, facts_of.unseal(row.facts))
        filling.fill(scope, at, row, kind, household, replace(form, facts=facts))
        row.save()
        _note(scope, at, row, Step.EDIT, "", "")
    return rows.to_record(row)


def attach(
    *, scope: Scope, at: datetime, request_id: UUID, name: str, content: bytes, note: str = ""
) -> RequestRecord:
    """Keep a file as evidence with a request: a picture written anew, a PDF or Word file as it is.

    Raises InvalidValue E-CHANGES-EVIDENCE-SIZE, and as `evidence.checking.check`.
    """
    if not content or len(content) > LARGEST_EVIDENCE:
        raise InvalidValue("E-CHANGES-EVIDENCE-SIZE", limit=LARGEST_EVIDENCE // 1024**2)
    with activate(scope):
        # Who may not add a paper is told so before the file is looked at.
        _take(scope, at, request_id, Step.EVIDENCE)
    paper = checking.check(name, content)
    if len(paper.content) > LARGEST_EVIDENCE:
        raise InvalidValue("E-CHANGES-EVIDENCE-SIZE", limit=LARGEST_EVIDENCE // 1024**2)
    with activate(scope):
        row = _take(scope, at, request_id, Step.EVIDENCE)
        place = RegionCode(row.region_code)
        stored = files.save(
            scope, paper.name, paper.content, "changes.evidence", at=at, region=place
        )
        ChangeEvidence.objects.create(
            region_code=row.region_code,
            request=row,
            file_id=stored.id,
            name=stored.name,
            size=stored.size,
            note=note.strip()[:500],
            at=at,
            by=scope.actor.label[:120],
        )
        filling.mark(at, row)
        row.save()
        _note(scope, at, row, Step.EVIDENCE, "", note)
    return rows.to_record(row)


def submit(*, scope: Scope, at: datetime, request_id: UUID, note: str = "") -> RequestRecord:
    """Hand a request to the village.

    The act is rehearsed and rolled back, so that what cannot be done is refused now and not at
    the township. Raises InvalidValue E-CHANGES-FACT-MISSING, E-CHANGES-EVIDENCE-NEEDED, and what
    the act raises.
    """
    with activate(scope):
        row = _take(scope, at, request_id, Step.SUBMIT)
        kind = get_kind(row.kind)
        facts = facts_of.unseal(row.facts)
        for field in facts_of.missing(kind, facts):
            raise InvalidValue("E-CHANGES-FACT-MISSING", zh=field.zh, en=field.en)
        is_shown = row.evidence.exists() or row.note.strip() or note.strip()
        if kind.is_paper_required and not is_shown:
            raise InvalidValue(
                "E-CHANGES-EVIDENCE-NEEDED", paper_zh=kind.paper_zh, paper_en=kind.paper_en
            )
        _refuse_locked(scope, at, row)
        filling.rehearse(at, row)
        row.state, row.submitted_at = State.SUBMITTED, at
        row.submitted_by_id = scope.actor.id[:120]
        row.village_by_id = ""
        row.due_on = _due(at, kind.village_days)
        filling.mark(at, row)
        row.save()
        _note(scope, at, row, Step.SUBMIT, "", note)
    return rows.to_record(row)


def withdraw(*, scope: Scope, at: datetime, request_id: UUID, note: str = "") -> RequestRecord:
    """Give up a request that is not decided yet. Raises Conflict E-CHANGES-STATE."""
    with activate(scope):
        row = _take(scope, at, request_id, Step.WITHDRAW)
        row.state, row.due_on = State.WITHDRAWN, None
        row.save()
        _note(scope, at, row, Step.WITHDRAW, "", note)
    return rows.to_record(row)


def decide_village(
    *, scope: Scope, at: datetime, request_id: UUID, decision: str, note: str = ""
) -> RequestRecord:
    """Agree for the village, or return the request. Raises Conflict E-CHANGES-STATE."""
    with activate(scope):
        row = _take(scope, at, request_id, Step.VILLAGE)
        row.state = _outcome(Step.VILLAGE, decision, note)
        if row.state == State.VILLAGE_AGREED:
            row.village_by_id = scope.actor.id[:120]
            row.due_on = _due(at, get_kind(row.kind).town_days)
        else:
            row.due_on = None
        filling.mark(at, row)
        row.save()
        _note(scope, at, row, Step.VILLAGE, decision, note)
    return rows.to_record(row)


def decide_town(
    *,
    scope: Scope,
    at: datetime,
    request_id: UUID,
    decision: str,
    note: str = "",
    seen: int | None = None,
) -> RequestRecord:
    """Decide for the township; APPROVE does the act in the same transaction.

    `seen` is the revision that the decider looked at. Raises Conflict E-CHANGES-STATE (also for
    the slower of two deciders, F45), E-CHANGES-SEEN, E-CHANGES-OVERTAKEN when a conflicting
    request came into force since this one was submitted, E-CHANGES-TWO-PERSONS for
    somebody who asked or agreed, and what the act raises.
    """
    with activate(scope):
        row = _take(scope, at, request_id, Step.TOWN)
        if seen is not None and seen != row.revision:
            raise Conflict("E-CHANGES-SEEN")
        row.state = _outcome(Step.TOWN, decision, note)
        row.due_on = None
        if row.state != State.RETURNED:
            _demand_another_person(scope, row)
            row.town_by_id, row.decided_at = scope.actor.id[:120], at
        if row.state == State.APPROVED:
            _approve(scope, at, row)
        row.save()
        _note(scope, at, row, Step.TOWN, decision, note)
    return rows.to_record(row)


def _approve(scope: Scope, at: datetime, row: ChangeRequest) -> None:
    acts.lock_county(RegionCode(row.region_code))
    _refuse_locked(scope, at, row)
    assert row.submitted_at is not None, "the village agrees to what was submitted"
    overtaking = rows.find_overtaking(row, row.submitted_at)
    if overtaking is not None:
        is_visible = scope.covers(RegionCode(overtaking.region_code))
        raise Conflict("E-CHANGES-OVERTAKEN", no=overtaking.no if is_visible else "-")
    record = applying.apply(row.kind, filling.order_of(scope, at, row))
    row.act_id = record.id


def undo(*, scope: Scope, at: datetime, request_id: UUID, reason: str) -> RequestRecord:
    """Put the act of an approved request back whole (F24).

    Raises InvalidValue E-CHANGES-REASON, Conflict E-CHANGES-STATE, E-REGISTRY-UNDO-BLOCKED.
    """
    if not reason.strip():
        raise InvalidValue("E-CHANGES-REASON")
    with activate(scope):
        row = _take(scope, at, request_id, Step.UNDO)
        assert row.act_id is not None, "an approved request has its act"
        acts.undo(
            scope=scope,
            at=at,
            source=filling.origin_of(row),
            act_id=row.act_id,
            reason=reason.strip(),
        )
        row.state = State.UNDONE
        row.save()
        _note(scope, at, row, Step.UNDO, "", reason)
    return rows.to_record(row)


# Parts of the steps


def _refuse_locked(scope: Scope, at: datetime, row: ChangeRequest) -> None:
    """Refuse to correct a figure of a year that the county has locked. Raises Conflict."""
    field = facts_of.unseal(row.facts).get("field")
    if field is not None:
        place, today = RegionCode(row.region_code), timezone.localdate(at)
        Ports.refuse_locked(scope, row.household_id, place, str(field), row.happened_on, today)


def _take(scope: Scope, at: datetime, request_id: UUID, step: Step) -> ChangeRequest:
    """Lock a request for a step. Raises NotAllowed, NotFound, Conflict E-CHANGES-STATE."""
    require(scope, PERMISSIONS[step])
    if step in _DECIDING:
        _demand_post(scope, at, PERMISSIONS[step])
    row = rows.find_row(scope, request_id, lock=True)
    if State(row.state) not in FROM[step]:
        raise Conflict("E-CHANGES-STATE")
    return row


def _next_number(region_code: str, at: datetime) -> str:
    """Return the next number of the village and month: BG-101201-2610-001."""
    start = f"BG-{region_code[6:12]}-{timezone.localdate(at):%y%m}-"
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [region_code])
    last = (
        ChangeRequest.objects.filter(region_code=region_code, no__startswith=start)
        .order_by("-no")
        .values_list("no", flat=True)
        .first()
    )
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:03d}"


_DECIDING = frozenset({Step.VILLAGE, Step.TOWN, Step.UNDO})


def _demand_post(scope: Scope, at: datetime, permission: str) -> None:
    """Refuse a person who lost the post since the page was opened, in the decision's transaction.

    Raises NotAllowed E-ACCESS-PERMISSION (F45).
    """
    if scope.actor.kind != "USER":
        return
    posts = active_posts(SimpleNamespace(pk=scope.actor.id), timezone.localdate(at))
    held = [
        post
        for post in posts
        if permission in permissions(post.role)
        and RegionCode(post.region_code).contains(scope.region)
    ]
    if not held:
        raise NotAllowed("E-ACCESS-PERMISSION", permission=permission)


def _outcome(step: Step, decision: str, note: str) -> State:
    found = OUTCOMES.get((step, decision))
    if found is None:
        raise InvalidValue("E-CHANGES-DECISION", decision=decision[:12])
    if found in (State.RETURNED, State.REJECTED) and not note.strip():
        raise InvalidValue("E-CHANGES-REASON")
    return found


def _demand_another_person(scope: Scope, row: ChangeRequest) -> None:
    if scope.actor.id[:120] in rows.involved_in(row):
        raise Conflict("E-CHANGES-TWO-PERSONS")


def _due(at: datetime, days: int) -> date:
    return timezone.localdate(at) + timedelta(days=days)


def _note(
    scope: Scope, at: datetime, row: ChangeRequest, step: Step, decision: str, note: str
) -> None:
    ChangeStep.objects.create(
        region_code=row.region_code,
        request=row,
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        step=str(step),
        decision=decision,
        note=note.strip()[:1000],
    )
    audit.record(
        scope,
        _ACTIONS[step],
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "kind": row.kind, "state": str(row.state), "decision": decision},
    )


_ACTIONS = {
    Step.CREATE: "changes.request.created",
    Step.EDIT: "changes.request.edited",
    Step.EVIDENCE: "changes.request.evidenced",
    Step.SUBMIT: "changes.request.submitted",
    Step.WITHDRAW: "changes.request.withdrawn",
    Step.VILLAGE: "changes.request.decided_by_village",
    Step.TOWN: "changes.request.decided_by_town",
    Step.UNDO: "changes.request.undone",
}
