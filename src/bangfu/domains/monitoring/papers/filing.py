"""The papers of a case (文书、成卷): made under their numbers, originals kept, the whole file.

A paper that we make gets the next number of the county and year of its kind; made anew it keeps
it. Originals and scans are looked at before they are kept. What is on file is of the class
DOCUMENT; ID and telephone numbers are printed in full for a look that was spent. Each making and
opening is written down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import errands, numbers, rows
from bangfu.domains.monitoring.domain.cases import CasePaperRecord, PaperKind
from bangfu.domains.monitoring.domain.proceedings import STATUS, SUSPICION
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.monitoring.papers.covering import without_numbers
from bangfu.domains.monitoring.papers.decisions import decision_papers, decision_states
from bangfu.domains.monitoring.papers.evidence import EVIDENCE, evidence_state
from bangfu.domains.monitoring.papers.opened import (
    APART as APART,
)
from bangfu.domains.monitoring.papers.opened import (
    SUBJECT,
    case_row,
    check_filed,
    definition_of,
    earlier_of,
    file_kind,
    filed_row,
    held_of,
    issuer_word,
    note,
    note_read,
    open_case,
    steps_reached,
    to_record,
)
from bangfu.domains.monitoring.papers.opened import (
    paper_book as paper_book,
)
from bangfu.domains.registry import looking
from bangfu.domains.registry.looking import Reason
from bangfu.foundation import files, papers
from bangfu.foundation.access.columns import is_open, require_reveal
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.evidence import checking
from bangfu.foundation.papers import CaseContext, PaperBook, PaperState
from bangfu.foundation.papers.context import Number
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.standards import columns as classes

READ, WRITE = "PROCEEDING_READ", "CASE_PREPARE"
BOUND, PAPER_OPENED = "monitoring.case.bound", "monitoring.case_paper.opened"
PAPER_NAMED = "monitoring.case_paper.named"
LARGEST = 20 * 1024 * 1024


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
    """Where each paper of a case stands, and what is on file of it, oldest first.

    `withheld` are the papers that tell what is closed to the reader's post, `numbered` those that
    print ID or telephone numbers; with `needs_purpose` what is on file opens for a stated purpose
    alone.
    """

    kind: str
    states: tuple[PaperState, ...]
    held: tuple[CasePaperRecord, ...]
    withheld: frozenset[str]
    numbered: frozenset[str]
    needs_purpose: bool

    @property
    def missing(self) -> tuple[PaperState, ...]:
        """The papers whose signed original is not on file."""
        return papers.missing(self.states)


# Reads


def list_case(scope: Scope, proceeding_id: UUID, *, at: datetime) -> CaseFile:
    """Return where the papers of a case stand. Raises NotFound E-MONITORING-NOT-FOUND,
    E-MONITORING-NO-CASE for a clue."""
    require(scope, READ)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        if row.procedure in (STATUS, SUSPICION):
            return _list_apart(scope, row, at)
        opened = open_case(scope, proceeding_id, at)
        read, kind = opened.read, file_kind(opened.read.row, opened.book)
        found = papers.list_papers(
            kind,
            opened.context,
            on=local_day(at),
            held=held_of(read, opened.book),
            reached=steps_reached(read),
            book=opened.book,
        )
        numbered = papers.differing(
            kind,
            opened.context,
            without_numbers(opened.context),
            on=local_day(at),
            book=opened.book,
        )
    listed = {one.paper for one in found}
    return CaseFile(
        kind=kind,
        states=found,
        held=tuple(to_record(each) for each in read.papers),
        withheld=opened.withheld & listed,
        numbered=numbered & listed,
        needs_purpose=not is_open(scope, classes.DOCUMENT),
    )


def _list_apart(scope: Scope, row: Proceeding, at: datetime) -> CaseFile:
    held, definition = list(row.papers.order_by("id")), definition_of(row, at)
    if row.procedure == SUSPICION:
        states: tuple[PaperState, ...] = (evidence_state(definition, held),)
    else:
        states = decision_states(definition, row.state, held)
    return CaseFile(
        kind=row.procedure,
        states=states,
        held=tuple(to_record(each) for each in held),
        withheld=frozenset(),
        numbered=frozenset(),
        needs_purpose=not is_open(scope, classes.DOCUMENT),
    )


def make_case_file(
    *, scope: Scope, proceeding_id: UUID, at: datetime, reason: Reason | None = None
) -> tuple[str, bytes]:
    """Return the whole file of a case as one .docx with its name; what is missing is listed in it.

    It is of the class DOCUMENT. For a reason, which spends a look, numbers are printed in full.
    Papers that are not for the reader's post are named and left out. Raises as `list_case` and
    `look_at`, Refused E-PAPERS-PRIVATE.
    """
    require(scope, WRITE)
    with activate(scope):
        row = case_row(scope, proceeding_id)
        on_file = row.papers.count()
    if reason is not None or not is_open(scope, classes.DOCUMENT):
        look_at(scope, at, row, BOUND, reason, papers=on_file, full=True)
    with activate(scope):
        opened = open_case(scope, proceeding_id, at, in_full=reason is not None)
        if reason is None:
            note_read(scope, at, row, BOUND, papers=on_file)
        held, reached = held_of(opened.read, opened.book), steps_reached(opened.read)
    content = papers.make_file(
        file_kind(opened.read.row, opened.book),
        opened.context,
        on=local_day(at),
        held=held,
        reached=reached,
        book=opened.book,
        shown=opened.shown,
        withheld=opened.withheld,
        earlier=earlier_of(opened.read, opened.book),
    )
    return f"{row.no}.docx", content


def open_paper(
    scope: Scope,
    proceeding_id: UUID,
    paper_id: UUID,
    *,
    at: datetime,
    reason: Reason | None = None,
) -> CasePaperRecord:
    """Return a paper on file whose file is to be read; the reading is written down.

    What is on file is of the class DOCUMENT: who holds its permission opens it as part of the
    work, others state a reason and spend a look. Whoever checks a clue opens by duty the photos
    that he added. Raises NotFound E-MONITORING-NOT-FOUND, also where only its number is known,
    NotAllowed, and as `look_at`.
    """
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        found = row.papers.filter(id=paper_id, file_id__isnull=False).first()
        by_duty = errands.opens_by_duty(scope, row, found)
        if not by_duty:
            require(scope, WRITE)
        if found is None:
            raise NotFound("E-MONITORING-NOT-FOUND")
        detail = {"paper": found.paper, "file": str(found.id), "by_duty": by_duty}
        if is_open(scope, classes.DOCUMENT):
            purpose = looking.check_reason(reason).purpose if reason else ""
            note_read(scope, at, row, PAPER_OPENED, purpose, **detail)
            return to_record(found)
    look_at(scope, at, row, PAPER_OPENED, reason, **detail)
    return to_record(found)


def look_at(
    scope: Scope,
    at: datetime,
    row: Proceeding,
    action: str,
    reason: Reason | None,
    **detail: Any,
) -> None:
    """Spend a look on papers of a case.

    Raises InvalidValue E-REVEAL-DOCUMENT without a reason and as `looking.check_reason`; NotAllowed
    E-ACCESS-PERMISSION; Conflict E-REVEAL-BUDGET.
    """
    require_reveal(scope, classes.get_class(classes.DOCUMENT))
    if reason is None:
        raise InvalidValue("E-REVEAL-DOCUMENT")
    looking.spend_look(
        scope,
        action=action,
        subject_kind=SUBJECT,
        subject_id=row.id,
        region_code=row.region_code,
        reason=looking.check_reason(reason),
        at=at,
        detail={"no": row.no, **detail},
    )


def has_number(row: Proceeding, no: str) -> bool:
    """Whether a paper of that number is on file with a case; inside `activate`."""
    return bool(row.papers.filter(no=no).exists())


def number_on_file(row: Proceeding, no: str) -> list[CasePaper]:
    """Return the papers of that number on file with a case or a status; inside `activate`."""
    return list(row.papers.filter(no=no).order_by("id"))


# Writes


def make(
    *,
    scope: Scope,
    at: datetime,
    proceeding_id: UUID,
    paper: str,
    reason: Reason | None = None,
) -> CasePaperRecord:
    """Make a paper of a case as .docx, with the blanks that are not known, and keep it.

    What is closed to the reader stays a blank; numbers are printed in full for a reason, which
    spends a look. Raises NotFound E-MONITORING-NOT-FOUND, E-PAPERS-UNKNOWN; Conflict
    E-MONITORING-PAPER-APART for one that comes with the notice or the county's list; as `look_at`.
    """
    require(scope, WRITE)
    if reason is not None:
        with activate(scope):
            row = case_row(scope, proceeding_id)
            check_filed(paper_book(row.region_code, at), row, paper)
        look_at(scope, at, row, PAPER_NAMED, reason, paper=paper, full=True)
    with activate(scope):
        opened = open_case(scope, proceeding_id, at, lock=True, in_full=reason is not None)
        row, book, today = opened.read.row, opened.book, local_day(at)
        check_filed(book, row, paper)
        context, shown = opened.context, opened.shown
        before = row.papers.filter(paper=paper, kind=PaperKind.MADE).order_by("-id").first()
        if before is None:
            context = _numbered(context, row, book, paper, today, at)
            shown = replace(shown, numbers=context.numbers)
        made = papers.make_paper(paper, context, on=today, book=book, shown=shown)
        no = before.no if before else made.number or _plain_number(row)
        return store(
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
        row = filed_row(scope, proceeding_id)
        _check_kept(row, original.paper, at)
    name, content = original.name, original.content
    if content:
        checked = checking.check(name, content)
        name, content = checked.name, checked.content
    with activate(scope):
        row = filed_row(scope, proceeding_id, lock=True)
        return store(
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


def _check_kept(row: Proceeding, paper: str, at: datetime) -> None:
    if row.procedure not in (STATUS, SUSPICION):
        check_filed(paper_book(row.region_code, at), row, paper, or_other=True)
        return
    is_suspicion = row.procedure == SUSPICION
    known = {EVIDENCE} if is_suspicion else set(decision_papers(definition_of(row, at)))
    if paper not in known:
        raise NotFound("E-PAPERS-UNKNOWN", paper=paper[:40], known=", ".join(sorted(known)))


def _numbered(
    context: CaseContext, row: Proceeding, book: PaperBook, paper: str, today: date, at: datetime
) -> CaseContext:
    """Return the context with the next number of the paper, if the paper has any."""
    if not book.get(paper, today).number:
        return context
    (taken,) = numbers.reserve(RegionCode(row.region_code), f"P-{paper}"[:20], today.year)
    number = Number(paper, issuer_word(row, book, paper, at), today.year, int(taken[-6:]))
    others = tuple(one for one in context.numbers if one.paper != paper)
    return replace(context, numbers=(*others, number))


def _plain_number(row: Proceeding) -> str:
    return f"{row.no}-{row.papers.count() + 1:02d}"


def store(
    scope: Scope, at: datetime, row: Proceeding, *, content: bytes, **values: Any
) -> CasePaperRecord:
    """Put a paper on file with a proceeding; inside `activate`, the row locked."""
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
    note(scope, at, row, "monitoring.case_paper.kept", paper=made.paper, kind=str(made.kind))
    return to_record(made)
