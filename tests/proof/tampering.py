"""Tampering with a sealed audit log, as somebody with the owner's rights in the database could.

A chain of segments of four rows each; every mutation falls on a segment of its own, so that one
verification judges them all: each must be found in its segment, with the row it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit import canonical, sealer, verifying
from bangfu.foundation.audit.findings import Fault
from bangfu.foundation.audit.models import AuditEvent, Segment
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7

NATION = command_scope(RegionCode("000000000000"), "tests")
ROWS = 4
AT = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
EDITS = (
    "at = at - interval '1 microsecond'",
    "at = at - interval '30 days'",
    "actor_kind = 'SYSTEM'",
    "actor_id = actor_id || 'x'",
    "actor_label = '别人'",
    "action = 'tests.thing.undone'",
    "region_code = '990102000000'",
    "subject_kind = 'tests.other'",
    "subject_id = subject_id || '0'",
    "result = 'REFUSED'",
    "purpose = 'VISIT'",
    "post_id = '01890000-0000-7000-8000-000000000009'",
    "client = '198.51.100.1'",
    "detail = detail || '{\"n\": 0.5}'",
    "detail = '{}'",
)
RECORD = (
    "sealed_at = sealed_at - interval '1 second'",
    "rows = rows + 1",
    "first = first + 100000",
)
COLUMNS = (
    "at, actor_kind, actor_id, actor_label, action, region_code, subject_kind, subject_id, result,"
    " purpose, post_id, client, detail"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A segment to tamper with."""

    number: int
    ids: list[UUID]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be found: one of these faults, in this segment, at this row (None: any row)."""

    faults: frozenset[Fault]
    segment: int
    event_id: UUID | None
    kind: str


Mutation = Callable[[Any, Random, Sealed], Expected]


@contextmanager
def owner() -> Iterator[Any]:
    """A cursor with the owner's rights over all places; what it does is undone at the end."""
    with transaction.atomic(using="owner"):
        with activate(NATION, using="owner"), connections["owner"].cursor() as cursor:
            yield cursor
        transaction.set_rollback(True, using="owner")


def build(segments: int, rows: int = ROWS) -> list[Sealed]:
    """Add and seal so many segments of so many rows; what waited before is sealed apart."""
    sealer.seal_all()
    with activate(NATION):
        AuditEvent.objects.bulk_create(
            [
                AuditEvent(
                    at=AT + timedelta(seconds=number),
                    actor_kind="USER",
                    actor_id=f"user-{number % 7}",
                    actor_label=f"干部{number % 7}",
                    action="tests.thing.done",
                    region_code="990101000000",
                    subject_kind="tests.thing",
                    subject_id=str(number),
                    detail={"n": number, "说明": "原样"},
                )
                for number in range(segments * rows)
            ],
            batch_size=2000,
        )
    usual = sealer.SEGMENT_ROWS
    sealer.SEGMENT_ROWS = rows
    try:
        assert sealer.seal_all() == segments * rows
    finally:
        sealer.SEGMENT_ROWS = usual
    found = Segment.objects.order_by("number").values_list("number", "event_ids")
    return [Sealed(number, ids) for number, ids in found]


