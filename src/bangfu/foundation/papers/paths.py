"""Paths into the context ("household.head_name"): what type stands there, and its value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bangfu.foundation.papers.context import CaseContext

SCALARS = (str, int, bool, date, Decimal)


def type_at(path: str, root: Any = CaseContext) -> Any:
    """Return the type at a path without its None: a scalar, a dataclass or a tuple[…].

    Raises LookupError for a path that no context has.
    """
    found: Any = root
    for name in path.split("."):
        if not is_dataclass(found) or not isinstance(found, type) or name not in hints(found):
            raise LookupError(path)
        found = hints(found)[name]
    return found


def hints(owner: type) -> dict[str, Any]:
    """Return field → type of a dataclass, without the None that a missing value has."""
    return _hints(owner)


@cache
def _hints(owner: Hashable) -> dict[str, Any]:
    return {name: _plain(hint) for name, hint in get_type_hints(owner).items()}


def item_type(path: str) -> type:
    """Return the dataclass that a list holds; LookupError where there is no such list."""
    found = type_at(path)
    inner = get_args(found)
    if get_origin(found) is not tuple or not is_dataclass(inner[0]):
        raise LookupError(path)
    return inner[0] if isinstance(inner[0], type) else type(inner[0])


def is_printable(kind: Any) -> bool:
    """Whether a value of the type can stand in a line: a scalar, or a list of texts."""
    return kind in SCALARS or kind == tuple[str, ...]


def value_at(path: str, owner: Any) -> Any:
    """Return the value at a path; None where a part on the way is missing."""
    for name in path.split("."):
        if owner is None:
            return None
        owner = getattr(owner, name)
    return owner


def is_filled(value: Any) -> bool:
    """Whether there is something: not None, not an empty text or list, not False."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value is not False and value != ()


def walk(owner: Any, path: str = "") -> Iterator[tuple[str, Field[Any], Any]]:
    """Yield (path, field, value) of every scalar in a context, those of lists under one path."""
    for each in fields(owner):
        value = getattr(owner, each.name)
        here = f"{path}.{each.name}" if path else each.name
        if is_dataclass(value):
            yield from walk(value, here)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for item in value:
                yield from walk(item, here)
        else:
            yield here, each, value


def _plain(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint
