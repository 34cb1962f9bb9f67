"""Making a line of a log record."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

OURS = "bangfu"
_PLACES = 8
# ID numbers, phones, accounts and household numbers have eleven digits or more.
_LONG_NUMBER = re.compile(r"\d{11,}[Xx]?")
# In a library's words: what was filled in is quoted, not ASCII, or has digits.
_FILLED_IN = re.compile(r"'[^']*'|\"[^\"]*\"|[^\x00-\x7f]+|\S*\d{3,}\S*")
_CODE = re.compile(r"[0-9A-Z]{5}")


def line_formatter() -> logging.Formatter:
    """Return the formatter that `settings.LOGGING` names."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            without_texts,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind),
        ],
        keep_exc_info=True,
    )


def without_texts(_: Any, __: str, event: EventDict) -> EventDict:
    """Take out of a record what may be somebody's: numbers, filled-in words, exceptions' texts."""
    record: logging.LogRecord = event["_record"]
    is_ours = record.name == OURS or record.name.startswith(f"{OURS}.")
    words = str(event["event"]) if is_ours else str(record.msg)
    event["event"] = _LONG_NUMBER.sub("#", words) if is_ours else _FILLED_IN.sub("…", words)[:300]
    event.pop("exc_info", None)
    event.pop("stack_info", None)
    if record.exc_info and record.exc_info[1] is not None:
        event["error"] = describe(record.exc_info[1])
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    return event


def describe(error: BaseException) -> list[dict[str, Any]]:
    """Return an exception and what caused it: kind, places, the database's code; no text."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(found) < 5:
        seen.add(id(current))
        kind = type(current)
        one: dict[str, Any] = {"kind": f"{kind.__module__}.{kind.__qualname__}"}
        code = getattr(current, "sqlstate", None) or getattr(current, "code", None)
        if isinstance(code, str) and (_CODE.fullmatch(code) or code.startswith("E-")):
            one["code"] = code
        one["at"] = [
            f"{place.filename.rpartition('/site-packages/')[2].rpartition('/src/')[2]}:{place.lineno}"
            for place in traceback.extract_tb(current.__traceback__)[-_PLACES:]
        ]
        found.append(one)
        current = current.__cause__ or current.__context__
    return found


def _kind(value: Any) -> str:
    return type(value).__name__
