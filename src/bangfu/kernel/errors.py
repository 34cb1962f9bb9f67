"""Errors that carry a code of the error table (`standards/errors/`) and what its text needs."""

from __future__ import annotations

from typing import Any


class BangfuError(Exception):
    """Something a person has to know of; `code` names the text, `params` fill it in.

    The texts are data, so `str()` gives the code alone: parameters may hold personal data and
    must not reach a log by accident.
    """

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, Any] = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.params)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {', '.join(sorted(self.params))})"


def _rebuild(kind: type[BangfuError], code: str, params: dict[str, Any]) -> BangfuError:
    return kind(code, **params)


class InvalidValue(BangfuError):
    """A value is not what its standard or contract allows."""


class NotAllowed(BangfuError):
    """The scope lacks the permission or the region; the wire answers as if nothing were there."""


class NotFound(BangfuError):
    """There is no such thing within the scope."""


class Conflict(BangfuError):
    """The thing has moved on: another write came first, or its state forbids the step."""


class Refused(BangfuError):
    """An input as a whole is not taken, with the reason."""
