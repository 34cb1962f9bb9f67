"""Wire shapes that routes of several areas share."""

from __future__ import annotations

from typing import Any

import ninja
from pydantic import ConfigDict, ValidationInfo, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler


class Schema(ninja.Schema):
    """A wire shape. Ours are made of plain dicts and records, so the wrapper that ninja puts
    around each row for the sake of querysets is left out: 10 ms of a household's explanation."""

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(
        cls, values: Any, handler: ModelWrapValidatorHandler[Schema], info: ValidationInfo
    ) -> Any:
        return handler(values)


class Body(Schema):
    """What a client sends, closed in its description too; `promises` holds every body to its
    description, this one or another."""

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


REFUSED_WITH = (400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429, 507)
REFUSALS = {frozenset(REFUSED_WITH): ErrorOut}
