"""A paper filled in, before it is a file: paragraphs and tables of runs. Plain and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; `path` says which value it is, a blank is to be filled in by hand."""

    text: str
    path: str = ""
    is_blank: bool = False
    page_of: str = ""
    """The bookmark whose page number stands here instead of the text."""


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph of a style of the layout; `keep` holds it on one page with the next."""

    style: str
    runs: tuple[Run, ...]
    keep: bool = False
    align: str = ""

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its paragraphs, over `span` columns."""

    paras: tuple[Para, ...]
    span: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row at least `height` millimetres high; a heading is repeated on each page."""

    cells: tuple[Cell, ...]
    height: int = 0
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the text's width."""

    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    has_lines: bool = True


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new page."""


Element = Para | Table | PageBreak


@dataclass(frozen=True, slots=True)
class Lack:
    """A value that the paper needs and the context does not have."""

    path: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FilledPaper:
    """A paper ready to be drawn."""

    paper: str
    title: MappingProxyType[str, str]
    number: str
    page: str
    publicity: str
    elements: tuple[Element, ...]
    lacks: tuple[Lack, ...]

    def paras(self) -> Iterator[Para]:
        """Yield every paragraph, those of tables too, in reading order."""
        for element in self.elements:
            if isinstance(element, Para):
                yield element
            elif isinstance(element, Table):
                for row in element.rows:
                    for cell in row.cells:
                        yield from cell.paras
