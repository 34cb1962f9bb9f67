"""The papers of a case (文书、成卷): made under their numbers, originals kept, the whole file.

A paper that we make gets the next number of the county and year of its kind; made anew it keeps
it. Originals and scans are looked at before they are kept. Making a paper or a file reads people's
numbers in clear and is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import numbers, rows
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.domain.cases import (
    CASES,
    BatchStage,
    CasePaperRecord,
    PaperKind,
    level_of,
)
from bangfu.domains.monitoring.domain.proceedings import STATUS
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.monitoring.papers.context import Read, context_of, is_hung, read_case
from bangfu.domains.monitoring.papers.decisions import decision_papers, decision_states
from bangfu.domains.screening.papers import load_papers
from bangfu.foundation import audit, files, papers
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.evidence import checking
from bangfu.foundation.papers import CaseContext, HeldPaper, PaperBook, PaperState
from bangfu.foundation.papers.context import Number
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Level

READ, WRITE = "PROCEEDING_READ", "CASE_PREPARE"
SUBJECT = "monitoring.case_paper"
BOUND, PAPER_OPENED = "monitoring.case.bound", "monitoring.case_paper.opened"
LARGEST = 20 * 1024 * 1024
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
class Original:
    """A signed original or scan as it is handed in; `content` may come later."""

    paper: str
    no: str
    kind: PaperKind
    dated_on: date | None = None
    name: str = ""
    content: bytes = b""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Where each paper of a case stands, and what is on file of it, oldest first."""

    kind: str
    states: tuple[PaperState, ...]
    held: tuple[CasePaperRecord, ...]

    @property
    def missing(self) -> tuple[PaperState, ...]:
        """The papers whose signed original is not on file."""
        return papers.missing(self.states)


def paper_book(region_code: str, at: datetime) -> PaperBook:
    """Return the papers by which a county's cases are printed on a day."""
    county = book_for(RegionCode(region_code), at)
    return _book(county.pack_hash, county.folder)


@lru_cache(maxsize=16)
def _book(pack_hash: str, folder: Path) -> PaperBook:
    return load_papers(folder)


# Reads


def list_case(scope: Scope, proceeding_id: UUID, *, at: datetime) -> CaseFile:
    """Return where the papers of a case stand. Raises NotFound E-MONITORING-NOT-FOUND,
    E-MONITORING-NO-CASE for a clue."""
    require(scope, READ)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        if row.procedure == STATUS:
            held = list(row.papers.order_by("id"))
            states = decision_states(_definition(row, at), row.state, held)
            return CaseFile(STATUS, states, tuple(_record(each) for each in held))
        read, context, book = _open(scope, proceeding_id, at)
        kind = _file_kind(read.row)
        found = papers.list_papers(
            kind,
            context,
            on=local_day(at),
            held=_held(read),
            reached=_reached(read.row),
            book=book,
        )
    return CaseFile(kind, found, tuple(_record(each) for each in read.papers))


def make_case_file(*, scope: Scope, proceeding_id: UUID, at: datetime) -> tuple[str, bytes]:
    """Return the whole file of a case as one .docx with its name; what is missing is listed in it.

    Raises as `list_case`, Refused E-PAPERS-PRIVATE.
    """
    require(scope, WRITE)
    with activate(scope):
        read, context, book = _open(scope, proceeding_id, at)
        _note(scope, at, read.row, BOUND, papers=len(read.papers))
        held, reached = _held(read), _reached(read.row)
    content = papers.make_file(
        _file_kind(read.row), context, on=local_day(at), held=held, reached=reached, book=book
    )
    return f"{read.row.no}.docx", content


def open_paper(
    scope: Scope, proceeding_id: UUID, paper_id: UUID, *, at: datetime
) -> CasePaperRecord:
    """Return a paper on file whose file is to be read; the reading is written down.

    Raises NotFound E-MONITORING-NOT-FOUND, also where only its number is known.
    """
    require(scope, WRITE)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        found = row.papers.filter(id=paper_id, file_id__isnull=False).first()
        if found is None:
            raise NotFound("E-MONITORING-NOT-FOUND")
        _note(scope, at, row, PAPER_OPENED, paper=found.paper)
    return _record(found)


