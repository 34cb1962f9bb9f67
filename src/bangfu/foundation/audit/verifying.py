"""Verification (验证) of the audit chain: every row read again, the first bad one named.

PostgreSQL writes the rows' texts, one string a segment; SM3 over them is compared with what was
sealed. Only a segment that does not agree is looked at row by row. All in one snapshot, so that
rows which are written meanwhile change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from queue import Empty, Queue
from threading import Thread
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit import canonical, checkpoints, standing, witness
from bangfu.foundation.audit.findings import Fault, Finding, Report
from bangfu.foundation.audit.keys import TAG_BYTES, SealKey, get_key
from bangfu.foundation.audit.services import NATION
from bangfu.foundation.audit.witnessed import compare
from bangfu.kernel.errors import Refused
from bangfu.kernel.uuid7 import milliseconds_of

# A transaction may take this long from its audit row to its commit. A row that is sealed later
# than rows this much younger was put in afterwards.
LATEST_COMMIT_MS = 24 * 3600 * 1000
MOST_FINDINGS = 50
BATCH_SEGMENTS = 40

_SEGMENTS = f"""
SELECT s.number, s.first, s.rows, s.sealed_at, s.body, s.leaves, s.previous, s.chain, s.seal,
       s.event_ids[1], cardinality(s.event_ids), s.tags, texts.found, texts.body
  FROM audit_segment s
  LEFT JOIN LATERAL (
    SELECT count(e.id) AS found,
           convert_to(string_agg({canonical.ROW_TEXT} || chr(10), '' ORDER BY u.place), 'UTF8')
             AS body
      FROM unnest(s.event_ids) WITH ORDINALITY AS u(id, place)
      JOIN audit_event e ON e.id = u.id) AS texts ON true
 ORDER BY s.number
"""  # noqa: S608
_ROWS = f"""
SELECT u.id, convert_to({canonical.ROW_TEXT}, 'UTF8'), e.id IS NOT NULL
  FROM audit_segment s
 CROSS JOIN unnest(s.event_ids) WITH ORDINALITY AS u(id, place)
  LEFT JOIN audit_event e ON e.id = u.id
 WHERE s.number = %s
 ORDER BY u.place
"""  # noqa: S608
_STORED = "SELECT leaves, tags FROM audit_segment WHERE number = %s"
_COUNTS = """
SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM audit_pending),
       (SELECT count(*) FROM audit_pending p JOIN audit_event e ON e.id = p.event_id)
"""
_UNSEALED = """
SELECT e.id FROM audit_event e
 WHERE NOT EXISTS (SELECT FROM audit_pending p WHERE p.event_id = e.id)
   AND e.id NOT IN (SELECT unnest(event_ids) FROM audit_segment)
 ORDER BY e.id LIMIT %s
"""


def verify(
    *, against: str | None = None, using: str = "default", most: int = MOST_FINDINGS
) -> Report:
    """Read the whole chain again and compare it with its seals and with the witness.

    `against` names a witness (file or address) other than the setting's; "" compares with none.
    At most `most` bad segments are looked at closely. A set witness that does not answer, or has
    less than it took, is a finding; one that `against` names and that is not there is an error.
    Raises Refused E-AUDIT-KEY without the key, E-AUDIT-WITNESS and E-AUDIT-WITNESS-ADDRESS.
    """
    started = time.monotonic()
    lines, fault = _witness(against, using)
    head = checkpoints.read_head() if against is None else None
    report = Report(checkpoints=len(lines), is_off_box=against is None and witness.is_off_box())
    with _snapshot(using):
        if report.checkpoints or head or _has_segments(using):
            key = get_key()
            chains = _walk(report, key, using, most)
            compare(report, lines, head, chains, key)
        _strangers(report, using, most)
        if against and not lines and report.segments:
            fault = Finding(Fault.GONE, 0)
    if fault is not None:
        report.findings.append(fault)
    report.findings.sort(key=lambda one: (one.segment or 1 << 62, one.position or 0))
    report.seconds = time.monotonic() - started
    return report


def _witness(against: str | None, using: str) -> tuple[list[witness.Line], Finding | None]:
    """Return the checkpoints to compare with, and what is wrong with the witness that was set."""
    if against is not None:
        return (witness.lines(against, must_exist=True) if against else []), None
    stands = standing.get_standing(using=using)
    try:
        lines = witness.lines(witness.place())
    except Refused as error:
        if error.code != "E-AUDIT-WITNESS":
            raise
        return [], standing.find_fault(stands, None)
    return lines, standing.find_fault(stands, lines)


@contextmanager
def _snapshot(using: str) -> Iterator[None]:
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with activate(system_scope(NATION, "audit"), using=using):
            yield


def _walk(report: Report, key: SealKey, using: str, most: int) -> dict[int, str]:
    """Check all segments in order; return the chain hash that each one states, in hex."""
    _plan(canonical.PLAN, using)
    chains: dict[int, str] = {}
    suspects: list[int] = []
    number, first, previous, youngest = 0, 1, canonical.START, 0
    # Closed before an error goes on: its thread is at work on the connection.
    with closing(_read_ahead(using)) as sealed:
        for row in sealed:
            number += 1
            if row.number != number:
                report.findings.append(Finding(Fault.GAP, number, first))
                number = row.number
            if not row.agrees(first, previous, key):
                suspects.append(row.number)
            moment = milliseconds_of(row.first_id) if row.first_id else 0
            if moment and moment < youngest - LATEST_COMMIT_MS:
                report.findings.append(Finding(Fault.BACKDATED, number, row.first, row.first_id))
            youngest = max(youngest, min(moment, int(row.sealed_at.timestamp() * 1000)))
            # What a segment says of itself is not believed: its rows are counted here.
            first, previous = first + row.ids, row.chain
            report.segments += 1
            report.rows += row.rows
            chains[number] = row.chain.hex()
    _plan(canonical.USUAL_PLAN, using)
    for suspect in suspects[:most]:
        report.findings.append(_look_closer(suspect, key, using))
    return chains


class _Sealed:
    """A segment as the database has it, with its rows' texts."""

    __slots__ = (
        "body",
        "chain",
        "first",
        "first_id",
        "found",
        "ids",
        "leaves",
        "number",
        "previous",
        "rows",
        "seal",
        "sealed_at",
        "tags",
        "texts",
    )

    def __init__(self, values: tuple[Any, ...]) -> None:
        (self.number, self.first, self.rows, self.sealed_at, self.body) = values[:5]
        (self.leaves, self.previous, self.chain, self.seal, self.first_id) = values[5:10]
        (self.ids, self.tags, self.found, self.texts) = values[10:]

    def agrees(self, first: int, previous: bytes, key: SealKey) -> bool:
        """Return whether rows, record and seal all agree and follow on the segment before."""
        if (self.first, self.previous) != (first, previous):
            return False
        if not self.rows == self.ids == self.found or len(self.tags) != self.rows * TAG_BYTES:
            return False
        if canonical.sm3(self.texts or b"") != self.body:
            return False
        chain = canonical.chain_of(
            number=self.number,
            first=self.first,
            rows=self.rows,
            sealed_at=self.sealed_at,
            previous=self.previous,
            body=self.body,
            leaves=self.leaves,
        )
        return chain == self.chain and key.seal(chain, self.tags) == self.seal


