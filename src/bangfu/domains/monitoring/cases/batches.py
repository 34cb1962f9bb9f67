"""The county's decisions are lists (审定批次): one 批复 number, one sealed page, one transaction.

All cases of a list are decided or none is; what keeps one from being decided is told case by case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import numbers, rows, services, telling
from bangfu.domains.monitoring.cases import batches_rows
from bangfu.domains.monitoring.cases.quality import STOPS, count_all_stops
from bangfu.domains.monitoring.checking import WORKS
from bangfu.domains.monitoring.domain import cases
from bangfu.domains.monitoring.domain.cases import (
    CASES,
    BatchDecision,
    BatchRecord,
    BatchStage,
    RowProblem,
)
from bangfu.domains.monitoring.domain.proceedings import CLEARING, IDENTIFICATION
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.publicity import selectors as publicity
from bangfu.foundation import audit, files
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.evidence import checking
from bangfu.kernel.errors import BangfuError, Conflict, InvalidValue, Refused
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value
from bangfu.standards import codelists, errors

PERMISSION = "CASE_COUNTY"
SUBJECT = "monitoring.batch"
LARGEST = 20 * 1024 * 1024
MOST = 500
_WAITING = "COUNTY"
_CATEGORY = "monitored_category"
_NUMBER_KIND = "PC"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """How one case is decided: AGREE with its category, or REFUSE with its reasons."""

    proceeding_id: UUID
    decision: BatchDecision = BatchDecision.AGREE
    category: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Under which number, when and by whom the county decides."""

    approval_no: str
    decided_on: date
    deciders: tuple[UUID, ...]
    agency: str = ""
    meeting: str = ""


class _Rehearsed(Exception):
    """Undoes a rehearsal; it carries what was found."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__()
        self.problems = problems


def draft(*, scope: Scope, at: datetime, procedure: str, lines: Sequence[BatchLine]) -> BatchRecord:
    """Draw up a list of cases that wait for the county; nothing is decided by it.

    Raises NotFound for a case outside the scope, Conflict E-MONITORING-BATCH-LINES for one that
    does not wait for the county or is on a list already, InvalidValue E-MONITORING-BATCH-REASON,
    E-MONITORING-BATCH-CATEGORY for a category that the procedure does not know.
    """
    require(scope, PERMISSION)
    county = scope.region
    if procedure not in CASES or county.level != COUNTY or not 0 < len(lines) <= MOST:
        raise Conflict("E-MONITORING-BATCH-LINES")
    today = local_day(at)
    with activate(scope):
        (taken,) = numbers.reserve(county, _NUMBER_KIND, today.year)
        batch = DecisionBatch.objects.create(
            id=uuid7(),
            region_code=str(county),
            no=f"{today.year}年第{int(taken[-6:])}批",
            procedure=procedure,
            created_at=at,
            created_by=scope.actor.label[:120],
            created_by_id=scope.actor.id[:120],
        )
        _put_lines(scope, at, batch, lines)
        _note(scope, at, batch, "monitoring.batch.drafted", cases=len(lines))
        return batches_rows.to_record(batch)


def put_lines(
    *, scope: Scope, at: datetime, batch_id: UUID, lines: Sequence[BatchLine]
) -> BatchRecord:
    """Put other cases or decisions on a list that is not decided. Raises as `draft`, Conflict
    E-MONITORING-BATCH-STAGE."""
    require(scope, PERMISSION)
    with activate(scope):
        batch = _open(scope, batch_id)
        if not 0 < len(lines) <= MOST:
            raise Conflict("E-MONITORING-BATCH-LINES")
        DecisionBatchRow.objects.filter(batch_id=batch.id).delete()
        _put_lines(scope, at, batch, lines)
        _note(scope, at, batch, "monitoring.batch.drafted", cases=len(lines))
        return batches_rows.to_record(batch)


def put_scan(
    *, scope: Scope, at: datetime, batch_id: UUID, name: str, content: bytes
) -> BatchRecord:
    """Keep the scan of the sealed page with a list.

    Raises InvalidValue E-MONITORING-PAPER-SIZE and what `evidence.checking.check` raises.
    """
    require(scope, PERMISSION)
    if not 0 < len(content) <= LARGEST:
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=LARGEST // 1024**2)
    with activate(scope):
        _open(scope, batch_id)
    checked = checking.check(name, content)
    with activate(scope):
        batch = _open(scope, batch_id)
        place = RegionCode(batch.region_code)
        kept = files.save(
            scope, checked.name, checked.content, "monitoring.batch_scan", at=at, region=place
        )
        batch.scan_file_id, batch.scan_name = kept.id, kept.name
        batch.save()
        _note(scope, at, batch, "monitoring.batch.sealed", file=str(kept.id))
        return batches_rows.to_record(batch)


def check(
    *, scope: Scope, at: datetime, batch_id: UUID, ruling: Ruling, language: str = "zh"
) -> list[RowProblem]:
    """Return what would keep cases of a list from being decided so, steps and lacks named in the
    reader's language; nothing is changed."""
    try:
        with activate(scope):
            batch = _rule(scope, at, _open(scope, batch_id), ruling)
            raise _Rehearsed(_take_all(scope, at, batch, language))
    except _Rehearsed as found:
        return found.problems


