"""Layout of papers: page, fonts with their fallbacks, styles and printed words (layout.yaml)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bangfu.foundation.papers.definitions import PAGES, TEXTS
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import packs_root
from bangfu.standards.reading import Block, read_block

Made = TypeVar("Made")
USES = ("title", "body", "heading", "subheading", "page_number", "rare")
STYLES = (*TEXTS, "cell", "cell_head", "row_head", "row_cell", "sign", "seal", "page_number")
WORDS = (
    "yes_no", "date", "month", "blank_date", "between", "box", "ticked", "seal", "illegal", "colon",
)  # fmt: skip
BLANKS = ("text", "number", "money", "year", "day")
BINDING = (
    "contents", "columns", "missing", "withheld", "earlier", "other", "case_no", "household",
    "place", "papers",
    "papers_missing", "papers_withheld", "copies", "made_on", "signs", "attachments",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page in millimetres."""

    name: str
    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int

    @property
    def text_width(self) -> int:
        """Millimetres between the margins."""
        return self.width - self.left - self.right


@dataclass(frozen=True, slots=True)
class Font:
    """A font by name, and the names to try where it is missing."""

    name: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style; sizes in points, the indent of the first line in characters."""

    name: str
    font: str
    size: Decimal
    align: str
    line: Decimal
    indent: int


@dataclass(frozen=True)
class Layout:
    """All of layout.yaml."""

    pages: Mapping[str, Page]
    fonts: Mapping[str, Font]
    styles: Mapping[str, Style]
    footer: int
    row: int
    cell_margin: int
    line: Decimal
    latin: str
    words: Mapping[str, str | tuple[str, ...]]
    blanks: Mapping[str, int]
    binding: Mapping[str, str | tuple[str, ...]]

    def word(self, name: str) -> str:
        """Return a printed word."""
        found = self.words.get(name, self.binding.get(name, ""))
        return found if isinstance(found, str) else "".join(found)

    def words_of(self, name: str) -> tuple[str, ...]:
        """Return printed words that come as a list."""
        found = self.words.get(name, self.binding.get(name, ()))
        return (found,) if isinstance(found, str) else found


@cache
def layout(folder: Path | None = None) -> Layout:
    """Read layout.yaml of a folder of papers, by default the national one.

    Raises Refused E-STANDARD-MALFORMED by file and line.
    """
    block = read_block((folder or packs_root() / "national" / "papers") / "layout.yaml")
    block.allow(
        ("document", "status", "pages", "footer_mm", "row_mm", "cell_margin_mm", "line_points",
         "fonts", "latin", "styles", "words", "blanks", "binding")
    )  # fmt: skip
    block.text("document")
    block.choice("status", STATUSES)
    line = _points(block, "line_points")
    return Layout(
        pages=_named(block, "pages", _page, PAGES),
        fonts=_named(block, "fonts", _font, USES, key="use"),
        styles=_named(block, "styles", lambda child: _style(child, line), STYLES),
        footer=block.count("footer_mm") or 0,
        row=block.count("row_mm") or 0,
        cell_margin=block.count("cell_margin_mm") or 0,
        line=line,
        latin=block.text("latin"),
        words=_words(block, "words", WORDS),
        blanks=_blanks(block),
        binding=_words(block, "binding", BINDING),
    )


def _page(block: Block) -> Page:
    sizes = ("width", "height", "top", "right", "bottom", "left")
    block.allow(("name", *sizes))
    return Page(block.text("name"), *(block.count(size, 0) or 0 for size in sizes))


def _font(block: Block) -> Font:
    block.allow(("name", "use", "others"))
    return Font(block.text("name"), block.texts("others"))


def _style(block: Block, line: Decimal) -> Style:
    block.allow(("name", "font", "size", "align", "line", "indent"))
    return Style(
        name=block.text("name"),
        font=block.choice("font", USES),
        size=_points(block, "size"),
        align=block.choice("align", ("left", "centre", "right", "both")),
        line=_points(block, "line") if "line" in block.values else line,
        indent=block.count("indent", 0) or 0,
    )


def _points(block: Block, field: str) -> Decimal:
    try:
        return Decimal(block.text(field))
    except InvalidOperation as error:
        raise block.fail(field, "no number of points", 'write "16"') from error


def _named(
    block: Block,
    field: str,
    make: Callable[[Block], Made],
    wanted: tuple[str, ...],
    key: str = "name",
) -> Mapping[str, Made]:
    """Read a list of blocks by their key; every wanted one has to be there, and no other."""
    made = {child.choice(key, wanted): make(child) for child in block.children(field)}
    lacking = [name for name in wanted if name not in made]
    if lacking:
        raise block.fail(field, f"{', '.join(lacking)} missing", f"add `- {key}: {lacking[0]}`")
    return MappingProxyType(made)


def _words(
    block: Block, field: str, wanted: tuple[str, ...]
) -> Mapping[str, str | tuple[str, ...]]:
    found = block.values.get(field)
    if not isinstance(found, dict) or set(found) != set(wanted):
        raise block.fail(field, "not the words needed", f"write {', '.join(wanted)}")
    return MappingProxyType(
        {name: tuple(map(str, v)) if isinstance(v, list) else str(v) for name, v in found.items()}
    )


def _blanks(block: Block) -> Mapping[str, int]:
    found = block.values.get("blanks")
    if not isinstance(found, dict) or set(found) != set(BLANKS):
        raise block.fail("blanks", "not the widths needed", f"write {', '.join(BLANKS)}")
    if not all(isinstance(width, int) and 0 < width < 100 for width in found.values()):
        raise block.fail("blanks", "no width in characters", "write text: 8")
    return MappingProxyType(dict(found))
