"""Lock-out, on its edges: five failures within a quarter of an hour, twenty accounts at an address.

The values are those of standards/passwords.yaml; how sign-in keeps to them is in
tests/faults/test_f58_guessing_at_sign_in.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bangfu.foundation.accounts import lockout
from bangfu.foundation.accounts.models import SignInAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.evidence("F58", "GB22239-8.1.4.1-b")]
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
LENGTH, SECOND = timedelta(minutes=15), timedelta(seconds=1)
HERE = "203.0.113.9"


def attempt(at: datetime, *, username: str = "jia", is_success: bool = False) -> None:
    SignInAttempt.objects.create(
        at=at,
        subject=lockout.subject_of(username),
        address=HERE,
        is_success=is_success,
        is_known_address=False,
    )


def is_locked(at: datetime) -> bool:
    subject = lockout.subject_of("jia")
    return lockout.is_locked(subject=subject, is_known_address=False, at=at)


def test_a_lock_lasts_from_the_last_failure_until_its_time_is_over() -> None:
    for number in range(5):
        attempt(NOON + number * SECOND)
    last = NOON + 4 * SECOND
    assert is_locked(last)
    assert is_locked(last + LENGTH - SECOND)
    assert not is_locked(last + LENGTH)
    assert not is_locked(last + LENGTH + SECOND)
    assert not is_locked(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("first", "expected"),
    [(LENGTH - SECOND, True), (LENGTH, False), (LENGTH + SECOND, False), (2 * LENGTH, False)],
)
def test_failures_lock_that_came_within_the_time_of_a_lock(
    first: timedelta, expected: bool
) -> None:
    """Only the oldest of the five is earlier or later: it is the one that counts."""
    attempt(NOON - first)
    for number in range(3, -1, -1):
        attempt(NOON - number * SECOND)
    assert is_locked(NOON) is expected


def test_four_failures_lock_nobody_and_a_sixth_changes_nothing() -> None:
    for number in range(4):
        attempt(NOON + number * SECOND)
    assert not is_locked(NOON + 4 * SECOND)
    attempt(NOON + 4 * SECOND)
    attempt(NOON + 5 * SECOND)
    assert is_locked(NOON + 6 * SECOND)


def test_unlocking_forgets_the_failures_of_the_account_alone_and_says_how_many() -> None:
    for number in range(3):
        attempt(NOON + number * SECOND)
    attempt(NOON, username="yi")
    attempt(NOON - timedelta(days=1), is_success=True)
    assert lockout.unlock("jia") == 3
    assert lockout.unlock("jia") == 0
    left = SignInAttempt.objects.order_by("at").values_list("subject", "is_success")
    assert list(left) == [(lockout.subject_of("jia"), True), (lockout.subject_of("yi"), False)]


@pytest.mark.parametrize(("accounts", "is_refused"), [(19, False), (20, True), (21, True)])
def test_an_address_from_which_twenty_accounts_fail_is_refused(
    accounts: int, is_refused: bool
) -> None:
    """More than twenty can fail there, since accounts that know the address still may."""
    for number in range(accounts):
        attempt(NOON, username=f"account{number}")
    if is_refused:
        with pytest.raises(lockout.TooManyAttempts, match="E-SIGN-IN-ADDRESS"):
            lockout.begin(username="jia", address=HERE, at=NOON + SECOND)
        return
    lockout.begin(username="jia", address=HERE, at=NOON + SECOND)
    assert SignInAttempt.objects.count() == accounts + 1
