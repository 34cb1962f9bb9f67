"""Facts of the register as fields for reading: label, value in words, source, day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.foundation.access.columns import HIDDEN, OPEN
from bangfu.standards import codelists, datasets
from bangfu.standards.datasets import Column, Dataset

_BOOLEAN = {True: ("是", "Yes"), False: ("否", "No")}
OTHER_SECTION = {"key": "other", "title_zh": "其他", "title_en": "Other"}


def in_words(column: Column, value: Any) -> tuple[str, str]:
    """Return a value as a person reads it, in Chinese and English; empty for no value."""
    if value is None or value == "" or value == []:
        return "", ""
    if isinstance(value, bool):
        return _BOOLEAN[value]
    if column.type in ("code", "codes") and column.code_list:
        return _labels(column.code_list, value if isinstance(value, list) else [value])
    if isinstance(value, Decimal) or column.type == "money":
        text = f"{Decimal(value):,.2f}".removesuffix(".00")
        return text, text
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text, text


def _labels(list_name: str, codes: Iterable[str]) -> tuple[str, str]:
    found = codelists.get(list_name)
    entries = [(found.by_code(code), code) for code in codes]
    zh = "、".join(entry.zh if entry else code for entry, code in entries)
    en = ", ".join(entry.en if entry else code for entry, code in entries)
    return zh, en


def to_field(column: Column, fact: Any) -> dict[str, Any]:
    """Return one fact as a field; `fact` is the register's FactValue or None."""
    value = fact.value if fact is not None else None
    zh, en = in_words(column, value)
    return {
        "key": column.name,
        "label_zh": column.zh,
        "label_en": column.en,
        "value": str(value) if isinstance(value, Decimal | date) else value,
        "value_zh": zh,
        "value_en": en,
        "unit": column.unit,
        "source": fact.source if fact is not None else None,
        "as_of": (fact.confirmed_as_of or fact.as_of) if fact is not None else None,
        "shown": fact.shown if fact is not None else OPEN,
        "can_reveal": fact is not None and fact.can_reveal and fact.shown != OPEN,
    }


def known_fields(contract: Dataset, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a contract for which something is known, in its order.

    Hidden fields stand there whether known or not: that there is something would say too much.
    """
    return [
        to_field(column, facts[column.name])
        for column in contract.columns
        if column.name in facts
        and (facts[column.name].shown == HIDDEN or facts[column.name].value not in (None, "", []))
    ]


def sections(dataset: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a contract by its sections; those without a value are kept."""
    contract = datasets.get(dataset)
    titles = {
        one.key: {"key": one.key, "title_zh": one.title["zh"], "title_en": one.title["en"]}
        for one in contract.sections
    }
    found: dict[str, dict[str, Any]] = {}
    for column in contract.columns:
        if column.name not in facts:
            continue
        key = column.section if column.section in titles else OTHER_SECTION["key"]
        head = titles.get(key or "", OTHER_SECTION)
        section = found.setdefault(head["key"], {**head, "fields": []})
        section["fields"].append(to_field(column, facts[column.name]))
    order = [*titles, OTHER_SECTION["key"]]
    return [found[key] for key in order if key in found]
