"""Reads one contract file and refuses a malformed one with its line, its field and a remedy."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bangfu.kernel.text import normalise_label
from bangfu.standards import codelists
from bangfu.standards.contracts import (
    BASES,
    CADENCES,
    COLUMN_TYPES,
    COVERAGES,
    PERSONAL_TYPES,
    Balance,
    Column,
    Dataset,
    ListThreshold,
    Need,
    Section,
)
from bangfu.standards.reading import Block, read_block

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SILENT = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])/(0[1-9]|1[0-2])-([0-2][0-9]|3[01])")
_DATASET_FIELDS = frozenset(
    {"id", "table", "title", "department", "basis", "coverage", "list_threshold", "cadence"}
    | {"valid_months", "silent", "key", "period_column", "control_sums", "in_order", "source"}
    | {"accumulates", "balance", "needs", "by_period_end", "notes", "sections", "columns"}
)
_COLUMN_FIELDS = frozenset(
    {"name", "zh", "en", "synonyms", "type", "required", "code_list", "unit", "min", "max"}
    | {"max_length", "scale", "in_lake", "national_code", "section", "doc", "example"}
)
# What a key may name that is no column: the person behind the ID number.
_PERSON = "person"


def read_contract(path: Path) -> Dataset:
    """Read a contract. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(_DATASET_FIELDS)
    dataset_id = f"{path.parent.name}/{path.stem}"
    if block.text("id") != dataset_id:
        raise block.fail("id", "differs from the file's path", f"write id: {dataset_id}")
    sections = _sections(block)
    columns = _columns(block, {section.key for section in sections})
    document, status = _source(block)
    return Dataset(
        id=dataset_id,
        table=block.text("table", path.stem),
        title=block.bilingual("title"),
        department=block.text("department"),
        basis=block.choice("basis", BASES),
        coverage=block.choice("coverage", COVERAGES),
        cadence=block.choice("cadence", CADENCES),
        valid_months=block.count("valid_months", 12) or 0,
        silent=_silent(block),
        key=_key(block, columns),
        source_document=document,
        status=status,
        columns=tuple(columns.values()),
        list_threshold=_list_threshold(block, columns),
        period_column=_period_column(block, columns),
        control_sums=_control_sums(block, columns),
        in_order=_in_order(block, columns),
        accumulates=_accumulates(block),
        balance=_balance(block, columns),
        needs=_needs(block, columns),
        by_period_end=_by_period_end(block, columns),
        notes=block.bilingual("notes") if "notes" in block.values else {},
        sections=sections,
    )


def _source(block: Block) -> tuple[str, str]:
    source = block.values.get("source")
    if not isinstance(source, dict) or set(source) != {"document", "status"}:
        raise block.fail(
            "source", "document and status are needed", "write {document: …, status: …}"
        )
    if source["status"] not in codelists.STATUSES:
        raise block.fail("source", "unknown status", "write status: verified or unverified")
    return str(source["document"]), str(source["status"])


def _sections(block: Block) -> tuple[Section, ...]:
    stated = block.values.get("sections", [])
    try:
        return tuple(Section(s["key"], {"zh": s["zh"], "en": s["en"]}) for s in stated)
    except (TypeError, KeyError) as error:
        raise block.fail("sections", "malformed", "write - {key: …, zh: …, en: …}") from error


