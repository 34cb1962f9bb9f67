"""Where a session stands: what it has proved, and what holds its user up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.http import HttpRequest

from bangfu.foundation.accounts import second_factor, sessions
from bangfu.foundation.accounts.second_factor import HeldPost

PasswordAge = Literal["VALID", "ENDING", "CHANGE"]
PASSWORD_HOLD = "E-API-PASSWORD-CHANGE"  # noqa: S105 (the code of a refusal)


@dataclass(frozen=True, slots=True)
class SignInState:
    """`hold` is the code of the refusal that every route with a permission answers with, or ""."""

    second_factor: second_factor.State
    password: PasswordAge
    password_due_on: date | None
    hold: str


def state_of(request: HttpRequest, posts: Sequence[HeldPost], on: date) -> SignInState:
    """Return where the session of a signed-in user stands; `posts` are those held on the day."""
    factor = second_factor.state_of(request, posts)
    known = sessions.password_state(request)
    age: PasswordAge = "VALID"
    if known.must_change(on):
        age = "CHANGE"
    elif known.is_ending(on):
        age = "ENDING"
    hold = ""
    if factor in ("REQUIRED", "ENROL"):
        hold = second_factor.HOLD
    elif age == "CHANGE":
        hold = PASSWORD_HOLD
    return SignInState(factor, age, known.due_on, hold)
