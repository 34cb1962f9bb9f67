"""Fills a paper from a context; pure: the same paper and context give the same elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.context import CaseContext, Number
from bangfu.foundation.papers.definitions import (
    Block,
    BreakBlock,
    Column,
    Entry,
    FieldsBlock,
    OpinionBlock,
    Paper,
    RowsBlock,
    SealBlock,
    SignaturesBlock,
    Text,
    TextBlock,
    When,
)
from bangfu.foundation.papers.filled import (
    Cell,
    Element,
    FilledPaper,
    Lack,
    PageBreak,
    Para,
    Row,
    Run,
    Table,
)
from bangfu.foundation.papers.layout import Layout, Page
from bangfu.foundation.papers.slots import RUNNING, Slot
from bangfu.foundation.papers.values import RULE, SPACE, blank, printed

_LABEL, _VALUE = 2, 3
_SIGN_BLANK = 8
# A box of an opinion: the label's column and the rest, of eight parts.
_OPINION = (1, 7)


def fill(paper: Paper, context: CaseContext, layout: Layout) -> FilledPaper:
    """Return the paper with every value in its place and a blank where one is missing."""
    context = replace(context, number=_number(paper.id, context))
    filler = _Filler(context, layout, layout.pages[paper.page])
    elements = tuple(
        element
        for block in paper.blocks
        if stands(block.when, context)
        for element in filler.block(block)
    )
    return FilledPaper(
        paper=paper.id,
        title=paper.title,
        number="".join(run.text for run in filler.runs(paper.number)) if paper.number else "",
        page=paper.page,
        publicity=paper.publicity,
        elements=elements,
        lacks=lacks(paper, context),
    )


def stands(when: When, context: CaseContext) -> bool:
    """Whether a condition holds: the path is filled, or is not."""
    return not when.path or paths.is_filled(paths.value_at(when.path, context)) is when.is_wanted


def lacks(paper: Paper, context: CaseContext) -> tuple[Lack, ...]:
    """Return what the paper needs and the context lacks."""
    return tuple(
        Lack(need.path, need.zh, need.en)
        for need in paper.needs
        if not _has(paths.value_at(need.path, context), need.least)
    )


def _has(value: Any, least: int) -> bool:
    return len(value) >= least if isinstance(value, tuple) else paths.is_filled(value)


def _number(paper: str, context: CaseContext) -> Number:
    found = next((number for number in context.numbers if number.paper == paper), None)
    if found is not None:
        return found
    return Number(paper, year=context.made_on.year if context.made_on else None)


class _Filler:
    """Turns blocks into elements for one context."""

    def __init__(self, context: CaseContext, layout: Layout, page: Page) -> None:
        self._context = context
        self._layout = layout
        self._page = page

    def block(self, block: Block) -> Iterator[Element]:
        match block:
            case TextBlock():
                yield from self._text(block)
            case FieldsBlock():
                yield self._fields(block)
            case RowsBlock():
                yield self._rows(block)
            case OpinionBlock():
                yield self._opinion(block)
            case SignaturesBlock():
                yield self._signatures(block)
            case SealBlock():
                yield from self._seal(block)
            case BreakBlock():
                yield PageBreak()

    def runs(self, text: Text, root: Any = None, number: int = 0) -> tuple[Run, ...]:
        """Return a text filled in; blanks where values are missing."""
        return tuple(run for part in text for run in self._part(part, root, number, True))

    def _part(self, part: str | Slot, root: Any, number: int, ruled: bool) -> tuple[Run, ...]:
        if isinstance(part, str):
            return (Run(part),)
        if part.path == RUNNING:
            return (Run(str(number)),)
        owner = self._context if root is None else root
        value = paths.value_at(part.path, owner)
        if isinstance(value, bool) or paths.is_filled(value):
            return (Run(printed(value, part, self._layout), part.path),)
        if not ruled:
            return ()
        return blank(paths.type_at(part.path, type(owner)), part, self._layout)

    def _in_cell(self, text: Text, root: Any = None, number: int = 0) -> tuple[Run, ...]:
        """In a cell the cell itself is the blank, unless words of the text stand around it."""
        ruled = any(isinstance(part, str) and part.strip() for part in text)
        return tuple(run for part in text for run in self._part(part, root, number, ruled))

    def _text(self, block: TextBlock) -> Iterator[Para]:
        runs = self.runs(block.text)
        keep = block.style in ("title", "subtitle", "heading", "subheading")
        yield Para(block.style, runs, keep)

    def _fields(self, block: FieldsBlock) -> Table:
        pairs: list[Row] = []
        waiting: list[Entry] = []
        for entry in block.entries:
            if entry.is_wide:
                pairs += self._pairs(waiting, block.columns)
                waiting = []
                pairs.append(self._pair_row([entry], block.columns))
            else:
                waiting.append(entry)
        pairs += self._pairs(waiting, block.columns)
        return Table((_LABEL, _VALUE) * block.columns, tuple(pairs))

    def _pairs(self, entries: list[Entry], columns: int) -> list[Row]:
        starts = range(0, len(entries), columns)
        return [self._pair_row(entries[start : start + columns], columns) for start in starts]

    def _pair_row(self, entries: list[Entry], columns: int) -> Row:
        cells: list[Cell] = []
        for entry in entries:
            is_last = entry is entries[-1]
            span = 2 * columns - len(cells) - 1 if is_last else 1
            cells.append(Cell((Para("cell_head", (Run(entry.label),)),)))
            runs = self._entry(entry, self._letters(span, columns))
            cells.append(Cell((Para("cell", runs),), span))
        return Row(tuple(cells), max(entry.height for entry in entries))

    def _letters(self, span: int, columns: int) -> int:
        """How many characters of the style `cell` stand in a line of a value's cell."""
        share = (_VALUE + (span - 1) // 2 * (_LABEL + _VALUE)) / (columns * (_LABEL + _VALUE))
        points = self._page.text_width * share / 25.4 * 72
        return int(points / float(self._layout.styles["cell"].size)) - 1

    def _entry(self, entry: Entry, letters: int) -> tuple[Run, ...]:
        if not entry.choices:
            return self._in_cell(entry.value)
        slot = next(part for part in entry.value if isinstance(part, Slot))
        value = paths.value_at(slot.path, self._context)
        chosen = value if isinstance(value, tuple) else (value,)
        other = tuple(str(one) for one in chosen if one and one not in entry.choices)
        words = [(choice, choice in chosen) for choice in entry.choices]
        words += [(word, True) for word in other]
        box, ticked = self._layout.word("box"), self._layout.word("ticked")
        ticks = [(ticked if is_chosen else box) + word for word, is_chosen in words]
        return (Run(_in_lines(ticks, letters), slot.path),)

    def _rows(self, block: RowsBlock) -> Table:
        items = paths.value_at(block.each, self._context)
        head = Row(
            tuple(Cell((Para("row_head", (Run(c.title),), keep=True),)) for c in block.columns),
            is_heading=True,
        )
        empty = paths.item_type(block.each)()
        blanks = [empty] * max(0, block.least - len(items))
        rows = [
            Row(tuple(self._cell(block.each, c, item, n) for c in block.columns), block.height)
            for n, item in enumerate([*items, *blanks], start=1)
        ]
        return Table(tuple(column.width for column in block.columns), (head, *rows))

    def _cell(self, each: str, column: Column, item: Any, number: int) -> Cell:
        runs = self._in_cell(column.value, item, number)
        pathed = tuple(replace(run, path=f"{each}.{run.path}") if run.path else run for run in runs)
        return Cell((Para("row_cell", pathed, align=column.align),))

    def _opinion(self, block: OpinionBlock) -> Table:
        paras = [Para("cell", self._in_cell(block.value))]
        for label in block.signs:
            words = label + self._layout.word("colon")
            line = (Run(words), Run(RULE * _SIGN_BLANK, is_blank=True))
            paras.append(Para("cell", line, align="right"))
        day = self.runs(block.day)
        if block.has_seal:
            day = (Run(self._layout.word("seal")), *day)
        paras.append(Para("cell", day, align="right"))
        name = Cell((Para("cell_head", (Run(block.label),)),))
        return Table(_OPINION, (Row((name, Cell(tuple(paras))), block.height),))

    def _signatures(self, block: SignaturesBlock) -> Table:
        colon = self._layout.word("colon")
        cells = [
            Cell((Para("sign", (Run(label + colon), Run(RULE * _SIGN_BLANK, is_blank=True))),))
            for label in block.labels
        ]
        while len(cells) % block.columns:
            cells.append(Cell((Para("sign", ()),)))
        starts = range(0, len(cells), block.columns)
        rows = tuple(Row(tuple(cells[start : start + block.columns])) for start in starts)
        return Table((1,) * block.columns, rows, has_lines=False)

    def _seal(self, block: SealBlock) -> Iterator[Para]:
        agency = (*self.runs(block.agency), Run(self._layout.word("seal")))
        yield Para("seal", agency, keep=True)
        yield Para("seal", self.runs(block.day))


def _in_lines(pieces: list[str], letters: int) -> str:
    """Set pieces side by side and begin a new line before one that would be cut in two."""
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 1 + len(piece) <= letters:
            lines[-1] += SPACE + piece
        else:
            lines.append(piece)
    return "\n".join(lines)
