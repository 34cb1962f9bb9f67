"""Reads the blocks of a paper; slots are checked against the type of the context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.definitions import (
    ALIGNMENTS,
    TEXTS,
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
from bangfu.foundation.papers.slots import RUNNING, BadSlot, parse, slots
from bangfu.kernel.errors import Refused
from bangfu.standards.reading import Block as Yaml

SEE = "see docs/reference/papers.md for the paths"
_COMMON = ("name", "when", "unless")


def read_blocks(paper: Yaml, problems: list[Refused]) -> tuple[Block, ...]:
    """Return the blocks of a paper; what is wrong with one is added to `problems`."""
    blocks = []
    for child in paper.children("blocks"):
        try:
            kind = child.choice("name", (*TEXTS, *_READERS))
            read = _READERS.get(kind, _text_block)
            blocks.append(read(child))
        except Refused as problem:
            problems.append(problem)
    return tuple(blocks)


def read_text(block: Yaml, field: str, each: str, default: str | None = None) -> Text:
    """Return a text with slots, of the context or of the items of the list `each`."""
    try:
        parts = parse(block.text(field, default))
    except BadSlot as error:
        problem = f"{error} is no slot"
        raise block.fail(field, problem, "write {household.head_name}") from error
    root = paths.item_type(each) if each else CaseContext
    for slot in slots(parts):
        if slot.path == RUNNING and each:
            continue
        try:
            kind = paths.type_at(slot.path, root)
        except LookupError as error:
            raise block.fail(field, f"no context has {slot.path}", SEE) from error
        if not paths.is_printable(kind):
            raise block.fail(field, f"{slot.path} is a whole list", "write a `rows` block for it")
    return parts


def read_when(block: Yaml) -> When:
    """Return the condition of a block: `when: path` or `unless: path`."""
    for field, wanted in (("when", True), ("unless", False)):
        path = block.optional(field)
        if path is not None:
            try:
                paths.type_at(path)
            except LookupError as error:
                raise block.fail(field, f"no context has {path}", SEE) from error
            return When(path, wanted)
    return When()


def bilingual(block: Yaml, field: str) -> MappingProxyType[str, str]:
    """Return {zh, en}, not to be changed."""
    return MappingProxyType(block.bilingual(field))


def slots_of(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield (full path, filter) of every slot of a paper; slots of rows under their list."""
    texts: list[tuple[str, Text]] = [("", paper.number)]
    for block in paper.blocks:
        match block:
            case TextBlock():
                texts.append(("", block.text))
            case FieldsBlock():
                texts += [("", entry.value) for entry in block.entries]
            case RowsBlock():
                texts += [(f"{block.each}.", column.value) for column in block.columns]
            case OpinionBlock():
                texts += [("", block.value), ("", block.day)]
            case SealBlock():
                texts += [("", block.agency), ("", block.day)]
    for prefix, text in texts:
        for slot in slots(text):
            if slot.path != RUNNING:
                yield prefix + slot.path, slot.filter


def _text_block(block: Yaml) -> Block:
    block.allow((*_COMMON, "text"))
    return TextBlock(block.text("name"), read_text(block, "text", ""), read_when(block))


def _fields(block: Yaml) -> Block:
    block.allow((*_COMMON, "columns", "entries"))
    columns = block.count("columns", 2) or 1
    entries = tuple(_entry(child) for child in block.children("entries"))
    return FieldsBlock(columns, entries, read_when(block))


def _entry(block: Yaml) -> Entry:
    block.allow(("name", "value", "choices", "wide", "height"))
    value = read_text(block, "value", "", "")
    choices = block.texts("choices")
    if choices and (len(value) != 1 or not slots(value)):
        raise block.fail("value", "choices need one slot", 'write value: "{check.outcome}"')
    return Entry(
        label=block.text("name"),
        value=value,
        choices=choices,
        is_wide=block.boolean("wide", False),
        height=block.count("height", 0) or 0,
    )


def _rows(block: Yaml) -> Block:
    block.allow((*_COMMON, "each", "columns", "least", "height"))
    each = block.text("each")
    try:
        paths.item_type(each)
    except LookupError as error:
        raise block.fail("each", f"no context has the list {each}", SEE) from error
    columns = tuple(_column(child, each) for child in block.children("columns"))
    least, height = block.count("least", 0) or 0, block.count("height", 0) or 0
    return RowsBlock(each, columns, least, height, read_when(block))


def _column(block: Yaml, each: str) -> Column:
    block.allow(("name", "value", "width", "align", "choices", "hand", "needed"))
    width = block.count("width", 1)
    if not width:
        raise block.fail("width", "no width", "write width: 2")
    align = block.choice("align", ALIGNMENTS, "centre")
    choices = block.texts("choices")
    return Column(
        title=block.text("name"),
        value=read_text(block, "value", each, ""),
        width=width,
        align=align,
        choices=choices,
        is_hand=bool(choices) or block.boolean("hand", False),
        needed=block.texts("needed"),
    )


def _opinion(block: Yaml) -> Block:
    block.allow((*_COMMON, "label", "value", "signs", "day", "seal", "height"))
    return OpinionBlock(
        label=block.text("label"),
        value=read_text(block, "value", "", ""),
        signs=block.texts("signs"),
        day=read_text(block, "day", "", ""),
        has_seal=block.boolean("seal", False),
        height=block.count("height", 40) or 0,
        when=read_when(block),
    )


def _signatures(block: Yaml) -> Block:
    block.allow((*_COMMON, "columns", "labels"))
    labels = block.texts("labels")
    if not labels:
        raise block.fail("labels", "nobody signs", "write [核查人签字]")
    return SignaturesBlock(block.count("columns", 2) or 1, labels, read_when(block))


def _seal(block: Yaml) -> Block:
    block.allow((*_COMMON, "agency", "day"))
    agency, day = read_text(block, "agency", ""), read_text(block, "day", "")
    return SealBlock(agency, day, read_when(block))


def _break(block: Yaml) -> Block:
    block.allow(_COMMON)
    return BreakBlock(read_when(block))


_READERS: Mapping[str, Callable[[Yaml], Block]] = MappingProxyType(
    {
        "fields": _fields,
        "rows": _rows,
        "opinion": _opinion,
        "signatures": _signatures,
        "seal": _seal,
        "break": _break,
    }
)

# Kind of block → the fields it takes, for the reference page.
BLOCK_KINDS: Mapping[str, str] = MappingProxyType(
    {
        ", ".join(TEXTS): "text",
        "fields": "columns, entries: name, value, choices, wide, height",
        "rows": "each, least, height, columns: name, value, width, align, choices, hand, needed",
        "opinion": "label, value, signs, day, seal, height",
        "signatures": "columns, labels",
        "seal": "agency, day",
        "break": "",
    }
)
