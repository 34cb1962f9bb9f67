"""What each kind of job does, and what a handler is given.

    @jobs.handler("registry.import")
    def import_households(context: JobContext, file_id: str, …) -> dict[str, Any]: …

A handler gets the job's arguments by name and returns what the job's `result` will be (JSON). It
acts under `context.scope`, calls `context.progress` as it goes on, and `context.check_cancelled`
between steps that may be left undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bangfu.foundation.jobs.domain import JobRecord
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.scope import Scope

Handler = Callable[..., dict[str, Any] | None]
_H = TypeVar("_H", bound=Handler)
_handlers: dict[str, Handler] = {}


@dataclass(frozen=True, slots=True)
class JobContext:
    """The running job, the scope it was started under, and its two links to the outside.

    `progress(done, total, message)`: total 0 when unknown, message a key or a few words.
    `check_cancelled()` raises `Cancelled` when somebody asked the job to stop.
    """

    job: JobRecord
    scope: Scope
    progress: Callable[[int, int, str], None]
    check_cancelled: Callable[[], None]


def handler(kind: str) -> Callable[[_H], _H]:
    """Register a function as what jobs of `kind` (dotted: registry.import) do."""

    def register(function: _H) -> _H:
        known = _handlers.get(kind)
        if known is not None and known.__qualname__ != function.__qualname__:
            raise ValueError(f"two handlers for {kind}: {known.__qualname__} and this one")
        _handlers[kind] = function
        return function

    return register


def get_handler(kind: str) -> Handler:
    """Return what jobs of `kind` do. Raises InvalidValue E-JOB-KIND."""
    if kind not in _handlers:
        raise InvalidValue("E-JOB-KIND", kind=kind)
    return _handlers[kind]
