"""The whole way from a context to bytes: definition, filling, privacy scan, drawing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bangfu.foundation.papers import binding, casefiles
from bangfu.foundation.papers.casefiles import EarlierPaper, HeldPaper, PaperState
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.filled import FilledPaper, Lack
from bangfu.foundation.papers.filling import fill
from bangfu.foundation.papers.layout import layout
from bangfu.foundation.papers.loader import PaperBook, load
from bangfu.foundation.papers.packing import write_paper
from bangfu.foundation.papers.scanning import guard

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class MadePaper:
    """A paper as .docx, with what it still lacks (left blank)."""

    paper: str
    title: MappingProxyType[str, str]
    number: str
    content: bytes
    lacks: tuple[Lack, ...]


def make_paper(
    paper: str,
    context: CaseContext,
    *,
    on: date,
    book: PaperBook | None = None,
    shown: CaseContext | None = None,
) -> MadePaper:
    """Make one paper in the version in force on a day.

    `shown` is what its reader may see of the context, all of it where None; a public paper is
    searched for what the context knows. Raises NotFound E-PAPERS-UNKNOWN, Refused E-PAPERS-PRIVATE.
    """
    filled = fill((book or load()).get(paper, on), shown or context, layout())
    guard(filled, context)
    content = write_paper(filled, layout())
    return MadePaper(filled.paper, filled.title, filled.number, content, filled.lacks)


def differing(
    kind: str, one: CaseContext, other: CaseContext, *, on: date, book: PaperBook | None = None
) -> frozenset[str]:
    """Return the papers of a file that read otherwise from one context than from another."""
    book = book or load()
    wanted = (book.get(filed.paper, on) for filed in book.file(kind).papers)
    return frozenset(
        paper.id for paper in wanted if fill(paper, one, layout()) != fill(paper, other, layout())
    )


def list_papers(
    kind: str,
    context: CaseContext,
    *,
    on: date,
    held: Mapping[str, HeldPaper] = MappingProxyType({}),
    reached: Collection[str] | None = None,
    book: PaperBook | None = None,
) -> tuple[PaperState, ...]:
    """Return where each paper of a file stands; raises NotFound E-PAPERS-FILE."""
    book = book or load()
    return casefiles.states(book.file(kind), book, context, on=on, held=held, reached=reached)


def make_file(
    kind: str,
    context: CaseContext,
    *,
    on: date,
    held: Mapping[str, HeldPaper] = MappingProxyType({}),
    reached: Collection[str] | None = None,
    book: PaperBook | None = None,
    shown: CaseContext | None = None,
    withheld: Collection[str] = (),
    earlier: Iterable[EarlierPaper] = (),
) -> bytes:
    """Make the whole file of a case as one .docx; incomplete papers stand in its contents only.

    `shown` as in `make_paper`; `withheld` are the papers that are not for the reader, named in the
    contents and left out; `earlier` those on file of what was done before, named there too.
    Raises NotFound E-PAPERS-FILE, Refused E-PAPERS-PRIVATE.
    """
    book = book or load()
    found = list_papers(kind, context, on=on, held=held, reached=reached, book=book)
    papers = _papers(found, book, context, on, shown)
    papers = tuple(one for one in papers if one.paper not in withheld)
    before = tuple((one, _title(book, one.paper, on)) for one in earlier)
    return binding.bind(book.file(kind), found, papers, context, layout(), withheld, before)


def make_zip(
    kind: str,
    context: CaseContext,
    *,
    on: date,
    held: Mapping[str, HeldPaper] = MappingProxyType({}),
    reached: Collection[str] | None = None,
    attachments: Mapping[str, bytes] | None = None,
    book: PaperBook | None = None,
) -> bytes:
    """Make the whole file of a case as a zip of .docx and attachments (scans by name).

    Raises NotFound E-PAPERS-FILE, Refused E-PAPERS-PRIVATE.
    """
    book = book or load()
    found = list_papers(kind, context, on=on, held=held, reached=reached, book=book)
    papers = _papers(found, book, context, on)
    return binding.pack_apart(book.file(kind), found, papers, context, layout(), attachments)


def _title(book: PaperBook, paper: str, on: date) -> str:
    """A paper of another kind bears the word for it; what it is stands in its number."""
    return book.get(paper, on).title["zh"] if paper in book.papers else layout().word("other")


def _papers(
    found: tuple[PaperState, ...],
    book: PaperBook,
    context: CaseContext,
    on: date,
    shown: CaseContext | None = None,
) -> tuple[FilledPaper, ...]:
    papers = casefiles.printable(found, book, shown or context, layout(), on=on)
    for paper in papers:
        guard(paper, context)
    return papers
