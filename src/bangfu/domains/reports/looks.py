"""Looks at a household as the console shows them: names of fields and purposes, values in words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.monitoring.looking import CaseLook
from bangfu.domains.monitoring.looking import list_looks as looking_at_cases
from bangfu.domains.registry import looking
from bangfu.domains.registry.looking import Revealed
from bangfu.domains.registry.selectors import get_names, looks
from bangfu.domains.registry.selectors.looks import Look
from bangfu.domains.reports.exports import EXPORTED, SUBJECT
from bangfu.domains.reports.facts import in_words
from bangfu.foundation.audit.subjects import SubjectEvent, list_of_lists
from bangfu.foundation.http.cursors import seal, unseal
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import datasets
from bangfu.standards import reveal as policy

_LIST = "registry.looks"


def options(scope: Scope, *, at: datetime) -> dict[str, Any]:
    """Return the purposes and what is left of the reader's day."""
    today = timezone.localdate(at)
    return {
        "purposes": [
            {"code": one.code, "zh": one.zh, "en": one.en, "needs_note": one.needs_note}
            for one in policy.list_purposes()
        ],
        "budget": policy.daily_budget(today),
        "left": looking.looks_left(scope, today),
    }


def revealed(found: Revealed) -> dict[str, Any]:
    """Return a revealed value with its label and in words."""
    column = datasets.get(found.dataset).find_column(found.field)
    zh, en = in_words(column, found.value) if column else ("", "")
    value = found.value
    return {
        "field": found.field,
        "label_zh": column.zh if column else found.field,
        "label_en": column.en if column else found.field,
        "value": str(value) if isinstance(value, Decimal | date) else value,
        "value_zh": zh,
        "value_en": en,
        "left": found.left,
    }


def open_cursor(cursor: str) -> UUID:
    """Return the row after which a page begins. Raises InvalidValue E-API-CURSOR."""
    place = unseal(_LIST, cursor)
    return UUID(str(place[0])) if place else UUID(int=0)


def list_looks(
    scope: Scope, household_no: str, *, at: datetime, before: UUID | None, limit: int
) -> dict[str, Any]:
    """Return a page of who looked at a household and at what is under way about it.

    Raises NotFound outside the scope.
    """
    family = looks.list_looks(scope, household_no, before=before, limit=limit)
    home = get_names(scope, household_no)
    cases = looking_at_cases(scope, home.id, at=at, before=before, limit=limit)
    # Both ids begin with their instant: a list taken along before the household was in the
    # register cannot have held it.
    lists = list_of_lists(
        RegionCode(home.region_code),
        subject_kind=SUBJECT,
        actions=[EXPORTED],
        after=home.id,
        before=before,
        limit=limit,
    )
    lines = [
        *((one.id, _look(one)) for one in family),
        *((one.id, _case(one)) for one in cases),
        *((one.id, _list(one)) for one in lists),
    ]
    found = sorted(lines, key=lambda line: line[0], reverse=True)[:limit]
    more = len(found) == limit
    return {
        "items": [line for _, line in found],
        "next_cursor": seal(_LIST, [str(found[-1][0])]) if more else None,
    }


def _case(look: CaseLook) -> dict[str, Any]:
    return {
        "id": str(look.id),
        "at": look.at,
        "by": look.by,
        "action": "EXPORTED" if look.is_file else "OPENED",
        "refused": look.is_refused,
        "what": {"code": look.procedure, "zh": look.title.zh, "en": look.title.en},
        "member_name": "",
        "document": look.no,
        "purpose": _purpose(look.purpose),
        "note": look.note,
    }


def _list(event: SubjectEvent) -> dict[str, Any]:
    place = str(event.detail.get("place", ""))
    return {
        "id": str(event.id),
        "at": event.at,
        "by": event.actor_label,
        "action": "LISTED",
        "refused": False,
        "what": {"code": "households", "zh": place, "en": place},
        "member_name": "",
        "document": "",
        "purpose": None,
        "note": "",
    }


def _look(look: Look) -> dict[str, Any]:
    return {
        "id": str(look.id),
        "at": look.at,
        "by": look.by,
        "action": look.action,
        "refused": look.is_refused,
        "what": _what(look),
        "member_name": look.member_name,
        "document": look.document,
        "purpose": _purpose(look.purpose),
        "note": look.note,
    }


def _what(look: Look) -> dict[str, str] | None:
    if not look.dataset:
        return None
    column = datasets.get(look.dataset).find_column(look.field)
    names = {"zh": column.zh, "en": column.en} if column else {"zh": look.field, "en": look.field}
    return {"code": look.field, **names}


def _purpose(code: str) -> dict[str, str] | None:
    found = next((one for one in policy.list_purposes() if one.code == code), None)
    return {"code": found.code, "zh": found.zh, "en": found.en} if found else None
