"""Definitions of the kinds of change, read from `standards/changes/kinds/`. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from bangfu.kernel.errors import InvalidValue
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

TYPES = ("text", "date", "code", "person", "persons", "household", "id_number", "number")
OPTIONS = ("relation", "correctable")
_STATUSES = ("verified", "unverified")


@dataclass(frozen=True, slots=True)
class Field:
    """One fact that a kind asks for; `options` names the list that a code is chosen from."""

    name: str
    zh: str
    en: str
    type: str
    is_required: bool
    options: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change (变更类型): its form, the paper it wants, its clocks and what it does."""

    code: str
    order: int
    zh: str
    en: str
    help_zh: str
    help_en: str
    fields: tuple[Field, ...]
    paper_zh: str
    paper_en: str
    is_paper_required: bool
    village_days: int
    town_days: int
    source_document: str
    source_status: str
    effect_zh: str
    effect_en: str

    def field(self, name: str) -> Field | None:
        """Return a field by name."""
        return next((each for each in self.fields if each.name == name), None)


@cache
def list_kinds() -> tuple[Kind, ...]:
    """Return all kinds in their order. Raises Refused E-STANDARD-MALFORMED."""
    folder = standards_root() / "changes" / "kinds"
    found = [_kind(read_block(path)) for path in sorted(folder.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda kind: kind.order))


def get_kind(code: str) -> Kind:
    """Return a kind. Raises InvalidValue E-CHANGES-KIND."""
    for kind in list_kinds():
        if kind.code == code:
            return kind
    raise InvalidValue("E-CHANGES-KIND", kind=code[:20])


def _kind(block: Block) -> Kind:
    block.allow(
        ("kind", "order", "title", "help", "fields", "evidence", "clock", "source", "effect")
    )
    title, help_, effect = (block.bilingual(name) for name in ("title", "help", "effect"))
    paper = _mapping(block, "evidence", ("required", "zh", "en"))
    clock = _mapping(block, "clock", ("village_days", "town_days"))
    source = _mapping(block, "source", ("document", "status"))
    if source["status"] not in _STATUSES:
        raise block.fail("source", "status is not known", "write verified or unverified")
    return Kind(
        code=block.text("kind"),
        order=block.count("order", 0) or 0,
        zh=title["zh"],
        en=title["en"],
        help_zh=help_["zh"],
        help_en=help_["en"],
        fields=tuple(_field(child) for child in block.children("fields")),
        paper_zh=paper["zh"],
        paper_en=paper["en"],
        is_paper_required=bool(paper["required"]),
        village_days=int(clock["village_days"]),
        town_days=int(clock["town_days"]),
        source_document=source["document"],
        source_status=source["status"],
        effect_zh=effect["zh"],
        effect_en=effect["en"],
    )


def _mapping(block: Block, field: str, keys: tuple[str, ...]) -> dict[str, Any]:
    value = block.values.get(field)
    if not isinstance(value, dict) or set(value) != set(keys):
        raise block.fail(field, f"needs {', '.join(keys)}", "write all of them and no other")
    return value


def _field(block: Block) -> Field:
    block.allow(("name", "zh", "en", "type", "required", "options"))
    kind = block.choice("type", TYPES)
    options = block.choice("options", OPTIONS) if kind == "code" else ""
    return Field(
        name=block.text("name"),
        zh=block.text("zh"),
        en=block.text("en"),
        type=kind,
        is_required=block.boolean("required", False),
        options=options,
    )
