"""The worker's watch: a job whose starter is out ends within five seconds (F59, F60).

One thread a worker asks once a second whether each running job's starter still holds the post in
which it was started. If not, the job is told first and ends at its next look
(`check_cancelled`, `progress`). One that does not look gets its running SQL statement cancelled,
and then an exception in its thread, so that it cannot reach its commit. What cannot be asked
counts as out once it has failed for as long.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections
from django.utils import timezone

from bangfu.foundation.accounts.selectors import is_in_force
from bangfu.foundation.jobs.domain import Halted
from bangfu.kernel.region import RegionCode

EVERY_SECONDS = 1.0
# After how long a job that was told gets its statement cancelled, and is stopped from outside.
CANCEL_AFTER = 1.0
HALT_AFTER = 2.0
# How many times in a row asking may fail.
PATIENCE = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Starter:
    """Who started a job, in which post, with what permissions and where."""

    kind: str
    user_id: str
    post_id: UUID | None
    permissions: frozenset[str]
    region: RegionCode

    def is_in(self) -> bool:
        """Return whether the job may go on; commands and the system answer to no post."""
        if self.kind != "USER":
            return True
        return is_in_force(
            self.user_id, self.post_id, self.permissions, timezone.now(), region=self.region
        )


@dataclass(eq=False)
class Guard:
    """A running job, as its watch sees it."""

    starter: Starter
    thread: int = field(default_factory=threading.get_ident)
    # The connection on which its handler works.
    handler_connection: Any = None
    out_since: float | None = None
    failures: int = 0
    is_cancelled: bool = False
    is_halted: bool = False

    @property
    def is_out(self) -> bool:
        """Whether the job was told to end."""
        return self.out_since is not None


_lock = threading.Lock()
_guards: set[Guard] = set()


@contextmanager
def guarded(starter: Starter) -> Iterator[Guard]:
    """Let the worker's watch look after what runs in the block."""
    guard = Guard(starter, handler_connection=connections["default"])
    with _lock:
        _guards.add(guard)
    try:
        yield guard
    finally:
        try:
            _let_go(guard)
        finally:
            # Halted may have risen on the way; after this the watch raises nothing more.
            _let_go(guard)
            if guard.is_halted:
                _take_back()


@contextmanager
def watching() -> Iterator[None]:
    """Watch the jobs of this process until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(stop,), name="bangfu-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _watch(stop: threading.Event) -> None:
    try:
        while not stop.wait(EVERY_SECONDS):
            with _lock:
                running = list(_guards)
            for guard in running:
                look_at(guard)
            if not running:
                connections.close_all()
    finally:
        connections.close_all()


def look_at(guard: Guard) -> None:
    """Ask about one job, and go one step further with one that is out and does not end."""
    if not guard.is_out and not _may_go_on(guard):
        guard.out_since = time.monotonic()
        return
    if guard.out_since is None:
        return
    waited = time.monotonic() - guard.out_since
    with _lock:
        if guard not in _guards:
            return
        if waited >= HALT_AFTER and not guard.is_halted:
            guard.is_halted = True
            _raise_in(guard.thread, Halted)
        if waited >= CANCEL_AFTER and not guard.is_cancelled:
            guard.is_cancelled = True
            _cancel_statement(guard.handler_connection)


def _may_go_on(guard: Guard) -> bool:
    try:
        found = guard.starter.is_in()
    except Exception as error:
        guard.failures += 1
        _log.warning("cannot ask about a job's starter: %s", type(error).__name__)
        connections.close_all()
        return guard.failures < PATIENCE
    guard.failures = 0
    return found


def _cancel_statement(handler_connection: Any) -> None:
    raw = handler_connection.connection
    if not isinstance(raw, psycopg.Connection) or raw.closed:
        return
    try:
        raw.cancel_safe(timeout=1.0)
    except psycopg.Error as error:
        _log.warning("cannot cancel a job's statement: %s", type(error).__name__)


def _let_go(guard: Guard) -> None:
    with _lock:
        _guards.discard(guard)


class _TakenBack(BaseException):
    """Rises in place of what must not rise any more."""


def _take_back() -> None:
    """Let nothing that was raised in this thread from outside rise in what it does next.

    Python remembers that something is to rise until something does: taken back by None it would
    look for it at every call for as long as the process lives, and a traced call would not end.
    """
    try:
        _raise_in(threading.get_ident(), _TakenBack)
        while True:
            pass
    except _TakenBack:
        return


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Let an exception rise in a thread at its next step of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
