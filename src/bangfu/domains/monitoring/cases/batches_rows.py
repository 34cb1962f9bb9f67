"""The county's lists found within a scope, as records, and as the paper that is sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.domain.cases import (
    BatchDecision,
    BatchRecord,
    BatchRowRecord,
    BatchStage,
)
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models.cases import DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.papers.known import known_of
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.publicity import selectors as publicity
from bangfu.domains.registry.selectors.people import get_brief
from bangfu.foundation import papers
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.papers import CaseContext
from bangfu.foundation.papers.context import Place
from bangfu.foundation.papers.context_steps import Decision, Listed
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

PERMISSION = "CASE_COUNTY"
MAX_PAGE = 200
_DAY = timedelta(days=1)


def find_batch(scope: Scope, batch_id: UUID, *, lock: bool = False) -> DecisionBatch:
    """Return a list of the scope; inside `activate`.

    Raises NotFound E-MONITORING-BATCH-NOT-FOUND.
    """
    found = in_scope(DecisionBatch.objects.all(), scope)
    if lock:
        found = found.select_for_update()
    batch = found.filter(id=batch_id).first()
    if batch is None:
        raise NotFound("E-MONITORING-BATCH-NOT-FOUND")
    return batch


def to_record(batch: DecisionBatch, *, with_rows: bool = True) -> BatchRecord:
    """Return the plain record of a list; inside `activate`."""
    lines: tuple[BatchRowRecord, ...] = ()
    if with_rows:
        listed = DecisionBatchRow.objects.filter(batch_id=batch.id).select_related("proceeding")
        lines = tuple(_line(one) for one in listed.order_by("region_code", "id"))
    return BatchRecord(
        id=batch.id,
        region_code=batch.region_code,
        no=batch.no,
        procedure=batch.procedure,
        stage=BatchStage(batch.stage),
        approval_no=batch.approval_no,
        decided_on=batch.decided_on,
        agency=batch.agency,
        meeting=batch.meeting,
        deciders=tuple(batch.deciders),
        scan_file_id=batch.scan_file_id,
        scan_name=batch.scan_name,
        created_at=batch.created_at,
        created_by=batch.created_by,
        decided_at=batch.decided_at,
        reason=batch.reason,
        rows=lines,
    )


def _line(row: DecisionBatchRow) -> BatchRowRecord:
    case = row.proceeding
    return BatchRowRecord(
        proceeding_id=case.id,
        no=case.no,
        region_code=case.region_code,
        household_no=case.household_no,
        head_name=case.head_name,
        state=case.state,
        decision=BatchDecision(row.decision),
        category=row.category,
        reason=row.reason,
    )


def get_batch(scope: Scope, batch_id: UUID) -> BatchRecord:
    """Return a list with its cases. Raises NotFound E-MONITORING-BATCH-NOT-FOUND."""
    require(scope, PERMISSION)
    with activate(scope):
        return to_record(find_batch(scope, batch_id))


def list_batches(scope: Scope, *, stage: str = "", limit: int = 50) -> list[BatchRecord]:
    """Return the newest lists of the scope, without their cases."""
    require(scope, PERMISSION)
    with activate(scope):
        found = in_scope(DecisionBatch.objects.all(), scope)
        if stage:
            found = found.filter(stage=stage)
        newest = found.order_by("-id")[: min(limit, MAX_PAGE)]
        return [to_record(one, with_rows=False) for one in newest]


def make_list(*, scope: Scope, batch_id: UUID, at: datetime) -> tuple[str, bytes]:
    """Return the list as the .docx that is printed, sealed and scanned, with its name."""
    require(scope, PERMISSION)
    with activate(scope):
        batch = find_batch(scope, batch_id)
        record = to_record(batch)
        agreed, refused = _listed(scope, record, at)
    names = names_around(record.region_code)
    towns = {one.township for one in (*agreed, *refused)}
    paper = "clearing_decision" if record.procedure == CLEARING else "county_decision"
    book, today = filing.paper_book(record.region_code, at), local_day(at)
    context = CaseContext(
        case_no=record.no,
        made_on=today,
        place=Place(
            county=names.get(record.region_code),
            township=towns.pop() if len(towns) == 1 else None,
        ),
        decision=Decision(
            batch_no=record.no,
            decided_on=record.decided_on,
            agency=record.agency or None,
            approval_no=record.approval_no or None,
            meeting=record.meeting or None,
            household_count=len(agreed),
            people_count=sum(one.people or 0 for one in agreed),
            households=agreed,
            refused=refused,
        ),
    )
    made = papers.make_paper(paper, context, on=today, book=book)
    return f"{record.no}.docx", made.content


def _listed(
    scope: Scope, record: BatchRecord, at: datetime
) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
    names, wording = names_around(record.region_code), Wording(at)
    agreed, refused = [], []
    for line in record.rows:
        row = rows.find_row(scope, line.proceeding_id)
        case = rows.to_record(row)
        definition = wording.definition(case.region_code, case.procedure, case.version)
        known = known_of({**case.facts, "monitored_category": line.category}, definition)
        notice = publicity.find_latest(scope, case.id)
        village = RegionCode(case.region_code)
        group = (
            next((one.group for one in notice.lines if one.subject_id == case.id), None)
            if (notice)
            else None
        )
        brief = get_brief(scope, case.household_no)
        printed = Listed(
            township=names.get(str(village.parent)),
            village=names.get(str(village)),
            group=group or None,
            head_name=case.head_name,
            people=len(brief.members),
            category=known.word("monitored_category"),
            way=known.word("clearing_way"),
            notice_from=notice.posted_on + _DAY if notice else None,
            notice_until=notice.until_on if notice else None,
            township_on=known.day("township_on"),
        )
        if line.decision is BatchDecision.REFUSE:
            refused.append(replace(printed, reason=line.reason))
        else:
            agreed.append(printed)
    return tuple(agreed), tuple(refused)