def edit(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Change one column of one row."""
    target = random.choice(one.ids)
    change = random.choice(EDITS)
    cursor.execute(f"UPDATE audit_event SET {change} WHERE id = %s", [target])
    return Expected(frozenset({Fault.CHANGED}), one.number, target, f"edit {change}")


def delete(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Delete a row, its history with it."""
    target = random.choice(one.ids)
    cursor.execute("DELETE FROM audit_event WHERE id = %s", [target])
    return Expected(frozenset({Fault.MISSING}), one.number, target, "delete")


def swap(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Let two rows exchange everything but their ids."""
    early, late = sorted(random.sample(range(ROWS), 2))
    pair = (one.ids[early], one.ids[late])
    cursor.execute(
        f"UPDATE audit_event a SET ({COLUMNS}) = (SELECT {COLUMNS} FROM audit_event b"
        " WHERE b.id = CASE a.id WHEN %s THEN %s::uuid ELSE %s::uuid END) WHERE a.id IN (%s, %s)",
        [pair[0], pair[1], pair[0], *pair],
    )
    return Expected(frozenset({Fault.CHANGED}), one.number, pair[0], "swap")


def reorder(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Let two rows exchange their places in the segment, with all that the segment says of them."""
    early, late = sorted(random.sample(range(ROWS), 2))
    row = _load(one)
    ids, leaves, tags = list(row.event_ids), _cut(row.leaves, 32), _cut(row.tags, 16)
    for values in (ids, leaves, tags):
        values[early], values[late] = values[late], values[early]
    _store(cursor, one, event_ids=ids, leaves=b"".join(leaves), tags=b"".join(tags))
    return Expected(frozenset({Fault.FORGED}), one.number, ids[early], "reorder")


def forge(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Change a row and put its new hash, and a new body, into the segment."""
    place = random.randrange(ROWS)
    cursor.execute(f"UPDATE audit_event SET {random.choice(EDITS)} WHERE id = %s", [one.ids[place]])
    row, texts = _load(one), _texts(cursor, one)
    leaves = _cut(row.leaves, 32)
    leaves[place] = canonical.sm3(texts[place])
    _store(cursor, one, leaves=b"".join(leaves), body=canonical.body_of(texts))
    return Expected(frozenset({Fault.FORGED}), one.number, one.ids[place], "forge")


def flip(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Flip one bit of a row's hash or tag."""
    place, name = random.randrange(ROWS), random.choice(("leaves", "tags"))
    size = 32 if name == "leaves" else 16
    data = bytearray(bytes(getattr(_load(one), name)))
    data[place * size + random.randrange(size)] ^= 1 << random.randrange(8)
    _store(cursor, one, **{name: bytes(data)})
    fault = Fault.CHANGED if name == "leaves" else Fault.FORGED
    return Expected(frozenset({fault}), one.number, one.ids[place], f"flip {name}")


def record(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Change what the segment says of itself."""
    if random.random() < 0.5:
        change = random.choice(RECORD)
        cursor.execute(f"UPDATE audit_segment SET {change} WHERE number = %s", [one.number])
    else:
        change = random.choice(("body", "seal", "previous", "chain"))
        _store(cursor, one, **{change: random.randbytes(32)})
    return Expected(frozenset({Fault.SEGMENT}), one.number, one.ids[0], f"record {change}")


def insert(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Put a row in between, as old as its neighbours, and take it out of the queue."""
    new = uuid7()
    cursor.execute(
        f"INSERT INTO audit_event (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM audit_event"
        " WHERE id = %s",
        [new, random.choice(one.ids)],
    )
    cursor.execute("DELETE FROM audit_pending WHERE event_id = %s", [new])
    return Expected(frozenset({Fault.UNSEALED}), 0, new, "insert")


def replace(cursor: Any, random: Random, one: Sealed) -> Expected:
    """Put another row in the place of one, in the segment's list and in the log."""
    place, new = random.randrange(ROWS), uuid7()
    cursor.execute("UPDATE audit_event SET id = %s WHERE id = %s", [new, one.ids[place]])
    _store(cursor, one, event_ids=[*one.ids[:place], new, *one.ids[place + 1 :]])
    return Expected(frozenset({Fault.CHANGED}), one.number, new, "replace")


MUTATIONS: tuple[Mutation, ...] = (
    edit, edit, edit, delete, delete, swap, reorder, forge, flip, record, insert, replace,
)  # fmt: skip


def missed(cursor: Any, segments: list[Sealed], random: Random) -> list[str]:
    """Tamper with every segment in one of the ways, verify once; return what was not found."""
    expected = [random.choice(MUTATIONS)(cursor, random, one) for one in segments]
    report = verifying.verify(against="", using="owner", most=2 * len(segments))
    found = {(one.segment, one.fault, one.event_id) for one in report.findings}
    return [
        f"{one.kind} in segment {one.segment}: {one.event_id}"
        for one in expected
        if not any((one.segment, fault, one.event_id) in found for fault in one.faults)
    ]


def _load(one: Sealed) -> Segment:
    return Segment.objects.using("owner").get(number=one.number)


def _store(cursor: Any, one: Sealed, **changes: Any) -> None:
    names = ", ".join(f"{name} = %s" for name in changes)
    cursor.execute(
        f"UPDATE audit_segment SET {names} WHERE number = %s", [*changes.values(), one.number]
    )


def _texts(cursor: Any, one: Sealed) -> list[bytes]:
    cursor.execute(
        f"SELECT convert_to({canonical.ROW_TEXT}, 'UTF8') FROM audit_event e"
        " JOIN unnest(%s::uuid[]) WITH ORDINALITY AS u(id, place) ON u.id = e.id ORDER BY u.place",
        [one.ids],
    )
    return [bytes(text) for (text,) in cursor.fetchall()]


def _cut(data: Any, size: int) -> list[bytes]:
    whole = bytes(data)
    return [whole[start : start + size] for start in range(0, len(whole), size)]
