"""Wire shapes that routes of several areas share."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """What a client sends: a field that the shape does not know is refused (F55).

    Every shape of a request derives from it, so that nobody writes a region, a state or an owner
    that the form does not offer. Whole numbers and truths are `StrictInt` and `StrictBool`: "1"
    and 1 are neither.
    """

    model_config = ConfigDict(extra="forbid")


class ErrorOut(Schema):
    """Every refusal: a code of the error table, its text and remedy, and a number to quote."""

    code: str
    message: str
    remedy: str
    request_id: str
    fields: list[dict[str, Any]] | None = None


class RegionRef(Schema):
    """A place by code and name."""

    code: str
    name: str


class CodedValue(Schema):
    """A code-list value with its labels."""

    code: str
    zh: str
    en: str


REFUSALS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429}): ErrorOut}
