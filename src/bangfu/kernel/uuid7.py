"""UUID version 7 (RFC 9562): ids that sort by the time they were made and tell nothing else."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ticks = 0


def uuid7() -> UUID:
    """Return a new id; within one process each sorts after the one before.

    The 12 bits after the millisecond hold its fraction (RFC 9562 §6.2, method 3), pushed on by
    one when the clock has not moved or has gone back.
    """
    global _last_ticks
    with _lock:
        ticks = max(_ticks(time.time_ns()), _last_ticks + 1)
        _last_ticks = ticks
    return uuid7_of(ticks, int.from_bytes(os.urandom(8), "big"))


def _ticks(nanoseconds: int) -> int:
    """Milliseconds in the high bits, 1/4096 of a millisecond in the low twelve."""
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    return (milliseconds << 12) | (rest * 4096 // 1_000_000)


def uuid7_of(ticks: int, random_bits: int) -> UUID:
    """Return the id of a time in 1/4096 milliseconds since 1970 and 62 random bits."""
    value = (ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | random_bits & ((1 << 62) - 1))


def milliseconds_of(value: UUID) -> int:
    """Return when a version 7 id was made, in milliseconds since 1970."""
    return value.int >> 80
