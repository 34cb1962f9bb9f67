"""Reading what was sent: a value that two readers could take for different things is refused.

A doubled key, a number that is none, text that no database can hold or nesting without end never
reach a schema (F55).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from ninja.parser import Parser

from bangfu.foundation.http.promises import promise_of
from bangfu.standards.limits import limits


def is_text(value: str) -> bool:
    """Whether a text can be stored and sent on: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


class StrictParser(Parser):
    """ninja's parser without its leniency; what it refuses is answered with 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the JSON of the body. Raises InvalidValue E-API-FIELD through ninja's own 400."""
        try:
            found = json.loads(
                request.body.decode("utf-8"),
                object_pairs_hook=_object,
                parse_constant=_no_number,
            )
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "not JSON") from error
        _check(found, limits().json_depth)
        promise = promise_of(request)
        return found if promise is None else promise.hold(found)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the values of a query string or form; one key, one value, but for lists."""
        for key, values in data.lists():
            if len(values) > 1 and key not in list_fields:
                raise HttpError(400, "doubled key")
            if not all(is_text(one) for one in (key, *values) if isinstance(one, str)):
                raise HttpError(400, "not text")
        promise = promise_of(request)
        if promise is not None and data is request.GET:
            promise.check_days(request.GET)
        elif promise is not None:
            promise.check_form(data)
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        return found


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError("doubled key")
        found[key] = value
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise HttpError(400, "too deep")
    if isinstance(value, str) and not is_text(value):
        raise HttpError(400, "not text")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(key, depth)
            _check(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth - 1)
