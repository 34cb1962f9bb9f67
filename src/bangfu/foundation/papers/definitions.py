"""What a paper is made of, as its file under `packs/…/papers/` says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bangfu.foundation.papers.slots import Part

PAGES = ("portrait", "landscape", "list")
PUBLICITY = ("none", "board", "web")
# Paragraphs of one text; the style of the same name is in layout.yaml.
TEXTS = (
    "title", "subtitle", "number", "addressee", "paragraph", "heading", "subheading", "note",
    "centre", "right",
)  # fmt: skip
LEVELS = ("VILLAGE", "TOWNSHIP", "COUNTY")
ALIGNMENTS = ("left", "centre", "right")

Text = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class When:
    """Whether a block stands: a path that must be filled, or must not be."""

    path: str = ""
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One paragraph of a style."""

    style: str
    text: Text
    when: When = When()


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value; with `choices` a tick box each, ticked where the value is."""

    label: str
    value: Text
    choices: tuple[str, ...] = ()
    is_wide: bool = False
    height: int = 0


@dataclass(frozen=True, slots=True)
class FieldsBlock:
    """A form of labels and values, `columns` pairs a row; heights in millimetres."""

    columns: int
    entries: tuple[Entry, ...]
    when: When = When()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `width` is a share of the whole.

    A column is filled in by hand where `is_hand`, with one of `choices` where there are any; one
    with `needed` may be left blank unless another column of the row holds one of these words.
    """

    title: str
    value: Text
    width: int
    align: str = "centre"
    choices: tuple[str, ...] = ()
    is_hand: bool = False
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """A list over the items of `each`, with at least `least` rows (the rest are blank)."""

    each: str
    columns: tuple[Column, ...]
    least: int = 0
    height: int = 0
    when: When = When()


@dataclass(frozen=True, slots=True)
class OpinionBlock:
    """A box with an opinion, whoever signs it, the place of a seal and a day."""

    label: str
    value: Text
    signs: tuple[str, ...]
    day: Text
    has_seal: bool
    height: int
    when: When = When()


@dataclass(frozen=True, slots=True)
class SignaturesBlock:
    """Lines to sign on, `columns` a row."""

    columns: int
    labels: tuple[str, ...]
    when: When = When()


@dataclass(frozen=True, slots=True)
class SealBlock:
    """Agency and day at the right, where the seal goes."""

    agency: Text
    day: Text
    when: When = When()


@dataclass(frozen=True, slots=True)
class BreakBlock:
    """A new page."""

    when: When = When()


Block = (
    TextBlock | FieldsBlock | RowsBlock | OpinionBlock | SignaturesBlock | SealBlock | BreakBlock
)


@dataclass(frozen=True, slots=True)
class Need:
    """A value without which the paper counts as incomplete, with its name; of a list, how many."""

    path: str
    zh: str
    en: str
    least: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper: in force from a day, with its source."""

    id: str
    title: MappingProxyType[str, str]
    valid_from: date
    document: str
    status: str
    page: str
    publicity: str
    number: Text
    dated: str
    needs: tuple[Need, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FiledPaper:
    """A paper's place in a file: at which step it is due (or another that may come in its stead),
    and when it is needed at all. `by` is the level that issues it, where the file says so."""

    paper: str
    step: str
    when: When
    is_optional: bool
    instead: tuple[str, ...] = ()
    by: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """Every step at which it is due."""
        return (self.step, *self.instead)


@dataclass(frozen=True, slots=True)
class FileKind:
    """What belongs in the file of a case, in order."""

    id: str
    title: MappingProxyType[str, str]
    document: str
    status: str
    papers: tuple[FiledPaper, ...]
