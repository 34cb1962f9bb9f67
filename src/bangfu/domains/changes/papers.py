"""Seeing one fact or paper of a request in full: looks at its household, written down as such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bangfu.domains.changes import selectors, shown
from bangfu.domains.changes.domain import RequestRecord
from bangfu.domains.changes.kinds import get_kind
from bangfu.domains.registry import looking
from bangfu.domains.registry.look_actions import DOCUMENT_OPENED, REVEALED, SUBJECT
from bangfu.domains.registry.looking import Reason
from bangfu.domains.registry.selectors.pages import find_household_id
from bangfu.domains.registry.selectors.people import list_names
from bangfu.foundation import audit
from bangfu.foundation.access.columns import is_open, require_reveal
from bangfu.foundation.access.roles import require
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import columns as classes


@dataclass(frozen=True, slots=True)
class RevealedFact:
    """One fact in full, in words too, and how many more values the reader may see today."""

    field: str
    value: Any
    value_zh: str
    value_en: str
    left: int


def reveal_fact(
    *, scope: Scope, at: datetime, request_id: UUID, field: str, reason: Reason
) -> RevealedFact:
    """Return one fact of a request in full.

    Raises InvalidValue E-REVEAL-FIELD for a fact that is open or not there, and as
    `looking.reveal`; NotFound E-CHANGES-NOT-FOUND outside the scope.
    """
    require(scope, "REGISTRY_READ")
    request = selectors.get_request(scope, request_id)
    wanted = get_kind(request.kind).field(field)
    cls = shown.class_of(wanted, request.facts) if wanted else None
    if wanted is None or cls is None or wanted.name not in request.facts:
        raise InvalidValue("E-REVEAL-FIELD")
    require_reveal(scope, cls)
    place = shown.column_of(wanted, request.facts)
    dataset, column = place if place else ("", "")
    left = _spend(
        scope,
        REVEALED,
        request,
        looking.check_reason(reason),
        at,
        {"dataset": dataset, "field": column, "document": request.no},
    )
    names = list_names(scope, list(request.touch.persons))
    zh, en = shown.plain_words(wanted, request.facts, names)
    return RevealedFact(wanted.name, request.facts[wanted.name], zh, en, left)


def open_evidence(
    *, scope: Scope, at: datetime, request_id: UUID, evidence_id: UUID, reason: Reason | None
) -> FileRecord:
    """Return the stored file of a paper; each opening is written down.

    Papers and photos are of the class DOCUMENT: who holds its permission opens them as part of
    the work, others state a reason and spend a look. Raises InvalidValue E-REVEAL-DOCUMENT without
    a reason, and as `reveal_fact`.
    """
    record = selectors.find_evidence(scope, request_id, evidence_id)
    request = selectors.get_request(scope, request_id)
    detail = {"document": request.no, "file": str(evidence_id)}
    if is_open(scope, classes.DOCUMENT):
        purpose = looking.check_reason(reason).purpose if reason else ""
        audit.record_read(
            scope,
            DOCUMENT_OPENED,
            at=at,
            subject_kind=SUBJECT,
            subject_id=str(_household_of(scope, request)),
            region_code=request.region_code,
            purpose=purpose,
            detail=detail,
        )
        return record
    require_reveal(scope, classes.get_class(classes.DOCUMENT))
    if reason is None:
        raise InvalidValue("E-REVEAL-DOCUMENT")
    _spend(scope, DOCUMENT_OPENED, request, looking.check_reason(reason), at, detail)
    return record


def _household_of(scope: Scope, request: RequestRecord) -> UUID:
    return find_household_id(scope, request.household_no, RegionCode(request.region_code).county)


def _spend(
    scope: Scope,
    action: str,
    request: RequestRecord,
    reason: Reason,
    at: datetime,
    detail: dict[str, Any],
) -> int:
    return looking.spend_look(
        scope,
        action=action,
        subject_id=_household_of(scope, request),
        region_code=request.region_code,
        reason=reason,
        at=at,
        detail=detail,
    )
