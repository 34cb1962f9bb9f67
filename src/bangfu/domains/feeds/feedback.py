"""Requests to the owner of some data to correct them (数据校核反馈单): draft, send, answer, close.

The county never overwrites a department's value (domain rule 13 of the county officers; the loop
is that of 政务数据共享条例, State Council Order 809): it says what it found, with a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bangfu.domains.feeds import events
from bangfu.domains.feeds.domain import FeedbackState, LandingState, check_step, has_long_number
from bangfu.domains.feeds.models import Feedback, Landing
from bangfu.domains.feeds.selectors import get_feed_contract
from bangfu.domains.registry import selectors as registry
from bangfu.foundation import audit
from bangfu.foundation.access.departments import in_department, require_dataset
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, reading
from bangfu.kernel.errors import InvalidValue, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import clocks
from bangfu.standards.holidays import work_calendar

DUE = "feeds.feedback"
# Steps that say something to somebody, and so need words.
NEEDS_NOTE = frozenset({"answer", "withdraw"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is wrong: a column of a dataset's month, what it says, what we found, and why.

    `person_id` is a member of `household_no`; both may be absent when the list as a whole is meant.
    """

    dataset: str
    period: Period
    column: str
    stated: str
    expected: str
    reason: str
    household_no: str | None = None
    person_id: UUID | None = None


def create_feedback(*, scope: Scope, at: datetime, region: RegionCode, draft: Draft) -> UUID:
    """Write a draft and return its id; `region` is the county.

    Raises Refused E-FEED-UNKNOWN, E-FEED-COUNTY, NotFound E-REGISTRY-NOT-FOUND for a household
    outside the scope, InvalidValue E-DATASET-COLUMN, E-FEED-FEEDBACK-PERSON, E-FEED-FEEDBACK-TEXT,
    E-FEED-PERSONAL.
    """
    require(scope, "FEEDBACK_MANAGE")
    contract = get_feed_contract(draft.dataset)
    require_dataset(scope, contract.id)
    column = contract.find_column(draft.column)
    if column is None:
        raise InvalidValue("E-DATASET-COLUMN", dataset=contract.id, column=draft.column)
    if region.level != COUNTY or not scope.covers(region):
        raise Refused("E-FEED-COUNTY", region=str(region))
    place, name = _place_and_name(scope, region, draft)
    texts = [draft.stated.strip(), draft.expected.strip(), draft.reason.strip()]
    _check_texts(texts, name)
    with activate(scope), transaction.atomic():
        row = Feedback.objects.create(
            region_code=place,
            no=_next_number(region, at),
            dataset=contract.id,
            period=str(draft.period),
            batch_id=_batch_of(scope, contract.id, region, draft.period),
            household_no=draft.household_no or "",
            person_id=draft.person_id,
            column=column.name,
            stated=texts[0],
            expected=texts[1],
            reason=texts[2],
            created_by=scope.actor.label[:120],
            created_at=at,
            changed_by=scope.actor.label[:120],
            changed_at=at,
        )
        _audit(scope, row, "feeds.feedback.created", at)
        return row.id


def _place_and_name(scope: Scope, region: RegionCode, draft: Draft) -> tuple[str, str | None]:
    """Return where the request belongs, and the name that its texts may not repeat."""
    if not draft.household_no:
        if draft.person_id is not None:
            raise InvalidValue("E-FEED-FEEDBACK-PERSON")
        return str(region), None
    names = registry.get_names(scope, draft.household_no)
    if not region.contains(RegionCode(names.region_code)):
        raise NotFound("E-REGISTRY-NOT-FOUND")
    if draft.person_id is None:
        return names.region_code, None
    if draft.person_id not in names.names:
        raise InvalidValue("E-FEED-FEEDBACK-PERSON")
    return names.region_code, names.names[draft.person_id]


def _check_texts(texts: list[str], name: str | None) -> None:
    if not all(texts):
        raise InvalidValue("E-FEED-FEEDBACK-TEXT")
    for text in texts:
        if has_long_number(text) or (name and len(name) > 1 and name in text):
            raise InvalidValue("E-FEED-PERSONAL")


def _next_number(region: RegionCode, at: datetime) -> str:
    """Return the next number of the county's year, such as 990101-2026-0007; nobody skips one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"feedback:{region}"]
        )
    stem = f"{region.prefix}-{timezone.localdate(at).year}-"
    lower, upper = region.bounds
    rows = Feedback.objects.filter(region_code__gte=lower, region_code__lt=upper)
    numbers = rows.filter(no__startswith=stem).values_list("no", flat=True)
    return f"{stem}{max((int(no[len(stem) :]) for no in numbers), default=0) + 1:04d}"


def _batch_of(scope: Scope, dataset: str, region: RegionCode, period: Period) -> UUID | None:
    rows = in_scope(Landing.objects.all(), scope).filter(
        dataset=dataset, region_code=str(region), period=str(period), state=LandingState.LIVE
    )
    return rows.values_list("batch_id", flat=True).first()


def step_feedback(
    *, scope: Scope, at: datetime, feedback_id: UUID, step: str, note: str = ""
) -> None:
    """Take one step: send, answer, close or withdraw; sending starts the owner's clock.

    Raises NotFound E-FEED-FEEDBACK-NOT-FOUND, Conflict E-FEED-FEEDBACK-STATE, InvalidValue
    E-FEED-FEEDBACK-TEXT where the step needs words, E-FEED-PERSONAL.
    """
    require(scope, "FEEDBACK_MANAGE")
    said = note.strip()
    if said or step in NEEDS_NOTE:
        _check_texts([said], None)
    with activate(scope), transaction.atomic():
        row = _locked(scope, feedback_id)
        row.state = check_step(FeedbackState(row.state), step)
        _apply(row, step, said, at)
        row.note, row.changed_by, row.changed_at = said, scope.actor.label[:120], at
        row.save()
        _audit(scope, row, f"feeds.feedback.{_PAST[step]}", at)
        state = FeedbackState(row.state)
        events.tell(events.FeedbackStepped(scope, at, row.region_code, row.no, state))


_PAST = {"send": "sent", "answer": "answered", "close": "closed", "withdraw": "withdrawn"}


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as other code sees it; `household_no` is empty where a list as a whole is meant."""

    id: UUID
    no: str
    state: FeedbackState
    household_no: str


def find_request(scope: Scope, no: str) -> RequestRecord | None:
    """Return the request of a number in the scope, None where there is none."""
    with reading(scope):
        row = in_scope(Feedback.objects.filter(no=no), scope).first()
    if row is None:
        return None
    return RequestRecord(row.id, row.no, FeedbackState(row.state), row.household_no)


def _apply(row: Feedback, step: str, note: str, at: datetime) -> None:
    today = timezone.localdate(at)
    if step == "send":
        clock = clocks.get(DUE, today)
        row.sent_on, row.due_on = today, work_calendar().add(today, clock.value)
        row.answer, row.answered_on = "", None
    elif step == "answer":
        row.answer, row.answered_on = note, today


def _locked(scope: Scope, feedback_id: UUID) -> Feedback:
    rows = in_department(in_scope(Feedback.objects.select_for_update(), scope), scope)
    row = rows.filter(id=feedback_id).first()
    if row is None:
        raise NotFound("E-FEED-FEEDBACK-NOT-FOUND")
    return row


def _audit(scope: Scope, row: Feedback, action: str, at: datetime) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="feeds.feedback",
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "dataset": row.dataset, "period": row.period, "state": row.state},
    )