def decide(
    *, scope: Scope, at: datetime, batch_id: UUID, ruling: Ruling, language: str = "zh"
) -> BatchRecord:
    """Decide all cases of a list in one transaction.

    Raises InvalidValue E-MONITORING-BATCH-PAPER without number, day, deciders or sealed page and
    E-MONITORING-BATCH-DECIDERS for who has no post at the county, Refused E-MONITORING-BATCH-ROWS
    when one cannot be decided (then none is), Conflict E-MONITORING-BATCH-STAGE for the slower of
    two deciders (F45).
    """
    with activate(scope):
        batch = _rule(scope, at, _open(scope, batch_id), ruling)
        if batch.scan_file_id is None:
            raise InvalidValue("E-MONITORING-BATCH-PAPER")
        with telling.together():
            problems = _take_all(scope, at, batch, language)
            if problems:
                raise _refusal(problems)
        batch.stage, batch.decided_at = BatchStage.DECIDED, at
        batch.save()
        _note(scope, at, batch, "monitoring.batch.decided", approval=batch.approval_no)
        return batches_rows.to_record(batch)


def drop(*, scope: Scope, at: datetime, batch_id: UUID, reason: str) -> BatchRecord:
    """Give up a list that is not decided; its cases can go on another.

    Raises InvalidValue E-MONITORING-BATCH-REASON, Conflict E-MONITORING-BATCH-STAGE.
    """
    require(scope, PERMISSION)
    if not reason.strip():
        raise InvalidValue("E-MONITORING-BATCH-REASON")
    with activate(scope):
        batch = _open(scope, batch_id)
        batch.stage, batch.reason = BatchStage.DROPPED, reason.strip()[:500]
        batch.save()
        DecisionBatchRow.objects.filter(batch_id=batch.id).update(is_live=False)
        _note(scope, at, batch, "monitoring.batch.dropped")
        return batches_rows.to_record(batch)


# Parts


def _open(scope: Scope, batch_id: UUID) -> DecisionBatch:
    require(scope, PERMISSION)
    batch = batches_rows.find_batch(scope, batch_id, lock=True)
    if batch.stage != BatchStage.DRAFT:
        raise Conflict("E-MONITORING-BATCH-STAGE", batch_no=batch.no)
    return batch


def _put_lines(
    scope: Scope, at: datetime, batch: DecisionBatch, lines: Sequence[BatchLine]
) -> None:
    if len({line.proceeding_id for line in lines}) < len(lines):
        raise Conflict("E-MONITORING-BATCH-LINES")
    wording = Wording(at)
    for line in lines:
        row = rows.find_row(scope, line.proceeding_id, lock=True)
        listed = row.batch_rows.filter(is_live=True).exists()
        if (row.procedure, row.state) != (batch.procedure, _WAITING) or listed:
            raise Conflict("E-MONITORING-BATCH-LINES")
        if line.decision is BatchDecision.REFUSE and not line.reason.strip():
            raise InvalidValue("E-MONITORING-BATCH-REASON")
        DecisionBatchRow.objects.create(
            region_code=row.region_code,
            batch_id=batch.id,
            proceeding=row,
            decision=line.decision,
            category=_category(wording, row, line) or _noticed_as(scope, row),
            reason=line.reason.strip()[:1000],
        )


