"""The sealer (封存): chains committed audit rows into segments, within a second of their commit.

Writers never wait for it: they add a row, and a trigger notes the row's id. One sealer at a time,
by an advisory lock of the database, takes the ids that are committed and adds segments. It runs
in the worker and in every web process; whoever holds the lock works.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit import canonical, checkpoints
from bangfu.foundation.audit.keys import SealKey, get_key
from bangfu.foundation.audit.models import PendingEvent, Segment
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.errors import BangfuError

SEGMENT_ROWS = 1000
PASS_ROWS = 5000
EVERY_SECONDS = 0.4
# Any number will do; it must be the same in every process.
_LOCK = 0x62616E6766755F61
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
# Rows that were deleted before their seal leave an empty text, which `verify` then misses.
_TAKE = f"""
WITH taken AS (
  DELETE FROM audit_pending
   WHERE event_id = ANY(ARRAY(SELECT event_id FROM audit_pending ORDER BY event_id LIMIT %s))
  RETURNING event_id)
SELECT taken.event_id, convert_to(
         CASE WHEN e.id IS NULL THEN '' ELSE {canonical.ROW_TEXT} END, 'UTF8')
  FROM taken LEFT JOIN audit_event e ON e.id = taken.event_id
 ORDER BY taken.event_id
"""  # noqa: S608
_log = logging.getLogger(__name__)


def seal_pending(*, at: Callable[[], datetime] = timezone.now, using: str = "default") -> int:
    """Seal what is committed and unsealed, at most 5,000 rows, and return how many there were.

    0 also when another sealer is at work. Raises Refused E-AUDIT-KEY when the key of a chain that
    has begun is gone.
    """
    if not PendingEvent.objects.using(using).exists():
        return 0
    with (
        activate(system_scope(NATION, "sealer"), using=using),
        connections[using].cursor() as cursor,
    ):
        cursor.execute(_TRY_LOCK, [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = Segment.objects.using(using).order_by("-number").first()
        key = get_key(create=last is None)
        cursor.execute(canonical.PLAN)
        cursor.execute(_TAKE, [PASS_ROWS])
        taken = [(one, bytes(text)) for one, text in cursor.fetchall()]
        made = []
        for start in range(0, len(taken), SEGMENT_ROWS):
            last = _segment(last, taken[start : start + SEGMENT_ROWS], at(), key)
            made.append(last)
        Segment.objects.using(using).bulk_create(made)
        cursor.execute(canonical.USUAL_PLAN)
    return len(taken)


def seal_all(*, using: str = "default") -> int:
    """Seal until nothing waits and return how many rows were sealed; for commands."""
    total = 0
    while done := seal_pending(using=using):
        total += done
    return total


def _segment(
    last: Segment | None, taken: list[tuple[UUID, bytes]], at: datetime, key: SealKey
) -> Segment:
    number = last.number + 1 if last else 1
    first = last.first + last.rows if last else 1
    previous = bytes(last.chain) if last else canonical.START
    ids = [one for one, _ in taken]
    leaves = [canonical.sm3(text) for _, text in taken]
    tags = key.tags(number, [one.bytes for one in ids], leaves)
    body = canonical.body_of([text for _, text in taken])
    chain = canonical.chain_of(
        number=number,
        first=first,
        rows=len(taken),
        sealed_at=at,
        previous=previous,
        body=body,
        leaves=b"".join(leaves),
    )
    return Segment(
        number=number,
        first=first,
        rows=len(taken),
        sealed_at=at,
        event_ids=ids,
        body=body,
        leaves=b"".join(leaves),
        tags=tags,
        previous=previous,
        chain=chain,
        seal=key.seal(chain, tags),
    )


Step = tuple[str, Callable[[], Any], float]


def start(*more: Step) -> threading.Event:
    """Seal and send checkpoints in this process from now on; set the event returned to stop.

    Threads of their own, so that a slow witness does not hold up the seals. `more` are further
    steps: name, what to call, seconds between two calls.
    """
    stop = threading.Event()
    steps: tuple[Step, ...] = (
        ("seal", _seal_and_note, EVERY_SECONDS),
        ("checkpoint", checkpoints.send_if_due, 5.0),
        *more,
    )
    for name, step, seconds in steps:
        thread = threading.Thread(
            target=_repeat, args=(stop, step, seconds), name=f"audit-{name}", daemon=True
        )
        thread.start()
    return stop


def _seal_and_note() -> None:
    if seal_all():
        checkpoints.note_head()


def _repeat(stop: threading.Event, step: Callable[[], Any], seconds: float) -> None:
    """Call `step` until told to stop; an error is said once a minute and does not end it."""
    quiet = 0.0
    while not stop.wait(seconds):
        quiet = max(0.0, quiet - seconds)
        try:
            step()
        except (BangfuError, DatabaseError, OSError) as error:
            if not quiet:
                _log.error("%s: %s", threading.current_thread().name, _named(error))
                quiet = 60.0
        finally:
            # Its connection goes back to the pool: between two steps the thread holds nothing.
            _release()


def _named(error: Exception) -> str:
    return error.code if isinstance(error, BangfuError) else type(error).__name__


def _release() -> None:
    try:
        connections.close_all()
    except OperationalError as error:
        _log.warning("the sealer's connection: %s", type(error).__name__)
