"""Sessions: how long one lasts, what it knows of its password, and ending them at once (F59)."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from bangfu.foundation.accounts import passwords
from bangfu.foundation.accounts.passwords import PasswordState
from bangfu.standards import passwords as rules

BEGAN, SEEN, PASSWORD = "bangfu_began", "bangfu_seen", "bangfu_password"
# How often at most a session says that it is in use.
_SAY_EVERY = 60


def begin(request: HttpRequest, user: Any) -> None:
    """Stamp a session that has just signed in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    note_password(request, user)


def note_password(request: HttpRequest, user: Any) -> None:
    """Let the session know when its user's password must change, so that requests need not ask."""
    state = passwords.state_of(user)
    request.session[PASSWORD] = {
        "due_on": state.due_on.isoformat() if state.due_on else None,
        "is_provisional": state.is_provisional,
    }


def password_state(request: HttpRequest) -> PasswordState:
    """Return what the session knows of its user's password; unknown means: change it."""
    kept = request.session.get(PASSWORD) or {"due_on": None, "is_provisional": True}
    due = date.fromisoformat(kept["due_on"]) if kept["due_on"] else None
    return PasswordState(due, bool(kept["is_provisional"]))


def keep_alive(request: HttpRequest) -> bool:
    """End a session that was idle or has lasted too long; return whether it goes on.

    A session without stamps was not begun by signing in here and ends too.
    """
    now, today = int(time.time()), timezone.localdate()
    began, seen = (int(request.session.get(key, 0)) for key in (BEGAN, SEEN))
    is_idle = now - seen > rules.get("session.idle", today) * 60
    if is_idle or now - began > rules.get("session.longest", today) * 60:
        logout(request)
        return False
    if now - seen >= _SAY_EVERY:
        request.session[SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )
    return True


def end_others(request: HttpRequest) -> int:
    """End the user's other sessions; return how many."""
    user: Any = request.user
    return _end(UserSession.objects.filter(user_id=user.pk), request.session.session_key)


def end_all(user: Any) -> int:
    """End every session of a user, also those that the list of sessions does not know of; return
    how many. The caller audits it.

    Reads every session: it is rarely done, and none may come to life again.
    """
    ended = _end(UserSession.objects.filter(user_id=user.pk), None)
    for session in Session.objects.all().iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended


def _end(sessions: Any, kept: str | None) -> int:
    ended = [one for one in sessions if one.session_key != kept]
    for one in ended:
        one.end()
    return len(ended)
