"""Passwords, on the edges of their rules: the values are those of standards/passwords.yaml.

What a browser sees of them is in tests/api/test_passwords.py.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from bangfu.foundation.accounts import passwords
from bangfu.foundation.accounts.credentials import PasswordRecord
from bangfu.foundation.accounts.passwords import PasswordRules, PasswordState
from tests.cast import Cast

pytestmark = [pytest.mark.evidence("GB22239-8.1.4.1-a")]
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def reasons(password: str) -> set[str]:
    try:
        PasswordRules().validate(password)
    except ValidationError as refused:
        return {str(one.code) for one in refused.error_list}
    return set()


@pytest.mark.parametrize(
    ("on", "must_change", "is_ending"),
    [
        (date(2026, 11, 15), False, False),
        # Two weeks before the last day the reminder begins.
        (date(2026, 11, 16), False, True),
        (date(2026, 11, 17), False, True),
        (date(2026, 11, 29), False, True),
        (date(2026, 11, 30), True, True),
        (date(2026, 12, 1), True, True),
    ],
)
def test_a_password_ends_on_its_day_and_its_holder_hears_of_it_before(
    on: date, must_change: bool, is_ending: bool
) -> None:
    state = PasswordState(date(2026, 11, 30), is_provisional=False)
    assert (state.must_change(on), state.is_ending(on)) == (must_change, is_ending)
    given = PasswordState(date(2026, 11, 30), is_provisional=True)
    assert given.must_change(on)


def test_who_has_no_password_need_not_change_it() -> None:
    state = PasswordState(None, is_provisional=False)
    assert not state.must_change(date(2026, 11, 30))
    assert not state.is_ending(date(2026, 11, 30))


def test_what_is_known_of_a_password_is_a_value() -> None:
    state = PasswordState(None, is_provisional=False)
    with pytest.raises(FrozenInstanceError):
        state.is_provisional = True  # type: ignore[misc]
    assert not hasattr(state, "__dict__")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Zq7vX2" * 21 + "Zq", set()),
        ("Zq7vX2" * 21 + "Zq7", {"E-PASSWORD-LONG"}),
        # Five different characters are enough where it is long, four are not.
        ("vqzwxqvzxwqzvxwq", set()),
        ("vqzwqvzwvqzwqvzw", {"E-PASSWORD-COMMON"}),
        # Beside a word that everybody tries first, half of the fewest characters must be left.
        ("passwordZq7vX2", set()),
        ("passwordZq7vX", {"E-PASSWORD-COMMON"}),
    ],
)
def test_the_edges_of_what_a_password_must_be(password: str, expected: set[str]) -> None:
    assert reasons(password) == expected


@pytest.mark.django_db
def test_a_password_that_somebody_else_set_lets_in_for_seven_days(cast: Cast) -> None:
    user = cast.county.user
    PasswordRecord.objects.filter(user_id=user.pk).delete()
    assert not passwords.has_lapsed(user, at=NOON)
    assert passwords.state_of(user) == PasswordState(None, is_provisional=True)
    passwords.remember(user, at=NOON, is_provisional=True)
    week = NOON + timedelta(days=7)
    assert not passwords.has_lapsed(user, at=week - timedelta(seconds=1))
    assert passwords.has_lapsed(user, at=week)
    # One's own does not lapse; it ends after ninety days, counted from the local day.
    passwords.remember(user, at=NOON + timedelta(hours=1))
    assert not passwords.has_lapsed(user, at=week + timedelta(days=400))
    assert passwords.state_of(user) == PasswordState(date(2027, 1, 31), is_provisional=False)
    user.set_unusable_password()
    assert passwords.state_of(user) == PasswordState(None, is_provisional=False)