def _category(wording: Wording, row: Proceeding, line: BatchLine) -> str:
    """The category of a line as the case's own version of the procedure knows it; "" for none."""
    code = line.category.strip()
    if not code:
        return ""
    definition = wording.definition(row.region_code, row.procedure, row.version)
    fact = definition.facts.get(_CATEGORY) if definition else None
    if fact is None or code not in fact.codes:
        raise InvalidValue("E-MONITORING-BATCH-CATEGORY", no=row.no, category=code[:40])
    return code


def _noticed_as(scope: Scope, row: Proceeding) -> str:
    """The category that the notice named, as its code; "" for a clearing."""
    notice = publicity.find_latest(scope, row.id)
    lines = notice.lines if notice else ()
    word = next((one.category for one in lines if one.subject_id == row.id), "")
    found = codelists.get("monitored_category").by_label(word) if word else None
    return found.code if found else ""


def _rule(scope: Scope, at: datetime, batch: DecisionBatch, ruling: Ruling) -> DecisionBatch:
    if not ruling.approval_no.strip() or not ruling.deciders or ruling.decided_on > local_day(at):
        raise InvalidValue("E-MONITORING-BATCH-PAPER")
    _check_deciders(at, RegionCode(batch.region_code), ruling.deciders)
    batch.approval_no = ruling.approval_no.strip()[:80]
    batch.decided_on, batch.deciders = ruling.decided_on, list(ruling.deciders)
    batch.agency, batch.meeting = ruling.agency.strip()[:120], ruling.meeting.strip()[:120]
    batch.save()
    return batch


def _check_deciders(at: datetime, county: RegionCode, deciders: Sequence[UUID]) -> None:
    """Refuse whoever has no post in force at the county itself: a village or a township does not
    decide for it. Raises InvalidValue E-MONITORING-BATCH-DECIDERS."""
    scope = system_scope(county, "monitoring.people")
    held = list_holders(scope, WORKS, local_day(at), levels={COUNTY}, users=deciders)
    if set(deciders) - {one.user_id for one in held}:
        raise InvalidValue("E-MONITORING-BATCH-DECIDERS")


def _take_all(scope: Scope, at: datetime, batch: DecisionBatch, language: str) -> list[RowProblem]:
    problems = []
    assert batch.decided_on is not None, "ruled before"
    listed = DecisionBatchRow.objects.filter(batch_id=batch.id).order_by("region_code", "id")
    lines = [(line, rows.find_row(scope, line.proceeding_id, lock=True)) for line in listed]
    stops = count_all_stops([row for _, row in lines], batch.decided_on)
    for line, row in lines:
        try:
            with activate(scope):
                Proceeding.objects.filter(id=row.id).update(batch_id=batch.id)
                services.take(
                    scope=scope,
                    at=at,
                    proceeding_id=row.id,
                    worked_out={STOPS},
                    language=language,
                    **_step(batch, line, stops[row.id]),
                )
        except BangfuError as refused:
            problems.append(
                RowProblem(row.id, row.no, row.head_name, refused.code, dict(refused.params))
            )
    return problems


def _step(batch: DecisionBatch, line: DecisionBatchRow, stops: int) -> dict[str, Any]:
    assert batch.decided_on is not None, "ruled before"
    facts: dict[str, Value] = {
        "decided_on": batch.decided_on,
        "deciders": tuple(str(each) for each in batch.deciders),
        "decision_no": batch.approval_no,
        "batch_no": batch.no,
        "sealed_scan_no": f"{batch.no}-盖章页",
    }
    if line.decision == BatchDecision.REFUSE:
        return {"step": cases.COUNTY_REFUSE, "facts": {**facts, "refusal_reason": line.reason}}
    if batch.procedure == IDENTIFICATION:
        facts[_CATEGORY] = line.category
    if batch.procedure == CLEARING:
        facts[STOPS] = stops
    return {"step": "DECIDE", "facts": facts}


def _refusal(problems: list[RowProblem]) -> Refused:
    first = problems[0]
    said = {
        language: errors.text(first.code, dict(first.params), language).message
        for language in ("zh", "en")
    }
    return Refused(
        "E-MONITORING-BATCH-ROWS",
        count=len(problems),
        first_no=first.no,
        first_zh=said["zh"],
        first_en=said["en"],
    )


def _note(scope: Scope, at: datetime, batch: DecisionBatch, action: str, **detail: Any) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(batch.id),
        region_code=batch.region_code,
        detail={"no": batch.no, "stage": str(batch.stage), **detail},
    )
