"""Binds the papers of a case: one .docx with cover, contents and page numbers, or a zip of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from bangfu.foundation.papers import packing, wordml
from bangfu.foundation.papers.casefiles import INCOMPLETE, EarlierPaper, PaperState
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.definitions import FileKind
from bangfu.foundation.papers.filled import (
    Cell,
    Element,
    FilledPaper,
    PageBreak,
    Para,
    Row,
    Run,
    Table,
)
from bangfu.foundation.papers.layout import Layout
from bangfu.foundation.papers.slots import Slot
from bangfu.foundation.papers.values import RULE, clean, printed
from bangfu.foundation.papers.wordml import Writer

_COVER_WIDTHS = (2, 5)
_CONTENTS_WIDTHS = (2, 7, 11, 5, 2)
# What no file system of an office takes in a name.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\\/:*?"<>|]')
_LONGEST_NAME = 80


def bind(
    kind: FileKind,
    states: Iterable[PaperState],
    papers: Iterable[FilledPaper],
    context: CaseContext,
    layout: Layout,
    withheld: Collection[str] = (),
    earlier: Iterable[tuple[EarlierPaper, str]] = (),
) -> bytes:
    """Return one .docx: cover, contents with page numbers, then each paper from a new page.

    Missing and withheld papers stand in the contents, without a page, and so do the earlier ones
    of a case that was done anew, each with its title. The page numbers are fields
    that the reader's program works out when it opens the file.
    """
    document = packing.blank_document(layout, kind.title["zh"])
    references = packing.references(document)
    writer, portrait = Writer(layout), layout.pages["portrait"]
    printed_papers = {paper.paper: paper for paper in papers}
    states = tuple(states)
    opening = _cover(kind, states, context, layout, withheld)
    opening += _contents(states, printed_papers, layout, withheld, earlier)
    parts = [writer.elements(opening, portrait)]
    section = wordml.section(portrait, layout)
    for number, (name, paper) in enumerate(printed_papers.items()):
        page = layout.pages[paper.page]
        parts.append(_end_section(section))
        parts.append(writer.elements(paper.elements, page, bookmark=_bookmark(states, name)))
        # The first paper begins at page 1; the others take over its footers and go on counting.
        section = wordml.section(page, layout, "" if number else references, None if number else 1)
    packing.put(document, "".join(parts), section)
    return packing.save(document)


def pack_apart(
    kind: FileKind,
    states: Iterable[PaperState],
    papers: Iterable[FilledPaper],
    context: CaseContext,
    layout: Layout,
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a zip: the contents, each paper as its own .docx, and attachments in a folder.

    The names of attachments are cleaned; two of one name are told apart by number.
    """
    states = tuple(states)
    portrait = layout.pages["portrait"]
    listed = packing.blank_document(layout, kind.title["zh"])
    opening = [*_cover(kind, states, context, layout), *_contents(states, {}, layout)]
    body = Writer(layout).elements(opening, portrait)
    section = wordml.section(portrait, layout, packing.references(listed))
    packing.put(listed, body, section)
    files = [(f"00-{layout.word('contents')}.docx", packing.save(listed))]
    numbers = {state.paper: n for n, state in enumerate(states, start=1)}
    for paper in papers:
        name = f"{numbers[paper.paper]:02d}-{_file_name(paper.title['zh'])}.docx"
        files.append((name, packing.write_paper(paper, layout)))
    folder = layout.word("attachments")
    for n, (name, content) in enumerate(sorted((attachments or {}).items()), start=1):
        files.append((f"{folder}/{n:02d}-{_file_name(name)}", content))
    return packing.pack(files)


def _cover(
    kind: FileKind,
    states: tuple[PaperState, ...],
    context: CaseContext,
    layout: Layout,
    withheld: Collection[str] = (),
) -> list[Element]:
    place = context.place
    names = (place.county, place.township, place.village, place.group)
    lacking = sum(state.state == INCOMPLETE for state in states)
    kept = sum(state.state != INCOMPLETE and state.paper in withheld for state in states)
    copies = layout.word("copies")
    made_on = printed(context.made_on, Slot(""), layout) if context.made_on else ""
    rows = [
        (layout.word("case_no"), context.case_no),
        (layout.word("household"), context.household.head_name),
        (layout.word("place"), "".join(name or "" for name in names)),
        (layout.word("papers"), f"{len(states) - lacking - kept}{copies}"),
        (layout.word("papers_missing"), f"{lacking}{copies}"),
        (layout.word("made_on"), made_on),
    ]
    if kept:
        rows.insert(-1, (layout.word("papers_withheld"), f"{kept}{copies}"))
    table = Table(
        _COVER_WIDTHS,
        tuple(
            Row((_cell("cell_head", label), _cell("cell", clean(value or "", layout))), 12)
            for label, value in rows
        ),
    )
    signs = tuple(
        Cell((Para("sign", (Run(label + layout.word("colon")), _ruled())),))
        for label in layout.words_of("signs")
    )
    signing = Table((1,) * len(signs), (Row(signs, 14),), has_lines=False)
    return [Para("title", (Run(kind.title["zh"]),), keep=True), table, signing]


def _contents(
    states: tuple[PaperState, ...],
    papers: Mapping[str, FilledPaper],
    layout: Layout,
    withheld: Collection[str] = (),
    earlier: Iterable[tuple[EarlierPaper, str]] = (),
) -> list[Element]:
    heads = layout.words_of("columns")
    head = Row(
        tuple(Cell((Para("row_head", (Run(word),), keep=True),)) for word in heads),
        is_heading=True,
    )
    rows = [head]
    for number, state in enumerate(states, start=1):
        paper = papers.get(state.paper)
        day = printed(state.dated_on, Slot("", "day"), layout) if state.dated_on else ""
        values = (str(number), clean(_number(state, paper), layout), state.title["zh"], day)
        page = Run("", page_of=_bookmark(states, state.paper)) if paper else Run("")
        if state.state == INCOMPLETE:
            page = Run(layout.word("missing"))
        elif state.paper in withheld:
            page = Run(layout.word("withheld"))
        cells = [_cell("row_cell", value) for value in values]
        rows.append(Row((*cells, Cell((Para("row_cell", (page,)),)))))
    for number, (one, title) in enumerate(earlier, start=len(states) + 1):
        day = printed(one.dated_on, Slot("", "day"), layout) if one.dated_on else ""
        told = (str(number), clean(one.number, layout), title, day, layout.word("earlier"))
        rows.append(Row(tuple(_cell("row_cell", value) for value in told)))
    return [
        PageBreak(),
        Para("subtitle", (Run(layout.word("contents")),), keep=True),
        Table(_CONTENTS_WIDTHS, tuple(rows)),
    ]


def _number(state: PaperState, paper: FilledPaper | None) -> str:
    """The number of the signed original, else the printed one where it is whole."""
    if state.number:
        return state.number
    return paper.number if paper and RULE not in paper.number else ""


def _bookmark(states: tuple[PaperState, ...], paper: str) -> str:
    return f"paper_{[state.paper for state in states].index(paper) + 1}"


def _end_section(section: str) -> str:
    spacing = '<w:spacing w:line="20" w:lineRule="exact"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="note"/>{spacing}{section}</w:pPr></w:p>'


def _cell(style: str, text: str) -> Cell:
    return Cell((Para(style, (Run(text),)),))


def _ruled() -> Run:
    return Run(RULE * 8, is_blank=True)


def _file_name(name: str) -> str:
    return _NOT_IN_NAMES.sub("_", name).strip(" .")[-_LONGEST_NAME:] or "_"
