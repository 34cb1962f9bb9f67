"""Reads of change requests. A request outside the scope does not exist."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.core import signing
from django.db.models import Q

from bangfu.domains.changes import rows
from bangfu.domains.changes.domain import (
    FROM,
    OPEN,
    PERMISSIONS,
    Clash,
    EvidenceRecord,
    RequestRecord,
    State,
    Step,
    StepRecord,
)
from bangfu.domains.changes.models import ChangeEvidence, ChangeRequest, ChangeStep
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.files.records import FileRecord
from bangfu.foundation.files.selectors import get_file
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_text

MAX_PAGE = 200
_SALT = "changes.requests"


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests. `q`: a request's or household's number, or the head's name, from its start.

    Empty means all of the scope.
    """

    region: RegionCode | None = None
    kind: str = ""
    state: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A page of requests, newest first, with how many conflicts each has."""

    items: list[RequestRecord] = field(default_factory=list)
    clashes: dict[UUID, int] = field(default_factory=dict)
    next_cursor: str | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request with its history, evidence, conflicts, and the steps that the reader may take."""

    request: RequestRecord
    steps: tuple[StepRecord, ...]
    evidence: tuple[EvidenceRecord, ...]
    clashes: tuple[Clash, ...]
    allowed: tuple[Step, ...]


def list_requests(
    scope: Scope, filters: RequestFilter, *, cursor: str | None = None, limit: int = 50
) -> RequestPage:
    """Return a page of the requests of the scope. Raises InvalidValue E-CHANGES-CURSOR."""
    require(scope, "REGISTRY_READ")
    limit = max(1, min(limit, MAX_PAGE))
    with activate(scope):
        found = in_scope(ChangeRequest.objects.all(), scope).filter(_condition(filters))
        total = found.count()
        if cursor:
            found = found.filter(id__lt=_open_cursor(cursor))
        page = list(found.order_by("-id")[: limit + 1])
        shown = page[:limit]
        live = [row for row in shown if State(row.state) in OPEN]
        clashes = rows.find_clashes(scope, live, OPEN) if live else {}
    more = len(page) > limit
    return RequestPage(
        items=[rows.to_record(row) for row in shown],
        clashes={key: len(each) for key, each in clashes.items()},
        next_cursor=signing.dumps(str(shown[-1].id), salt=_SALT) if more else None,
        total=total,
    )


def _condition(filters: RequestFilter) -> Q:
    found = Q()
    if filters.region is not None:
        lower, upper = filters.region.bounds
        found &= Q(region_code__gte=lower, region_code__lt=upper)
    if filters.kind:
        found &= Q(kind=filters.kind)
    if filters.state:
        found &= Q(state=filters.state)
    text = normalise_text(filters.q)
    if text:
        found &= (
            Q(no__startswith=text)
            | Q(household_no__startswith=text)
            | Q(head_name__startswith=text)
        )
    return found


def _open_cursor(cursor: str) -> UUID:
    try:
        return UUID(signing.loads(cursor, salt=_SALT))
    except (signing.BadSignature, ValueError) as error:
        raise InvalidValue("E-CHANGES-CURSOR") from error


def get_request(scope: Scope, request_id: UUID) -> RequestRecord:
    """Return one request. Raises NotFound E-CHANGES-NOT-FOUND."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        return rows.to_record(rows.find_row(scope, request_id))


def get_detail(scope: Scope, request_id: UUID) -> RequestDetail:
    """Return one request whole. Raises NotFound E-CHANGES-NOT-FOUND."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        row = rows.find_row(scope, request_id)
        steps = [
            StepRecord(each.at, each.by, each.step, each.decision, each.note)
            for each in ChangeStep.objects.filter(request_id=row.id).order_by("at", "id")
        ]
        evidence = [
            EvidenceRecord(each.id, each.name, each.size, each.note, each.by, each.at)
            for each in ChangeEvidence.objects.filter(request_id=row.id).order_by("at", "id")
        ]
        is_open = State(row.state) in OPEN
        clashes = rows.find_clashes(scope, [row], OPEN)[row.id] if is_open else []
        involved = rows.involved_in(row)
    return RequestDetail(
        request=rows.to_record(row),
        steps=tuple(steps),
        evidence=tuple(evidence),
        clashes=tuple(clashes),
        allowed=_allowed(scope, State(row.state), involved),
    )


def _allowed(scope: Scope, state: State, involved: set[str]) -> tuple[Step, ...]:
    """Return the steps open to the reader; somebody involved may at most return it as the town."""
    return tuple(
        step
        for step, states in FROM.items()
        if state in states
        and PERMISSIONS[step] in scope.permissions
        and not (step is Step.TOWN and scope.actor.id in involved)
    )


def find_evidence(scope: Scope, request_id: UUID, evidence_id: UUID) -> FileRecord:
    """Return the stored file of a request's evidence. Raises NotFound E-CHANGES-NOT-FOUND."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        row = rows.find_row(scope, request_id)
        found = ChangeEvidence.objects.filter(request_id=row.id, id=evidence_id).first()
        if found is None:
            raise NotFound("E-CHANGES-NOT-FOUND")
        return get_file(scope, found.file_id)