def _columns(block: Block, sections: set[str]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    headings: dict[str, str] = {}
    for child in block.children("columns"):
        column = _column(child, sections)
        if column.name in columns:
            raise child.fail("name", "a column of this name exists", "rename one of the two")
        for label in column.labels:
            other = headings.setdefault(normalise_label(label), column.name)
            if other != column.name:
                raise child.fail("synonyms", f"{label} means {other} too", "keep it in one column")
        columns[column.name] = column
    return columns


def _column(block: Block, sections: set[str]) -> Column:
    block.allow(_COLUMN_FIELDS)
    name, kind = block.text("name"), block.choice("type", COLUMN_TYPES)
    if not _NAME.fullmatch(name):
        raise block.fail("name", "not an identifier", "use a-z, 0-9 and _")
    section = block.optional("section")
    if section is not None and section not in sections:
        raise block.fail("section", f"{section!r} is not under sections", "add it there")
    return Column(
        name=name,
        zh=block.text("zh"),
        en=block.text("en"),
        type=kind,
        synonyms=block.texts("synonyms"),
        required=block.boolean("required", False),
        code_list=_code_list(block, kind),
        unit=block.optional("unit"),
        min=_number(block, "min"),
        max=_number(block, "max"),
        max_length=block.count("max_length"),
        scale=block.count("scale"),
        in_lake=block.boolean("in_lake", kind not in PERSONAL_TYPES),
        national_code=block.optional("national_code"),
        section=section,
        doc=block.bilingual("doc") if "doc" in block.values else {},
        example=block.optional("example"),
    )


def _code_list(block: Block, kind: str) -> str | None:
    name = block.optional("code_list")
    if (name is not None) != (kind in ("code", "codes")):
        remedy = "give code_list with type code or codes, and with no other"
        raise block.fail("code_list", f"does not fit type {kind}", remedy)
    if name is not None and name not in codelists.names():
        raise block.fail("code_list", f"{name!r} is not under standards/codelists", "add the list")
    return name


def _number(block: Block, field: str) -> Decimal | None:
    value = block.values.get(field)
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise block.fail(field, "not a number", "write a number, in quotes") from error


def _silent(block: Block) -> tuple[str, ...]:
    ranges = block.texts("silent")
    if not all(_SILENT.fullmatch(item) for item in ranges):
        raise block.fail("silent", "not a range of days", 'write ["09-01/02-28"]')
    return ranges


def _known(block: Block, field: str, names: tuple[str, ...], columns: dict[str, Column]) -> None:
    for name in names:
        if name not in columns:
            raise block.fail(
                field, f"there is no column {name!r}", "name a column of this contract"
            )


def _key(block: Block, columns: dict[str, Column]) -> tuple[str, ...]:
    key = block.texts("key")
    if not key:
        raise block.fail("key", "a key is needed", "say what one row stands for, e.g. [person]")
    _known(block, "key", tuple(name for name in key if name != _PERSON), columns)
    return key


def _list_threshold(block: Block, columns: dict[str, Column]) -> ListThreshold | None:
    stated = block.values.get("list_threshold")
    if (stated is not None) != (block.values.get("coverage") == "THRESHOLD_LIST"):
        raise block.fail(
            "list_threshold", "belongs to THRESHOLD_LIST", "give it with that coverage only"
        )
    if stated is None:
        return None
    if not isinstance(stated, dict) or set(stated) != {"column", "at_least"}:
        raise block.fail("list_threshold", "malformed", 'write {column: …, at_least: "3000.00"}')
    _known(block, "list_threshold", (str(stated["column"]),), columns)
    return ListThreshold(str(stated["column"]), Decimal(str(stated["at_least"])))


def _period_column(block: Block, columns: dict[str, Column]) -> str | None:
    name = block.optional("period_column")
    if name is not None:
        _known(block, "period_column", (name,), columns)
        if columns[name].type not in ("date", "month"):
            raise block.fail("period_column", "is neither date nor month", "name such a column")
    return name


def _control_sums(block: Block, columns: dict[str, Column]) -> tuple[str, ...]:
    names = block.texts("control_sums")
    _known(block, "control_sums", names, columns)
    return names


def _in_order(block: Block, columns: dict[str, Column]) -> tuple[tuple[str, str], ...]:
    stated = block.values.get("in_order", [])
    if not isinstance(stated, list) or any(not isinstance(p, list) or len(p) != 2 for p in stated):
        raise block.fail("in_order", "not a list of pairs", "write [[first, second]]")
    for low, high in stated:
        _known(block, "in_order", (str(low), str(high)), columns)
    return tuple((str(low), str(high)) for low, high in stated)


def _accumulates(block: Block) -> bool:
    adds_up = block.boolean("accumulates", False)
    if adds_up and block.values.get("coverage") != "FULL":
        raise block.fail("accumulates", "belongs to FULL", "leave it out with another coverage")
    return adds_up


def _balance(block: Block, columns: dict[str, Column]) -> Balance | None:
    stated = block.values.get("balance")
    if stated is None:
        return None
    shape = "write {total: …, plus: […], minus: […]}"
    if not isinstance(stated, dict) or not {"total", "plus"} <= set(stated):
        raise block.fail("balance", "total and plus are needed", shape)
    parts = [stated["plus"], stated.get("minus", [])]
    if set(stated) - {"total", "plus", "minus"} or not all(isinstance(p, list) for p in parts):
        raise block.fail("balance", "malformed", shape)
    plus, minus = (tuple(str(name) for name in part) for part in parts)
    _known(block, "balance", (str(stated["total"]), *plus, *minus), columns)
    return Balance(str(stated["total"]), plus, minus)


def _needs(block: Block, columns: dict[str, Column]) -> tuple[Need, ...]:
    stated = block.values.get("needs", [])
    shape = "write - {column: …, when: …, codes: [A]}"
    if not isinstance(stated, list):
        raise block.fail("needs", "not a list", shape)
    return tuple(_need(block, entry, columns, shape) for entry in stated)


def _need(block: Block, stated: object, columns: dict[str, Column], shape: str) -> Need:
    if not isinstance(stated, dict) or set(stated) != {"column", "when", "codes"}:
        raise block.fail("needs", "malformed", shape)
    need = Need(str(stated["column"]), str(stated["when"]), tuple(stated["codes"] or ()))
    _known(block, "needs", (need.column, need.when), columns)
    code_list = columns[need.when].code_list
    known = codelists.get(code_list).codes if code_list else frozenset()
    if not need.codes or not set(need.codes) <= known:
        raise block.fail("needs", f"{need.when} has no such code", f"use codes of {code_list}")
    return need


def _by_period_end(block: Block, columns: dict[str, Column]) -> tuple[str, ...]:
    names = block.texts("by_period_end")
    _known(block, "by_period_end", names, columns)
    for name in names:
        if columns[name].type not in ("date", "month"):
            raise block.fail("by_period_end", f"{name} is no date", "name columns of type date")
    return names