def has_number(row: Proceeding, no: str) -> bool:
    """Whether a paper of that number is on file with a case; inside `activate`."""
    return bool(row.papers.filter(no=no).exists())


def number_on_file(row: Proceeding, no: str) -> list[CasePaper]:
    """Return the papers of that number on file with a case or a status; inside `activate`."""
    return list(row.papers.filter(no=no).order_by("id"))


# Writes


def make(*, scope: Scope, at: datetime, proceeding_id: UUID, paper: str) -> CasePaperRecord:
    """Make a paper of a case as .docx, with the blanks that are not known, and keep it.

    Raises NotFound E-MONITORING-NOT-FOUND, E-PAPERS-UNKNOWN; Conflict E-MONITORING-PAPER-APART
    for one that comes with the notice or the county's list.
    """
    require(scope, WRITE)
    with activate(scope):
        read, context, book = _open(scope, proceeding_id, at, lock=True)
        row, today = read.row, local_day(at)
        _check_filed(book, row, paper)
        before = row.papers.filter(paper=paper, kind=PaperKind.MADE).order_by("-id").first()
        if before is None:
            context = _numbered(context, row, book, paper, today, at)
        made = papers.make_paper(paper, context, on=today, book=book)
        no = before.no if before else made.number or _plain_number(row)
        return _keep(
            scope, at, row, paper=paper, no=no, kind=PaperKind.MADE, dated_on=today,
            name=f"{no} {made.title['zh']}.docx", content=made.content, note="",
        )  # fmt: skip


def keep(*, scope: Scope, at: datetime, proceeding_id: UUID, original: Original) -> CasePaperRecord:
    """Keep a signed original or scan under its number, or the number alone for now.

    Raises InvalidValue E-MONITORING-PAPER-NUMBER, E-MONITORING-PAPER-SIZE, what
    `evidence.checking.check` raises; Conflict E-MONITORING-PAPER-APART.
    """
    require(scope, WRITE)
    if not original.no.strip() or original.kind is PaperKind.MADE:
        raise InvalidValue("E-MONITORING-PAPER-NUMBER")
    if len(original.content) > LARGEST:
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=LARGEST // 1024**2)
    with activate(scope):
        # Who may not add a paper is told so before the file is looked at.
        row = _filed_row(scope, proceeding_id)
        _check_kept(row, original.paper, at)
    name, content = original.name, original.content
    if content:
        checked = checking.check(name, content)
        name, content = checked.name, checked.content
    with activate(scope):
        row = _filed_row(scope, proceeding_id, lock=True)
        return _keep(
            scope, at, row, paper=original.paper, no=original.no.strip()[:80],
            kind=original.kind, dated_on=original.dated_on, name=name, content=content,
            note=original.note,
        )  # fmt: skip


def refer(scope: Scope, at: datetime, row: Proceeding, paper: str, no: str, file_id: UUID) -> None:
    """Put a paper that was made for several cases with one of them; inside `activate`."""
    CasePaper.objects.create(
        region_code=row.region_code,
        proceeding=row,
        paper=paper,
        no=no[:80],
        kind=PaperKind.ORIGINAL,
        dated_on=local_day(at),
        file_id=file_id,
        name=f"{no}.docx"[:255],
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
    )


# Parts


def _case_row(scope: Scope, proceeding_id: UUID, *, lock: bool = False) -> Proceeding:
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure not in CASES:
        raise NotFound("E-MONITORING-NO-CASE", no=row.no)
    return row


def _filed_row(scope: Scope, proceeding_id: UUID, *, lock: bool = False) -> Proceeding:
    """A case, or a status: what the county decides of it alone is on file with it."""
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure not in (*CASES, STATUS):
        raise NotFound("E-MONITORING-NO-CASE", no=row.no)
    return row


