"""Counting what budgets were spent, on its edges: leases, windows, what is forgotten and cleared.

What a request meets of it is in tests/api/test_budgets.py.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bangfu.foundation.limits import counting
from bangfu.foundation.limits.counting import Refusal
from bangfu.foundation.limits.models import Spent
from bangfu.standards.limits import Budget

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def budget(allowed: int, lease: int = 1, seconds: int = 60) -> Budget:
    return Budget("tests", "user", allowed, seconds, lease, frozenset(), ())


def spend(one: Budget, at: datetime = AT, spender: str = "user:1") -> Refusal | None:
    return counting.spend(one, spender, at=at)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_leases", {})
    monkeypatch.setattr(counting, "_taken", 0)


def test_a_lease_is_taken_when_the_last_is_spent_and_the_table_says_nothing_of_whom(
    settings: Any,
) -> None:
    settings.SECRET_KEY = "秘密"
    used = []
    for _ in range(5):
        assert spend(budget(10, lease=2)) is None
        used.append(Spent.objects.get().used)
    assert used == [2, 2, 4, 4, 6]
    row = Spent.objects.get()
    # 2026-11-22 09:00:00 UTC is 1795338000, of which the minute is the 29,922,300th.
    text = b"tests|user:1|29922300"
    assert bytes(row.key) == hmac.new("秘密".encode(), text, hashlib.sha256).digest()
    assert row.ends_at == AT + timedelta(minutes=1)


@pytest.mark.parametrize("minute", [0, 1, 2, 3])
def test_a_window_ends_with_its_minute(minute: int) -> None:
    spend(budget(10), AT + timedelta(minutes=minute, seconds=59))
    assert Spent.objects.get().ends_at == AT + timedelta(minutes=minute + 1)


@pytest.mark.parametrize(
    ("after", "wait"),
    [(0.0, 60), (0.5, 60), (1.0, 59), (15.0, 45), (58.2, 2), (59.0, 1), (59.9, 1)],
)
def test_the_wait_is_whole_seconds_and_never_none(after: float, wait: int) -> None:
    one, at = budget(1), AT + timedelta(seconds=after)
    assert spend(one, at) is None
    assert spend(one, at) == Refusal(wait, is_first=True)
    assert spend(one, at) == Refusal(wait, is_first=False)


def test_a_budget_that_is_spent_is_known_without_asking_or_spending() -> None:
    one = budget(2, lease=2)
    assert counting.spent(one, "user:1", at=AT) is None
    assert spend(one) is None
    assert counting.spent(one, "user:1", at=AT) is None
    assert spend(one) is None
    assert counting.spent(one, "user:1", at=AT) == Refusal(60, is_first=True)
    assert counting.spent(one, "user:1", at=AT) == Refusal(60, is_first=False)
    assert spend(one) == Refusal(60, is_first=False)
    assert Spent.objects.get().used == 2
    assert counting.spent(one, "user:1", at=AT + timedelta(minutes=1)) is None


def test_a_lease_in_hand_is_spent_when_the_budget_has_no_more() -> None:
    """Another process took the last ones meanwhile: what was leased counts still."""
    one = budget(3, lease=2)
    assert spend(one) is None
    Spent.objects.update(used=9)
    assert spend(one) is None
    assert spend(one) == Refusal(60, is_first=True)
    # And nobody asks again: nothing is to be had until the window ends.
    assert Spent.objects.get().used == 11
    assert spend(one) == Refusal(60, is_first=False)
    assert Spent.objects.get().used == 11


@pytest.mark.parametrize(
    ("used_by_others", "let_through"), [(0, 5), (2, 3), (3, 2), (4, 1), (5, 0), (6, 0), (50, 0)]
)
def test_no_more_than_what_others_left_is_taken(used_by_others: int, let_through: int) -> None:
    one = budget(5, lease=3)
    assert spend(one) is None
    counting.forget()
    Spent.objects.update(used=used_by_others)
    assert sum(spend(one) is None for _ in range(9)) == let_through


@pytest.mark.parametrize(("taken", "left"), [(198, 2), (199, 1), (200, 2), (398, 2), (399, 1)])
def test_with_every_two_hundredth_lease_windows_that_are_over_go(
    monkeypatch: pytest.MonkeyPatch, taken: int, left: int
) -> None:
    Spent.objects.create(key=b"over", ends_at=AT - SECOND, used=1)
    monkeypatch.setattr(counting, "_taken", taken)
    spend(budget(9))
    assert Spent.objects.count() == left
    spend(budget(9))
    assert Spent.objects.count() == (2 if taken == 200 else 1)


def test_a_window_that_still_runs_is_not_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    Spent.objects.create(key=b"ends now", ends_at=AT, used=1)
    monkeypatch.setattr(counting, "_taken", 399)
    spend(budget(9))
    assert Spent.objects.count() == 2


def test_leases_of_windows_that_are_over_are_forgotten_when_they_are_too_many() -> None:
    now = AT.timestamp()
    old = {bytes([7, *number.to_bytes(3)]): counting._Lease(now - 1) for number in range(19_998)}
    counting._leases.update({**old, b"ends now": counting._Lease(now)})
    spend(budget(9))
    assert len(counting._leases) == 20_000
    # That was the last that fits; the next finds as many, and the one after it one too many.
    spend(budget(9), spender="user:2")
    assert len(counting._leases) == 20_001
    spend(budget(9), spender="user:3")
    assert len(counting._leases) == 4
    assert b"ends now" in counting._leases


def test_values_of_counting_hold_what_they_say_and_nothing_more() -> None:
    refusal, lease = Refusal(1, is_first=True), counting._Lease(1.0)
    with pytest.raises(FrozenInstanceError):
        refusal.seconds = 2  # type: ignore[misc]
    assert not hasattr(refusal, "__dict__")
    assert not hasattr(lease, "__dict__")
    assert (lease.left, lease.is_last, lease.told) == (0, False, False)
