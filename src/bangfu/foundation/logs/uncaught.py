"""What nobody caught: Python would print its text; here it becomes a line like any other."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

_log = logging.getLogger("bangfu.uncaught")


def guard_process() -> None:
    """Send what ends a thread, the process or a finaliser, and warnings, through the log."""
    logging.captureWarnings(True)
    sys.excepthook = _process
    threading.excepthook = _thread
    sys.unraisablehook = _finaliser


def _say(
    where: str,
    kind: type[BaseException] | None,
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    if kind is None or error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    _log.error("uncaught in %s", where, exc_info=(kind, error, trace))


def _process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _say("the process", kind, error, trace)


def _thread(found: threading.ExceptHookArgs) -> None:
    _say("a thread", found.exc_type, found.exc_value, found.exc_traceback)


def _finaliser(found: sys.UnraisableHookArgs) -> None:
    _say("a finaliser", found.exc_type, found.exc_value, found.exc_traceback)
