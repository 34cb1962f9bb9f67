"""What a route's description promises to read: nothing else is taken, and nothing reinterpreted.

pydantic would take 1 for true, "7" for 7 and 0 for the first day of 1970, and leave out a field it
does not know: that is how a region or a state gets in that no form offers (F55).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, QueryDict
from ninja.errors import ValidationError
from ninja.operation import PathView

from bangfu.kernel.errors import InvalidValue

JSON = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


class _Wrong:
    """Stands where a value of the wrong JSON type was: no schema takes it, and says where."""


_DAYS = frozenset({"date", "date-time"})


@dataclass(frozen=True)
class Promise:
    """Names of the form's fields, of the query's keys, of those that may stand more than once and
    of its days, and the JSON schema of the body with its definitions."""

    form: frozenset[str]
    query: frozenset[str]
    lists: frozenset[str]
    days: frozenset[str]
    body: dict[str, Any] | None
    definitions: dict[str, Any]

    def check_form(self, names: Any) -> None:
        """Refuse a field that the form does not have. Raises InvalidValue E-API-FIELD."""
        for name in names:
            if name not in self.form:
                raise InvalidValue("E-API-FIELD", name=str(name)[:40])

    def check_keys(self, given: QueryDict) -> None:
        """Refuse a filter that the route does not know, and one given twice (F54). Raises
        InvalidValue E-API-FILTER."""
        for name, values in given.lists():
            if name not in self.query or (len(values) > 1 and name not in self.lists):
                raise InvalidValue("E-API-FILTER", name=name[:40])

    def check_days(self, given: QueryDict) -> None:
        """Refuse a number where a day belongs. Raises ninja's ValidationError."""
        for name in self.days & given.keys():
            if any(_is_numeral(value) for value in given.getlist(name)):
                raise ValidationError([{"loc": ("query", name), "type": "date_parsing"}])

    def hold(self, value: Any) -> Any:
        """Return the body, wrong types made unmistakable. Raises InvalidValue E-API-FIELD,
        ninja's ValidationError for what is no object where one belongs."""
        return value if self.body is None else self._hold(value, self.body, ("body",))

    def _hold(self, value: Any, schema: dict[str, Any], at: tuple[str, ...]) -> Any:
        schema = self._resolved(schema)
        options = [self._resolved(one) for one in schema.get("anyOf", [schema])]
        fitting = next((one for one in options if _is_of(value, one.get("type"))), None)
        if fitting is None:
            # A schema of optional fields alone would take anything for an empty object.
            if any("properties" in one for one in options):
                raise ValidationError([{"loc": at, "type": "dict_type"}])
            return _Wrong()
        if isinstance(value, str) and fitting.get("format") in _DAYS and _is_numeral(value):
            return _Wrong()
        if isinstance(value, list) and isinstance(fitting.get("items"), dict):
            return [
                self._hold(one, fitting["items"], (*at, str(place)))
                for place, one in enumerate(value)
            ]
        if isinstance(value, dict) and "properties" in fitting:
            return self._fields(value, fitting["properties"], at)
        return value

    def _fields(
        self, value: dict[str, Any], known: dict[str, Any], at: tuple[str, ...]
    ) -> dict[str, Any]:
        for name in value:
            if name not in known:
                raise InvalidValue("E-API-FIELD", name=name[:40])
        return {name: self._hold(one, known[name], (*at, name)) for name, one in value.items()}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _resolved(schema, self.definitions)


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return definitions[name] if name else schema


def _is_numeral(text: str) -> bool:
    """Whether a text is a number, which pydantic would count as seconds since 1970."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_of(value: Any, kind: str | None) -> bool:
    if kind is None:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, JSON[kind])  # type: ignore[arg-type]


def promise_of(request: HttpRequest) -> Promise | None:
    """Return the promise of the route that a request found; None where there is no route."""
    match = request.resolver_match
    # ninja wraps the view of an address in a function that holds it and nothing else.
    held = (match.func.__closure__ or ()) if match is not None else ()
    for view in (cell.cell_contents for cell in held):
        for operation in view.operations if isinstance(view, PathView) else ():
            if request.method in operation.methods:
                return _promise(operation)
    return None


def check_keys(request: HttpRequest) -> None:
    """Hold a request's filters to its route. Raises InvalidValue E-API-FILTER."""
    promise = promise_of(request) if request.GET else None
    if promise is not None:
        promise.check_keys(request.GET)


@lru_cache(maxsize=1024)
def _promise(operation: Any) -> Promise:
    form: set[str] = set()
    query: set[str] = set()
    lists: set[str] = set()
    days: set[str] = set()
    body: dict[str, Any] | None = None
    definitions: dict[str, Any] = {}
    for model in operation.models:
        source = model.__ninja_param_source__
        names = getattr(model, "__ninja_flatten_map__", None) or model.model_fields
        if source in ("form", "file"):
            form.update(names)
        if source == "query":
            query.update(names)
            lists.update(getattr(model, "__ninja_collection_fields__", ()))
            whole = model.model_json_schema()
            days.update(_days(whole["properties"], whole.get("$defs", {})))
        if source == "body":
            whole = model.model_json_schema()
            definitions.update(whole.get("$defs", {}))
            name = getattr(model, "__read_from_single_attr__", None)
            body = whole["properties"][name] if name else whole
    return Promise(
        frozenset(form), frozenset(query), frozenset(lists), frozenset(days), body, definitions
    )


def _days(properties: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    """Yield the names that stand for days; filters that are read together lie one level deeper."""
    for name, schema in properties.items():
        options = [_resolved(one, definitions) for one in schema.get("anyOf", [schema])]
        for one in options:
            yield from _days(one.get("properties", {}), definitions)
            if one.get("format") in _DAYS:
                yield name
