"""A case opened for its papers: what is known, what of it the reader may see, what is on file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.domain.cases import CASES, BatchStage, CasePaperRecord, PaperKind
from bangfu.domains.monitoring.domain.proceedings import STATUS
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.monitoring.papers import covering
from bangfu.domains.monitoring.papers.context import Read, context_of, is_hung, read_case
from bangfu.domains.screening.papers import load_papers
from bangfu.foundation import audit, papers
from bangfu.foundation.papers import CaseContext, HeldPaper, PaperBook
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition

SUBJECT = "monitoring.case_paper"
OTHER = "other"
# What the notice and the county's list bring; neither is made from one case.
APART = frozenset(
    {"notice", "notice_web", "clearing_notice", "clearing_notice_web", "county_decision",
     "clearing_decision"}
)  # fmt: skip
_OF_BATCH = ("county_decision", "clearing_decision")
_TO_TELL = frozenset(
    {
        "REFUSED",
        "TOLD",
        "TOWNSHIP_RECHECK",
        "TOLD_AGAIN",
        "COUNTY_RECHECK",
        "COUNTY_UPHELD",
        "NOT_GRANTED",
    }
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with what its papers are filled from, and what of that its reader may see."""

    read: Read
    context: CaseContext
    shown: CaseContext
    book: PaperBook
    withheld: frozenset[str]


def paper_book(region_code: str, at: datetime) -> PaperBook:
    """Return the papers by which a county's cases are printed on a day."""
    county = book_for(RegionCode(region_code), at)
    return _book(county.pack_hash, county.folder)


@lru_cache(maxsize=16)
def _book(pack_hash: str, folder: Path) -> PaperBook:
    return load_papers(folder)


def case_row(scope: Scope, proceeding_id: UUID, *, lock: bool = False) -> Proceeding:
    """Return the row of a case. Raises NotFound E-MONITORING-NOT-FOUND, E-MONITORING-NO-CASE."""
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure not in CASES:
        raise NotFound("E-MONITORING-NO-CASE", no=row.no)
    return row


def filed_row(scope: Scope, proceeding_id: UUID, *, lock: bool = False) -> Proceeding:
    """A case, or a status: what the county decides of it alone is on file with it."""
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure not in (*CASES, STATUS):
        raise NotFound("E-MONITORING-NO-CASE", no=row.no)
    return row


def definition_of(row: Proceeding, at: datetime) -> Definition:
    """Return the version of the procedure that a row goes by."""
    return book_for(RegionCode(row.region_code), at).book.version(row.procedure, row.version)


def open_case(
    scope: Scope,
    proceeding_id: UUID,
    at: datetime,
    *,
    lock: bool = False,
    in_full: bool = False,
) -> Opened:
    """Return a case opened for its papers; `in_full` shows numbers, for a look that was spent."""
    row = case_row(scope, proceeding_id, lock=lock)
    read = read_case(scope, row, at)
    book = paper_book(row.region_code, at)
    context = context_of(scope, read, at, book)
    shown, withheld = context, frozenset[str]()
    if (covered := covering.cover(scope, read)) != read:
        shown = context_of(scope, covered, at, book)
        withheld = papers.differing(file_kind(row), context, shown, on=local_day(at), book=book)
    if not in_full:
        shown = covering.without_numbers(shown)
    return Opened(read, context, shown, book, withheld)


def file_kind(row: Proceeding) -> str:
    """Return which file the papers of a case make."""
    if row.procedure == "identification" and row.state in _TO_TELL:
        return "refusal"
    return row.procedure


def steps_reached(row: Proceeding) -> frozenset[str]:
    """Return the steps that a case has come to."""
    return frozenset(row.steps.values_list("step", flat=True))


def held_of(read: Read) -> Mapping[str, HeldPaper]:
    """Return the newest signed original of each paper; a notice that hung and a decided list
    count as theirs."""
    found = {
        each.paper: HeldPaper(each.no, each.dated_on)
        for each in read.papers
        if each.kind != PaperKind.MADE
    }
    notice, batch = read.notice, read.batch
    if notice is not None and is_hung(notice):
        found[notice.kind.board_paper] = HeldPaper(notice.no, notice.posted_on)
    if batch is not None and batch.stage == BatchStage.DECIDED:
        held = HeldPaper(batch.approval_no, batch.decided_on)
        found |= dict.fromkeys(_OF_BATCH, held)
    return MappingProxyType(found)


def check_filed(book: PaperBook, row: Proceeding, paper: str, *, or_other: bool = False) -> None:
    """Refuse a paper that comes with the notice or list, or is not of the case's file."""
    if paper in APART:
        raise Conflict("E-MONITORING-PAPER-APART")
    wanted = {
        one.paper for kind in {row.procedure, file_kind(row)} for one in book.file(kind).papers
    }
    if paper not in wanted and not (or_other and paper == OTHER):
        raise NotFound("E-PAPERS-UNKNOWN", paper=paper[:40], known=", ".join(sorted(wanted)))


def to_record(row: CasePaper) -> CasePaperRecord:
    """Return a paper on file."""
    return CasePaperRecord(
        id=row.id,
        paper=row.paper,
        no=row.no,
        kind=PaperKind(row.kind),
        dated_on=row.dated_on,
        file_id=row.file_id,
        name=row.name,
        size=row.size,
        note=row.note,
        at=row.at,
        by=row.by,
    )


def note(scope: Scope, at: datetime, row: Proceeding, action: str, **detail: Any) -> None:
    """Write down what was done with the papers of a case."""
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, **detail},
    )


def note_read(
    scope: Scope, at: datetime, row: Proceeding, action: str, purpose: str = "", **detail: Any
) -> None:
    """Write down that papers of a case were read, with the purpose where one was stated."""
    audit.record_read(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        purpose=purpose,
        detail={"no": row.no, **detail},
    )
