"""Saying something to people: in the caller's transaction, so that it is said if it is so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications import wording
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import messages

_BATCH = 2000


def notify(
    *,
    scope: Scope,
    at: datetime,
    users: Iterable[UUID | str],
    subject: str,
    params: Mapping[str, Any],
    link: str = "",
    region: RegionCode | None = None,
    key: str = "",
) -> int:
    """Write one message to each of `users` in the caller's transaction; return to how many.

    `subject` and the kinds of its `params` stand in `standards/messages.yaml`; `link` is an
    address within the console; `region` is the place it is about (within the scope, which it is
    by default). With a `key` (the fact's own name, such as `overdue:<clock id>:2026-11-23`) each
    person is told once however often it is called. The domain's own audit row covers it. Raises
    InvalidValue E-MESSAGE-SUBJECT, E-MESSAGE-PARAM, E-MESSAGE-LINK, NotAllowed E-ACCESS-REGION,
    RuntimeError outside a transaction.
    """
    note = Note(tuple(users), subject, params, link, region, key)
    return notify_many(scope=scope, at=at, notes=[note])


def notify_many(*, scope: Scope, at: datetime, notes: Iterable[Note]) -> int:
    """Write many messages at once, as `notify` does; return how many were asked for."""
    if not connections["default"].in_atomic_block:
        raise RuntimeError("notify() belongs inside the transaction of what it tells")
    rows: list[Message] = []
    outgoing: list[Outbox] = []
    for note in notes:
        subject = messages.get_subject(note.subject)
        has_sms = bool(subject.sms)
        for row in _rows(scope, at, note):
            rows.append(row)
            if has_sms:
                outgoing.append(_on_its_way(row))
    if not rows:
        return 0
    # Always in one order, so that two workers who tell the same people wait for each other.
    rows.sort(key=lambda row: (row.user_id, row.key))
    outgoing.sort(key=lambda row: (row.user_id, row.key))
    with activate(scope):
        Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
        Outbox.objects.bulk_create(outgoing, ignore_conflicts=True, batch_size=_BATCH)
    return len(rows)


def _rows(scope: Scope, at: datetime, note: Note) -> Iterable[Message]:
    place = note.region or scope.region
    if not scope.region.contains(place):
        raise NotAllowed("E-ACCESS-REGION", region=str(place))
    params = wording.checked(messages.get_subject(note.subject), note.params)
    link = wording.checked_link(note.link)
    for user in dict.fromkeys(UUID(str(one)) for one in note.users):
        yield Message(
            user_id=user,
            region_code=str(place),
            subject=note.subject,
            params=params,
            link=link,
            key=note.key[:120],
            created_at=at,
        )


def _on_its_way(row: Message) -> Outbox:
    return Outbox(
        message=row,
        user_id=row.user_id,
        region_code=row.region_code,
        subject=row.subject,
        key=row.key,
        next_at=row.created_at,
        created_at=row.created_at,
    )
