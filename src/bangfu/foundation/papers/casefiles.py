"""The file of a case (成卷): which papers are there, which are missing, and all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.definitions import FileKind, Paper
from bangfu.foundation.papers.filled import FilledPaper, Lack
from bangfu.foundation.papers.filling import fill, lacks, stands
from bangfu.foundation.papers.layout import Layout
from bangfu.foundation.papers.loader import PaperBook

HELD = "HELD"
READY = "READY"
INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A signed original that is on file: its number and day as they stand on it."""

    number: str | None = None
    dated_on: date | None = None


@dataclass(frozen=True, slots=True)
class EarlierPaper:
    """A paper on file of what was done before a case was done anew."""

    paper: str
    number: str
    dated_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaperState:
    """Where one paper of a file stands: HELD (signed), READY (can be printed) or INCOMPLETE."""

    paper: str
    title: MappingProxyType[str, str]
    step: str
    state: str
    is_optional: bool
    lacks: tuple[Lack, ...]
    number: str
    dated_on: date | None


def states(
    kind: FileKind,
    book: PaperBook,
    context: CaseContext,
    *,
    on: date,
    held: Mapping[str, HeldPaper] = MappingProxyType({}),
    reached: Collection[str] | None = None,
) -> tuple[PaperState, ...]:
    """Return the papers that the file needs, in order.

    `held` are the signed originals by paper; `reached` the steps the case has come to (all where
    None). A paper whose condition does not hold is not needed and not listed.
    """
    found = []
    for filed in kind.papers:
        due = [step for step in filed.steps if reached is None or step in reached]
        if not due or not stands(filed.when, context):
            continue
        paper = book.get(filed.paper, on)
        lacking = lacks(paper, context)
        original = held.get(filed.paper)
        state = HELD if original else INCOMPLETE if lacking else READY
        found.append(
            PaperState(
                paper=filed.paper,
                title=paper.title,
                step=due[0],
                state=state,
                is_optional=filed.is_optional,
                lacks=() if original else lacking,
                number=(original.number or "") if original else "",
                dated_on=original.dated_on if original else _dated_on(paper, context),
            )
        )
    return tuple(found)


def _dated_on(paper: Paper, context: CaseContext) -> date | None:
    day = paths.value_at(paper.dated, context) if paper.dated else None
    return day if isinstance(day, date) else None


def missing(found: Iterable[PaperState]) -> tuple[PaperState, ...]:
    """Return the papers whose signed original is not on file, but for optional ones."""
    return tuple(one for one in found if one.state != HELD and not one.is_optional)


def printable(
    found: Iterable[PaperState],
    book: PaperBook,
    context: CaseContext,
    layout: Layout,
    *,
    on: date,
) -> tuple[FilledPaper, ...]:
    """Return every paper of a file that is not incomplete, filled in."""
    return tuple(
        fill(book.get(one.paper, on), context, layout) for one in found if one.state != INCOMPLETE
    )
