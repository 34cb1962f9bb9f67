"""A case opened for its papers: what is known, what of it the reader may see, what is on file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.domain.cases import (
    CASES,
    BatchStage,
    CasePaperRecord,
    PaperKind,
    level_of,
)
from bangfu.domains.monitoring.domain.proceedings import STATUS, SUSPICION
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.monitoring.papers import covering
from bangfu.domains.monitoring.papers.context import Read, context_of, read_case
from bangfu.domains.monitoring.papers.history import ANSWERED, REFUSED, When
from bangfu.domains.monitoring.papers.hung import is_hung
from bangfu.domains.screening.papers import load_papers
from bangfu.foundation import audit, papers
from bangfu.foundation.papers import CaseContext, EarlierPaper, HeldPaper, PaperBook
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Level

SUBJECT = "monitoring.case_paper"
OTHER = "other"
# What the notice and the county's list bring; neither is made from one case.
APART = frozenset(
    {"notice", "notice_web", "clearing_notice", "clearing_notice_web", "county_decision",
     "clearing_decision"}
)  # fmt: skip
_OF_BATCH = ("county_decision", "clearing_decision")
# Papers that stand under the number of a notice or a list: the facts of their number and day.
_BY_LISTS: Mapping[str, Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        "identification": {
            ("notice", "notice_no"): "noticed_on",
            ("county_decision", "decision_no"): "decided_on",
        },
        "clearing": {
            ("clearing_notice", "notice_no"): "noticed_on",
            ("clearing_decision", "decision_no"): "decided_on",
        },
    }
)
# The files of cases that end otherwise than their procedure wants, by procedure.
_OF_REFUSAL = {"identification": "refusal", "clearing": "clearing_refusal"}
_OF_WITHDRAWAL = {"identification": "withdrawal", "clearing": "clearing_withdrawal"}
_WITHDRAWN = "WITHDRAWN"
# The family is handed the paper when it is told, so it is made before.
_TELL = "TELL"


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
    """A case; a status, with what the county decides of it alone; a suspicion, with the evidence
    of the household."""
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure not in (*CASES, STATUS, SUSPICION):
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
        withheld = papers.differing(
            file_kind(row, book), context, shown, on=local_day(at), book=book
        )
    if not in_full:
        shown = covering.without_numbers(shown)
    return Opened(read, context, shown, book, withheld)


def file_kind(row: Proceeding, book: PaperBook) -> str:
    """Return which file the papers of a case make: that of its end, or of where it is going."""
    return file_kinds(row, book)[0]


def file_kinds(row: Proceeding, book: PaperBook) -> tuple[str, ...]:
    """Return every kind of file that a case may make, its present one first. A county's pack of
    before there was one for each end has that of the procedure alone."""
    refusal, withdrawal = _OF_REFUSAL[row.procedure], _OF_WITHDRAWAL[row.procedure]
    kinds = [row.procedure, refusal, withdrawal]
    if row.state in ANSWERED:
        kinds.sort(key=refusal.__ne__)
    elif row.state == _WITHDRAWN:
        kinds.sort(key=withdrawal.__ne__)
    return tuple(kind for kind in kinds if kind in book.files)


def steps_reached(read: Read) -> frozenset[str]:
    """Return the steps that a case has come to and that were not undone since."""
    told = {_TELL} if read.row.state == REFUSED else set()
    return read.past.reached | told


def held_of(read: Read, book: PaperBook) -> Mapping[str, HeldPaper]:
    """Return the newest signed original of each paper, but for what was done anew since; a notice
    that hung and a decided list count as theirs."""
    since = _counts_since(read, book)
    found = {
        each.paper: HeldPaper(each.no, each.dated_on)
        for each in read.papers
        if each.kind != PaperKind.MADE and _counts(each, since.get(each.paper))
    }
    notice, batch = read.notice, read.batch
    if notice is not None and is_hung(notice):
        found[notice.kind.board_paper] = HeldPaper(notice.no, notice.posted_on)
    if batch is not None and batch.stage == BatchStage.DECIDED:
        held = HeldPaper(batch.approval_no, batch.decided_on)
        found |= dict.fromkeys(_OF_BATCH, held)
    return MappingProxyType(found)


def earlier_of(read: Read, book: PaperBook) -> tuple[EarlierPaper, ...]:
    """Return what is on file of before a case was done anew: its originals, the notices that hung
    and the lists that decided, oldest first; each once."""
    since = _counts_since(read, book)
    found = {
        (each.paper, each.no): EarlierPaper(each.paper, each.no, each.dated_on)
        for each in read.papers
        if each.kind != PaperKind.MADE and not _counts(each, since.get(each.paper))
    }
    papers_of = _BY_LISTS[read.row.procedure]
    for step in read.past.gone:
        brought = unseal(step.facts)
        for (paper, number), day in papers_of.items():
            no, on = brought.get(number), brought.get(day)
            if isinstance(no, str) and isinstance(on, date):
                found[paper, no] = EarlierPaper(paper, no, on)
    return tuple(sorted(found.values(), key=lambda one: (one.dated_on or date.min, one.number)))


def _counts_since(read: Read, book: PaperBook) -> dict[str, When]:
    """Since when an original of a paper counts: what its steps brought was undone then."""
    steps: dict[str, set[str]] = {}
    for kind in file_kinds(read.row, book):
        for filed in book.file(kind).papers:
            steps.setdefault(filed.paper, set()).update(filed.steps)
    found = {paper: read.past.since(names) for paper, names in steps.items()}
    return {paper: since for paper, since in found.items() if since is not None}


def _counts(paper: CasePaper, since: When | None) -> bool:
    return since is None or (paper.at, paper.id) > since


def check_filed(book: PaperBook, row: Proceeding, paper: str, *, or_other: bool = False) -> None:
    """Refuse a paper that comes with the notice or list, or is not of the case's file."""
    if paper in APART:
        raise Conflict("E-MONITORING-PAPER-APART")
    wanted = {one.paper for kind in file_kinds(row, book) for one in book.file(kind).papers}
    if paper not in wanted and not (or_other and paper == OTHER):
        raise NotFound("E-PAPERS-UNKNOWN", paper=paper[:40], known=", ".join(sorted(wanted)))


def issuer_word(row: Proceeding, book: PaperBook, paper: str, at: datetime) -> str:
    """Return the word of the office that issues a paper: the name of its place without its kind."""
    listed = (one for kind in file_kinds(row, book) for one in book.file(kind).papers)
    filed = next((one for one in listed if one.paper == paper), None)
    step = definition_of(row, at).steps.get(filed.step) if filed else None
    level = level_of(step) if step else Level.VILLAGE
    if filed is not None and filed.by:
        level = Level(filed.by)
    village = RegionCode(row.region_code)
    place = {Level.COUNTY: village.county, Level.TOWNSHIP: village.parent}.get(level, village)
    name = names_around(row.region_code).get(str(place), "")
    return name[:-1] if len(name) > 2 else name


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
