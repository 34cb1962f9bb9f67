"""Classes of sensitive columns (敏感字段分类), read from `standards/columns.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bangfu.standards import datasets
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

MASKS = ("id", "phone", "account")
NOBODY = "none"
DOCUMENT = "DOCUMENT"


@dataclass(frozen=True, slots=True)
class ColumnClass:
    """A class of columns: its names and the permissions that open it whole or value by value.

    `read` is None for a class whose values are only ever revealed one at a time.
    """

    name: str
    zh: str
    en: str
    read: str | None
    reveal: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What a column is: its class, and how its values are masked (None: they are hidden)."""

    cls: ColumnClass
    mask: str | None


@dataclass(frozen=True, slots=True)
class _Table:
    classes: dict[str, ColumnClass]
    types: dict[str, Sensitive]
    columns: dict[str, Sensitive]
    datasets: dict[str, ColumnClass]
    withheld: dict[str, str]


def list_classes() -> tuple[ColumnClass, ...]:
    """Return every class, in the file's order."""
    return tuple(_table().classes.values())


def get_class(name: str) -> ColumnClass:
    """Return a class; raises KeyError for one that the file lacks, a mistake in our code."""
    return _table().classes[name]


@cache
def find(dataset: str, column: str) -> Sensitive | None:
    """Return what the column of a dataset is, e.g. ("registry/member", "health"); None: open.

    A column that is not named takes the class of its dataset, one without that of its type; what
    identifies a person keeps the mask of its type.
    """
    named = _table().columns.get(f"{dataset}.{column}")
    if named is not None:
        return named
    found = datasets.get(dataset).find_column(column)
    by_type = _table().types.get(found.type) if found is not None else None
    whole = find_dataset(dataset)
    if whole is None or found is None or (by_type is not None and by_type.mask is not None):
        return by_type
    return Sensitive(whole, None)


def find_dataset(dataset: str) -> ColumnClass | None:
    """Return the class that standing in a dataset is of, e.g. "medical/claim"; None: open."""
    return _table().datasets.get(dataset)


def find_type(name: str) -> Sensitive | None:
    """Return what the columns of a type are, e.g. "money"; None: open."""
    return _table().types.get(name)


def say_withheld(names: Iterable[str], language: str) -> str:
    """Return the sentence, in "zh" or "en", that stands where classes are closed to the reader."""
    wanted = set(names)
    found = [one for one in list_classes() if one.name in wanted]
    joined = (
        "、".join(one.zh for one in found)
        if language == "zh"
        else ", ".join(one.en.lower() for one in found)
    )
    return _table().withheld[language].format(classes=joined)


def named_datasets() -> tuple[str, ...]:
    """Return the datasets that the file names."""
    return tuple(_table().datasets)


def named_columns() -> tuple[str, ...]:
    """Return the columns that the file names, as "dataset.column"."""
    return tuple(_table().columns)


@cache
def _table() -> _Table:
    block = read_block(standards_root() / "columns.yaml")
    block.allow(("classes", "withheld_zh", "withheld_en", "types", "columns", "datasets"))
    classes = {child.text("name"): _class(child) for child in block.children("classes")}
    return _Table(
        classes,
        {child.text("name"): _sensitive(child, classes) for child in block.children("types")},
        {child.text("name"): _sensitive(child, classes) for child in block.children("columns")},
        {child.text("name"): _dataset(child, classes) for child in block.children("datasets")},
        {language: block.text(f"withheld_{language}") for language in ("zh", "en")},
    )


def _class(block: Block) -> ColumnClass:
    block.allow(("name", "zh", "en", "read", "reveal", "source", "status"))
    read = block.text("read")
    return ColumnClass(
        name=block.text("name"),
        zh=block.text("zh"),
        en=block.text("en"),
        read=None if read == NOBODY else read,
        reveal=block.text("reveal"),
        source=block.text("source"),
        status=block.choice("status", STATUSES),
    )


def _dataset(block: Block, classes: dict[str, ColumnClass]) -> ColumnClass:
    block.allow(("name", "class"))
    return classes[block.choice("class", classes)]


def _sensitive(block: Block, classes: dict[str, ColumnClass]) -> Sensitive:
    block.allow(("name", "class", "mask"))
    mask = block.choice("mask", MASKS) if block.optional("mask") else None
    return Sensitive(classes[block.choice("class", classes)], mask)
