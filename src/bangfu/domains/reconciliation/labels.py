"""Columns and values of items as people read them."""

from __future__ import annotations

from functools import cache

from bangfu.domains.registry import columns
from bangfu.kernel.errors import InvalidValue
from bangfu.standards import codelists, datasets
from bangfu.standards.datasets import Column

_ANSWERS = {"zh": {"true": "是", "false": "否"}, "en": {"true": "yes", "false": "no"}}


@cache
def _columns(of_member: bool) -> dict[str, Column]:
    contract = datasets.get(columns.MEMBER if of_member else columns.HOUSEHOLD)
    return {one.name: one for one in contract.columns}


def check_column(name: str) -> str:
    """Return a contract column's name. Raises InvalidValue E-API-FILTER for any other text."""
    if name and name not in _columns(True) and name not in _columns(False):
        raise InvalidValue("E-API-FILTER", name="column")
    return name


def title(name: str, of_member: bool, language: str) -> str:
    """Return a column's title in "zh" or "en"; a register-only column stands for itself."""
    found = _columns(of_member).get(name)
    if found is None:
        return name
    return found.zh if language == "zh" else found.en


def value(name: str, of_member: bool, text: str, language: str) -> str:
    """Return a stored value with codes as labels; "" stays empty."""
    found = _columns(of_member).get(name)
    if found is None or not text:
        return text
    if found.type == "boolean":
        return _ANSWERS[language].get(text, text)
    if found.type in ("code", "codes") and found.code_list in codelists.names():
        listed = codelists.get(found.code_list)
        entries = [(code, listed.by_code(code)) for code in text.split(",")]
        joined = "、" if language == "zh" else ", "
        return joined.join(
            (one.zh if language == "zh" else one.en) if one else code for code, one in entries
        )
    return text