def _definition(row: Proceeding, at: datetime) -> Definition:
    return book_for(RegionCode(row.region_code), at).book.version(row.procedure, row.version)


def _check_kept(row: Proceeding, paper: str, at: datetime) -> None:
    if row.procedure != STATUS:
        _check_filed(paper_book(row.region_code, at), row, paper, or_other=True)
        return
    known = decision_papers(_definition(row, at))
    if paper not in known:
        raise NotFound("E-PAPERS-UNKNOWN", paper=paper[:40], known=", ".join(sorted(known)))


def _open(
    scope: Scope, proceeding_id: UUID, at: datetime, *, lock: bool = False
) -> tuple[Read, CaseContext, PaperBook]:
    row = _case_row(scope, proceeding_id, lock=lock)
    read = read_case(scope, row, at)
    book = paper_book(row.region_code, at)
    return read, context_of(scope, read, at, book), book


def _file_kind(row: Proceeding) -> str:
    if row.procedure == "identification" and row.state in _TO_TELL:
        return "refusal"
    return row.procedure


def _reached(row: Proceeding) -> frozenset[str]:
    return frozenset(row.steps.values_list("step", flat=True))


def _held(read: Read) -> Mapping[str, HeldPaper]:
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


def _check_filed(book: PaperBook, row: Proceeding, paper: str, *, or_other: bool = False) -> None:
    if paper in APART:
        raise Conflict("E-MONITORING-PAPER-APART")
    wanted = {
        one.paper for kind in {row.procedure, _file_kind(row)} for one in book.file(kind).papers
    }
    if paper not in wanted and not (or_other and paper == OTHER):
        raise NotFound("E-PAPERS-UNKNOWN", paper=paper[:40], known=", ".join(sorted(wanted)))


def _numbered(
    context: CaseContext, row: Proceeding, book: PaperBook, paper: str, today: date, at: datetime
) -> CaseContext:
    """Return the context with the next number of the paper, if the paper has any."""
    if not book.get(paper, today).number:
        return context
    (taken,) = numbers.reserve(RegionCode(row.region_code), f"P-{paper}"[:20], today.year)
    number = Number(paper, _prefix(row, book, paper, at), today.year, int(taken[-6:]))
    others = tuple(one for one in context.numbers if one.paper != paper)
    return replace(context, numbers=(*others, number))


def _prefix(row: Proceeding, book: PaperBook, paper: str, at: datetime) -> str:
    """The word of the office that issues a paper: the name of its place without its kind."""
    filed = next((one for one in book.file(_file_kind(row)).papers if one.paper == paper), None)
    step = _definition(row, at).steps.get(filed.step) if filed else None
    level = level_of(step) if step else Level.VILLAGE
    village = RegionCode(row.region_code)
    place = {Level.COUNTY: village.county, Level.TOWNSHIP: village.parent}.get(level, village)
    name = names_around(row.region_code).get(str(place), "")
    return name[:-1] if len(name) > 2 else name


def _plain_number(row: Proceeding) -> str:
    return f"{row.no}-{row.papers.count() + 1:02d}"


def _keep(
    scope: Scope, at: datetime, row: Proceeding, *, content: bytes, **values: Any
) -> CasePaperRecord:
    file_id, size = None, len(content)
    if content:
        place = RegionCode(row.region_code)
        stored = files.save(
            scope, values["name"], content, "monitoring.case_paper", at=at, region=place
        )
        file_id, size, values["name"] = stored.id, stored.size, stored.name
    values["note"] = values["note"].strip()[:500]
    made = CasePaper.objects.create(
        region_code=row.region_code,
        proceeding=row,
        file_id=file_id,
        size=size,
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        **values,
    )
    _note(scope, at, row, "monitoring.case_paper.kept", paper=made.paper, kind=str(made.kind))
    return _record(made)


def _record(row: CasePaper) -> CasePaperRecord:
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


def _note(scope: Scope, at: datetime, row: Proceeding, action: str, **detail: Any) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, **detail},
    )
