"""How many rows a list has with its filters: each domain says it of its own lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from bangfu.foundation.http.schemas import Schema
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.scope import Scope

# (scope, raw filters) -> (rows, the filters as the export itself reads them).
Counter = Callable[[Scope, dict[str, Any]], tuple[int, dict[str, Any]]]
_PAGES = {"sort", "cursor", "limit"}
_S = TypeVar("_S", bound=Schema)
_counters: dict[str, Counter] = {}


def counter(kind: str) -> Callable[[Counter], Counter]:
    """Register what counts the rows of an export of `kind`."""

    def register(function: Counter) -> Counter:
        _counters[kind] = function
        return function

    return register


def count(kind: str, scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the rows that an export would hold and its filters. Raises InvalidValue
    E-EXPORT-KIND, and what the list raises for filters or places that it refuses."""
    if kind not in _counters:
        raise InvalidValue("E-EXPORT-KIND", kind=kind[:40])
    return _counters[kind](scope, filters)


def asked(filters: Schema, region: str, **more: str) -> dict[str, Any]:
    """Return the filters that tell one list from another, under the names by which the list itself
    takes them: what is relative, as overdue, stays so. Its order and its pages do not tell."""
    found = filters.model_dump(mode="json", exclude_defaults=True, exclude=_PAGES)
    return found | {"region": region} | more


def read_filters(schema: type[_S], filters: dict[str, Any]) -> _S:
    """Return filters as a list's own schema reads them. Raises InvalidValue E-EXPORT-FILTERS for
    an unknown one or a value that it refuses; neither is echoed."""
    if not filters.keys() <= schema.model_fields.keys():
        raise InvalidValue("E-EXPORT-FILTERS")
    try:
        return schema.model_validate(filters)
    except ValidationError as error:
        raise InvalidValue("E-EXPORT-FILTERS") from error
