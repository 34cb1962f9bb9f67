"""Reading a context from JSON: the same names, days as "2026-10-31", money as text or number."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_origin

from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.paths import hints
from bangfu.kernel.errors import InvalidValue, Refused

_LONGEST = 20_000


def read_context(text: str) -> CaseContext:
    """Return the context that a JSON object holds; `null` and absent fields are blanks.

    Raises Refused E-PAPERS-JSON, InvalidValue E-PAPERS-CONTEXT with the path.
    """
    try:
        values = json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise Refused("E-PAPERS-JSON", line=line) from error
    context = _build(CaseContext, values, "")
    assert isinstance(context, CaseContext)
    return context


def _build(kind: type, values: Any, path: str) -> Any:
    if not isinstance(values, dict):
        raise _bad(path, "an object {…}")
    known = hints(kind)
    for name in values:
        if name not in known:
            raise _bad(_join(path, name), "one of " + ", ".join(sorted(known)))
    return kind(
        **{
            name: _value(known[name], value, _join(path, name))
            for name, value in values.items()
            if value is not None
        }
    )


def _value(kind: Any, value: Any, path: str) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise _bad(path, "a list […]")
        inner = get_args(kind)[0]
        return tuple(_value(inner, item, f"{path}[{i}]") for i, item in enumerate(value))
    if is_dataclass(kind) and isinstance(kind, type):
        return _build(kind, value, path)
    return _scalar(kind, value, path)


def _scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is str and isinstance(value, str) and len(value) <= _LONGEST:
        return value
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _bad(path, '"2026-10-31"') from error
    if kind is Decimal and isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        try:
            amount = Decimal(value)
        except InvalidOperation as error:
            raise _bad(path, '"1234.50"') from error
        if amount.is_finite():
            return amount
    raise _bad(path, {str: "a text", int: "a whole number", bool: "true, false"}.get(kind, "a day"))


def _bad(path: str, wanted: str) -> InvalidValue:
    return InvalidValue("E-PAPERS-CONTEXT", path=path or "$", wanted=wanted)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
