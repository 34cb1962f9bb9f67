"""Spending a budget: a process takes leases from the database and spends them in memory.

One statement takes a lease for all processes at once, so together they never hand out more than
the budget; what a process leased and did not spend is lost at the end of the window, so it may be
less. A window is a fixed piece of time: at its seam twice the budget can pass, not more.
"""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil

from django.conf import settings
from django.db import connection, transaction

from bangfu.standards.limits import Budget

# After so many leases of a process it clears away windows that are over.
_CLEAR_EVERY = 200
_MOST_REMEMBERED = 20_000
_TAKE = """
    INSERT INTO limits_spent AS spent (key, ends_at, used) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET used = spent.used + excluded.used
    RETURNING used
"""
_CLEAR = """
    DELETE FROM limits_spent WHERE key IN
    (SELECT key FROM limits_spent WHERE ends_at < %s LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


@dataclass(slots=True)
class _Lease:
    """What this process may still spend in a window; `is_last` when there is no more to take."""

    ends: float
    left: int = 0
    is_last: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The budget is spent: seconds until the window ends; `is_first` once a process and window."""

    seconds: int
    is_first: bool


_leases: dict[bytes, _Lease] = {}
_lock = threading.Lock()
_taken = 0


def forget() -> None:
    """Forget the leases of this process, as a new process would."""
    _leases.clear()


def spend(budget: Budget, spender: str, *, at: datetime) -> Refusal | None:
    """Spend one of `budget`; returns the refusal when nothing is left."""
    key, lease = _lease(budget, spender, at)
    with _lock:
        if lease.left > 0:
            lease.left -= 1
            return None
        if lease.is_last:
            return _refuse(lease, at)
    taken, is_last = _take(key, budget, lease, at)
    with _lock:
        lease.left += taken
        lease.is_last = lease.is_last or is_last
        if lease.left > 0:
            lease.left -= 1
            return None
        return _refuse(lease, at)


def spent(budget: Budget, spender: str, *, at: datetime) -> Refusal | None:
    """Return the refusal when this process knows the budget to be spent; spends nothing."""
    _, lease = _lease(budget, spender, at)
    with _lock:
        return _refuse(lease, at) if lease.is_last and lease.left <= 0 else None


def _refuse(lease: _Lease, at: datetime) -> Refusal:
    is_first, lease.told = not lease.told, True
    return Refusal(max(1, ceil(lease.ends - at.timestamp())), is_first)


def _lease(budget: Budget, spender: str, at: datetime) -> tuple[bytes, _Lease]:
    window = int(at.timestamp()) // budget.seconds
    text = f"{budget.name}|{spender}|{window}"
    key = hmac.new(settings.SECRET_KEY.encode(), text.encode(), sha256).digest()
    with _lock:
        if len(_leases) > _MOST_REMEMBERED:
            now = at.timestamp()
            for over in [one for one, lease in _leases.items() if lease.ends < now]:
                del _leases[over]
        return key, _leases.setdefault(key, _Lease(float((window + 1) * budget.seconds)))


def _take(key: bytes, budget: Budget, lease: _Lease, at: datetime) -> tuple[int, bool]:
    """Take a lease from the database; returns how many were to be had, and whether they are the
    last."""
    global _taken
    ends_at = datetime.fromtimestamp(lease.ends, UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        # A lost second of counting after a power cut is no loss; waiting for the disk is.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(_TAKE, [key, ends_at, budget.lease])
        used: int = cursor.fetchone()[0]
        _taken += 1
        if _taken % _CLEAR_EVERY == 0:
            cursor.execute(_CLEAR, [at])
    taken = max(0, min(budget.lease, budget.allowed - (used - budget.lease)))
    return taken, used >= budget.allowed
