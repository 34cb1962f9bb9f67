"""Pages of the audit log as the wire has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.foundation.audit import selectors
from bangfu.foundation.audit.selectors import AuditRecord, EventQuery
from bangfu.foundation.http.cursors import seal, unseal
from bangfu.foundation.inspection.schemas import AuditFilter, AuditPageFilter
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import audit as words

_LIST = "audit.events"


def to_query(scope: Scope, filters: AuditFilter) -> EventQuery:
    """Return the filters as a query. Raises NotFound for a place outside the scope."""
    place = None
    if filters.region:
        place = RegionCode.parse(filters.region)
        if not scope.covers(place):
            raise NotFound("E-REGION-NOT-FOUND", code=str(place))
    query = EventQuery(
        region=place,
        **filters.model_dump(include={"actor", "action", "result", "subject_kind", "subject_id"}),
    )
    return replace(
        query,
        since=_midnight(filters.since),
        until=_midnight(filters.until + timedelta(days=1)) if filters.until else None,
    )


def list_page(scope: Scope, filters: AuditPageFilter) -> dict[str, Any]:
    """Return `{items, next_cursor}`. Raises NotAllowed, NotFound, InvalidValue E-API-CURSOR."""
    query = to_query(scope, filters)
    after = None
    if values := unseal(_LIST, filters.cursor):
        after = (datetime.fromisoformat(values[0]), UUID(values[1]))
    found = selectors.list_page(scope, query, after=after, limit=filters.limit + 1)
    shown = found[: filters.limit]
    last = shown[-1] if len(found) > filters.limit else None
    names: dict[str, str] = {}
    return {
        "items": [to_wire(row, names) for row in shown],
        "next_cursor": seal(_LIST, [last.at.isoformat(), str(last.id)]) if last else None,
    }


def to_wire(row: AuditRecord, names: dict[str, str]) -> dict[str, Any]:
    """Return a row as the wire has it; `names` keeps the names of places already looked up."""
    if row.region_code not in names:
        place = regions.find_region(row.region_code)
        names[row.region_code] = place.name if place else row.region_code
    return {
        "id": row.id,
        "at": row.at,
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "label": row.actor_label},
        "action": _coded(words.action_word(row.action)),
        "region": {"code": row.region_code, "name": names[row.region_code]},
        "subject": {"kind": _coded(words.subject_word(row.subject_kind)), "id": row.subject_id},
        "result": row.result,
        "purpose": row.purpose,
        "post_id": row.post_id,
        "client": row.client,
        "detail": row.detail,
        "is_sealed": row.is_sealed,
    }


def list_words() -> dict[str, Any]:
    """Return all actions and kinds of subject with their words."""
    return {
        "actions": [_coded(one) for one in words.actions().values()],
        "subjects": [_coded(one) for one in words.subjects().values()],
    }


def _coded(word: words.Word) -> dict[str, str]:
    return {"code": word.code, "zh": word.zh, "en": word.en}


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