def _read_ahead(using: str) -> Generator[_Sealed]:
    """Yield the segments in order; a thread fetches while this one hashes."""
    # Django's wrapper stays out of the thread: it belongs to the thread that made it.
    raw = connections[using].connection
    queue: Queue[list[tuple[Any, ...]] | BaseException] = Queue(maxsize=2)

    def fetch() -> None:
        try:
            with raw.cursor(name="audit_segments", binary=True) as cursor:
                cursor.execute(_SEGMENTS)
                while batch := cursor.fetchmany(BATCH_SEGMENTS):
                    queue.put(batch)
            queue.put([])
        except BaseException as error:
            queue.put(error)

    thread = Thread(target=fetch, name="audit-verify", daemon=True)
    thread.start()
    try:
        while batch := queue.get():
            if isinstance(batch, BaseException):
                raise batch
            yield from map(_Sealed, batch)
    finally:
        # Whoever stops early must not leave the thread at work on the connection.
        while thread.is_alive():
            with suppress(Empty):
                queue.get(timeout=0.05)


def _look_closer(number: int, key: SealKey, using: str) -> Finding:
    """Name the first bad row of a segment that does not agree."""
    with connections[using].cursor() as cursor:
        cursor.execute(_STORED, [number])
        leaves, tags = (bytes(one) for one in cursor.fetchone())
        cursor.execute(_ROWS, [number])
        rows = cursor.fetchall()
        cursor.execute("SELECT first FROM audit_segment WHERE number = %s", [number])
        first = cursor.fetchone()[0]
    for index, (event_id, text, is_there) in enumerate(rows):
        fault = _row_fault(number, index, event_id, text if is_there else None, leaves, tags, key)
        if fault is not None:
            return Finding(fault, number, first + index, event_id)
    return Finding(Fault.SEGMENT, number, first, rows[0][0] if rows else None)


def _row_fault(
    number: int,
    index: int,
    event_id: UUID,
    text: bytes | None,
    leaves: bytes,
    tags: bytes,
    key: SealKey,
) -> Fault | None:
    if text is None:
        return Fault.MISSING
    size = canonical.HASH_BYTES
    leaf = canonical.sm3(bytes(text))
    if leaf != leaves[index * size : (index + 1) * size]:
        return Fault.CHANGED
    tag = key.tag(number, index, event_id.bytes, leaf)
    if tag != tags[index * TAG_BYTES : (index + 1) * TAG_BYTES]:
        return Fault.FORGED
    return None


def _strangers(report: Report, using: str, most: int) -> None:
    """Find rows that are neither sealed nor waiting; looked for only when the counts disagree."""
    with connections[using].cursor() as cursor:
        cursor.execute(_COUNTS)
        events, report.waiting, waiting_here = cursor.fetchone()
        if events == report.rows + waiting_here and not report.findings:
            return
        cursor.execute(_UNSEALED, [most])
        for (event_id,) in cursor.fetchall():
            report.findings.append(Finding(Fault.UNSEALED, 0, None, event_id))


def _plan(statement: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(statement)


def _has_segments(using: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM audit_segment)")
        return bool(cursor.fetchone()[0])
