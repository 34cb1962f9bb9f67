"""Where an act came from: the post it was done in, the network address, the request's number.

The web server says it once a request; `record` and its sisters write it down. Commands and the
worker have none of it, and their rows say so by leaving it empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Origin:
    """The post (or None), the network address (or "") and the request's number (or "")."""

    post_id: UUID | None = None
    client: str = ""
    request_id: str = ""


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("bangfu_audit_origin", default=_NOWHERE)


def current() -> Origin:
    """Return where what happens now came from."""
    return _current.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Let all audit rows of the block say where they came from."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
