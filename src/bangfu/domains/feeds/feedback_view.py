"""Requests for correction as people read them: the list, one with its steps, and the form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from bangfu.domains.feeds.board import describe_dataset
from bangfu.domains.feeds.domain import FEEDBACK_STEPS, FeedbackState
from bangfu.domains.feeds.models import Feedback
from bangfu.domains.feeds.selectors import get_feed_contract
from bangfu.domains.registry.selectors import identity
from bangfu.foundation import audit
from bangfu.foundation.access.departments import in_department
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.sheets.forms import FormRow, write_form
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.masks import mask_name
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists

MAX_PAGE = 100
_WORDS = ("dataset", "title_zh", "title_en", "department_zh", "department_en")
# What the owner fills in stands empty at the foot of the form.
_BLANKS = ("ANSWER", "CORRECTED", "HANDLED_BY", "ANSWERED_ON", "SEAL")


def list_feedback(
    scope: Scope,
    region: RegionCode,
    *,
    today: date,
    states: Iterable[str] = (),
    dataset: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Return requests of a place, newest first: items and next_cursor.

    Raises InvalidValue E-INTAKE-CURSOR, E-FEED-FEEDBACK-FILTER.
    """
    wanted = list(states)
    if not set(wanted) <= set(FeedbackState):
        raise InvalidValue("E-FEED-FEEDBACK-FILTER", state=wanted[0][:20])
    limit = max(1, min(limit, MAX_PAGE))
    lower, upper = region.bounds
    with activate(scope):
        rows = in_department(in_scope(Feedback.objects.all(), scope), scope).order_by("-id")
        rows = rows.filter(region_code__gte=lower, region_code__lt=upper)
        if wanted:
            rows = rows.filter(state__in=wanted)
        if dataset:
            rows = rows.filter(dataset=dataset)
        if cursor:
            rows = rows.filter(id__lt=_cursor_id(cursor))
        found = list(rows[: limit + 1])
    names = _names(scope, found)
    items = [_item(row, names, today) for row in found[:limit]]
    return {"items": items, "next_cursor": items[-1]["id"] if len(found) > limit else None}


def _cursor_id(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise InvalidValue("E-INTAKE-CURSOR") from error


def get_feedback(scope: Scope, feedback_id: UUID, *, today: date) -> dict[str, Any]:
    """Return one request with its steps. Raises NotFound E-FEED-FEEDBACK-NOT-FOUND."""
    with activate(scope):
        row: Any = _row(scope, feedback_id)
        versions = list(row.versions.order_by("changed_at", "pgh_id"))
    steps = [_step(version) for version in [*versions, row]]
    allowed = [
        step
        for step, (begun, _) in FEEDBACK_STEPS.items()
        if row.state in begun and "FEEDBACK_MANAGE" in scope.permissions
    ]
    return {**_item(row, _names(scope, [row]), today), "steps": steps, "allowed": allowed}


def _row(scope: Scope, feedback_id: UUID) -> Feedback:
    rows = in_department(in_scope(Feedback.objects.all(), scope), scope)
    row = rows.filter(id=feedback_id).first()
    if row is None:
        raise NotFound("E-FEED-FEEDBACK-NOT-FOUND")
    return row


def _names(scope: Scope, rows: Iterable[Feedback]) -> dict[UUID, str]:
    return identity.names_of(scope, [row.person_id for row in rows if row.person_id])


def _step(row: Any) -> dict[str, Any]:
    words = _state(row.state)
    return {**words, "note": row.note, "by": row.changed_by, "at": row.changed_at}


def _state(state: str) -> dict[str, str]:
    entry = codelists.get("feedback_state").by_code(state)
    zh, en = (entry.zh, entry.en) if entry else (state, state)
    return {"state": str(state), "state_zh": zh, "state_en": en}


def _item(row: Feedback, names: dict[UUID, str], today: date) -> dict[str, Any]:
    contract = get_feed_contract(row.dataset)
    column = contract.find_column(row.column)
    name = names.get(row.person_id) if row.person_id else None
    words = describe_dataset(contract)
    is_late = row.state == FeedbackState.SENT and row.due_on is not None and row.due_on < today
    return {
        **{key: words[key] for key in _WORDS},
        **_state(row.state),
        "id": str(row.id),
        "no": row.no,
        "region": row.region_code,
        "period": row.period,
        "household_no": row.household_no or None,
        "person_name_masked": mask_name(name) if name else None,
        "column": row.column,
        "column_zh": column.zh if column else row.column,
        "column_en": column.en if column else row.column,
        "stated": row.stated,
        "expected": row.expected,
        "reason": row.reason,
        "sent_on": row.sent_on,
        "due_on": row.due_on,
        "overdue": is_late,
        "answer": row.answer or None,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }


def write_feedback_form(
    *, scope: Scope, at: datetime, feedback_id: UUID, path: Path, language: str
) -> str:
    """Write the .xlsx form for the owner and return the request's number.

    It alone names the person and gives the ID number, which the owner needs to find the row; that
    it was made is an audit row. Raises NotFound E-FEED-FEEDBACK-NOT-FOUND.
    """
    require(scope, "FEEDBACK_MANAGE")
    with activate(scope), transaction.atomic():
        row = _row(scope, feedback_id)
        who = identity.find_identity(scope, row.person_id) if row.person_id else None
        audit.record(
            scope,
            "feeds.feedback.form_made",
            at=at,
            subject_kind="feeds.feedback",
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"no": row.no, "names_a_person": who is not None},
        )
    write_form(path, _label("TITLE", language), _form_rows(row, who, language))
    return row.no


def _form_rows(row: Feedback, who: identity.Identity | None, language: str) -> list[FormRow]:
    contract = get_feed_contract(row.dataset)
    words, column = describe_dataset(contract), contract.find_column(row.column)
    shown = "zh" if language == "zh" else "en"
    place = regions.find_region(row.region_code[:6].ljust(12, "0"))
    values = {
        "NO": row.no,
        "TO": words[f"department_{shown}"],
        "FROM": place.name if place else row.region_code,
        "DATASET": words[f"title_{shown}"],
        "PERIOD": row.period,
        "HOUSEHOLD_NO": row.household_no,
        "PERSON": who.name if who else "",
        "ID_NUMBER": who.id_number if who else "",
        "COLUMN": (column.zh if shown == "zh" else column.en) if column else row.column,
        "STATED": row.stated,
        "EXPECTED": row.expected,
        "REASON": row.reason,
        "SENT_ON": row.sent_on.isoformat() if row.sent_on else "",
        "DUE_ON": row.due_on.isoformat() if row.due_on else "",
    }
    filled = [FormRow(_label(key, language), value) for key, value in values.items() if value]
    return [*filled, *(FormRow(_label(key, language), "", tall=True) for key in _BLANKS)]


def _label(code: str, language: str) -> str:
    return codelists.get("feedback_form").label(code, language)
