"""A thousand ways to tamper with the audit log, all found, each with the row that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import canonical, checkpoints, sealer, verifying, witness
from bangfu.foundation.audit.findings import Fault
from bangfu.foundation.audit.keys import get_key
from bangfu.foundation.audit.models import AuditEvent, Segment
from bangfu.kernel.errors import Refused
from bangfu.kernel.uuid7 import uuid7
from tests.proof import tampering
from tests.proof.tampering import NATION, Sealed, owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own: key, head and checkpoints of no other test."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield tmp_path


def first_fault() -> tuple[Fault, int] | None:
    found = verifying.verify(using="owner").first
    return (found.fault, found.segment) if found else None


@pytest.mark.evidence("GB22239-8.1.4.3-c", "T11", "GB39786-8.4-g", "ASVS-16.4.2")
def test_a_thousand_mutations_are_all_found_and_named() -> None:
    segments = tampering.build(1000)
    assert verifying.verify().is_sound
    with owner() as cursor:
        assert tampering.missed(cursor, segments, Random(20261122)) == []
    assert verifying.verify().is_sound


def test_each_kind_alone_is_the_first_thing_found() -> None:
    segments = tampering.build(12)
    random = Random(1)
    for mutation in dict.fromkeys(tampering.MUTATIONS):
        with owner() as cursor:
            wanted = mutation(cursor, random, segments[5])
            first = verifying.verify(against="", using="owner").first
            assert first is not None, wanted
            assert first.fault in wanted.faults
            assert first.event_id == wanted.event_id


def _rehash(cursor: Any, start: int, *, key: Any = None, last: int = 1 << 30) -> None:
    """Make body, leaves, chain and links of the segments from `start` agree with the rows."""
    previous = None
    numbers = {"number__gte": start, "number__lte": last}
    for row in Segment.objects.using("owner").filter(**numbers).order_by("number"):
        one = Sealed(row.number, row.event_ids)
        texts = tampering._texts(cursor, one)
        leaves = [canonical.sm3(text) for text in texts]
        before = bytes(row.previous) if previous is None else previous
        body = canonical.body_of(texts)
        chain = canonical.chain_of(
            number=row.number,
            first=row.first,
            rows=row.rows,
            sealed_at=row.sealed_at,
            previous=before,
            body=body,
            leaves=b"".join(leaves),
        )
        changes: dict[str, Any] = {"body": body, "leaves": b"".join(leaves), "previous": before}
        if key is not None:
            changes["tags"] = key.tags(row.number, [i.bytes for i in row.event_ids], leaves)
            changes["seal"] = key.seal(chain, changes["tags"])
        tampering._store(cursor, one, chain=chain, **changes)
        previous = chain


def test_whoever_rehashes_everything_without_the_key_is_found_at_the_row() -> None:
    segments = tampering.build(8)
    with owner() as cursor:
        target = segments[3].ids[2]
        cursor.execute("UPDATE audit_event SET actor_label = '别人' WHERE id = %s", [target])
        _rehash(cursor, segments[3].number)
        first = verifying.verify(against="", using="owner").first
        assert first is not None
        assert (first.fault, first.segment, first.event_id) == (Fault.FORGED, 4, target)
        assert first.position == 3 * 4 + 3


def test_whoever_has_the_key_breaks_the_link_to_what_is_not_rewritten() -> None:
    segments = tampering.build(6)
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [segments[2].ids[1]])
        cursor.execute(
            "UPDATE audit_segment SET event_ids = array_remove(event_ids, %s), rows = 3"
            " WHERE number = 3",
            [segments[2].ids[1]],
        )
        cursor.execute("UPDATE audit_segment SET first = first - 1 WHERE number > 3")
        _rehash(cursor, 3, key=get_key(), last=3)
        # The rows of segment 4 are as they were; what it says of the one before is not.
        assert first_fault() == (Fault.SEGMENT, 4)
    with owner() as cursor:
        cursor.execute("UPDATE audit_segment SET first = first + 100 WHERE number = 4")
        _rehash(cursor, 4, key=get_key())
        assert first_fault() == (Fault.SEGMENT, 4)


def test_the_last_segments_own_hash_is_checked_though_nothing_follows_it() -> None:
    tampering.build(3)
    with owner() as cursor:
        cursor.execute(
            "UPDATE audit_segment SET chain = decode(%s, 'hex') WHERE number = 3", ["00" * 32]
        )
        assert first_fault() == (Fault.SEGMENT, 3)


def test_an_id_of_no_row_in_a_segments_list_is_found() -> None:
    tampering.build(3)
    with owner() as cursor:
        ghost = uuid7()
        cursor.execute(
            "UPDATE audit_segment SET event_ids = event_ids || %s::uuid WHERE number = 2", [ghost]
        )
        first = verifying.verify(against="", using="owner").first
        assert first is not None
        assert (first.fault, first.segment, first.event_id) == (Fault.MISSING, 2, ghost)


def test_whoever_has_the_key_too_is_found_by_the_witness() -> None:
    segments = tampering.build(8)
    checkpoints.send(at=timezone.now())
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [segments[3].ids[2]])
        cursor.execute(
            "UPDATE audit_segment SET event_ids = array_remove(event_ids, %s), rows = 3"
            " WHERE number = 4",
            [segments[3].ids[2]],
        )
        cursor.execute("UPDATE audit_segment SET first = first - 1 WHERE number > 4")
        _rehash(cursor, 4, key=get_key())
        assert verifying.verify(against="", using="owner").is_sound
        assert first_fault() == (Fault.REWRITTEN, 1)


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_a_cut_tail_is_found_by_the_witness(cut: int) -> None:
    segments = tampering.build(6)
    checkpoints.send(at=timezone.now())
    with owner() as cursor:
        for one in segments[-cut:]:
            cursor.execute("DELETE FROM audit_event WHERE id = ANY(%s)", [one.ids])
            cursor.execute("DELETE FROM audit_segment WHERE number = %s", [one.number])
        assert verifying.verify(against="", using="owner").is_sound
        assert first_fault() == (Fault.CUT, 6 - cut + 1)


def test_a_cut_of_the_last_minute_is_found_by_the_head_kept_beside_the_database() -> None:
    segments = tampering.build(3)
    checkpoints.send(at=timezone.now())
    tampering.build(1)
    checkpoints.note_head()
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE NOT id = ANY(%s)", [_ids(segments)])
        # The fourth holds the row that names the witness, the fifth the rows added then.
        cursor.execute("DELETE FROM audit_segment WHERE number IN (4, 5)")
        assert first_fault() == (Fault.CUT, 4)


def _ids(segments: list[Sealed]) -> list[Any]:
    return [event_id for one in segments for event_id in one.ids]


@pytest.mark.evidence("T11", "ASVS-16.4.3")
def test_a_rollback_of_the_whole_database_is_found_also_when_it_grew_again() -> None:
    tampering.build(2)
    checkpoints.send(at=timezone.now())
    with transaction.atomic():
        tampering.build(4)
        checkpoints.send(at=timezone.now())
        transaction.set_rollback(True)
    assert first_fault() == (Fault.CUT, 3)
    tampering.build(6)
    assert first_fault() == (Fault.REWRITTEN, 3)


def test_a_restore_that_was_acknowledged_is_told_and_no_fault() -> None:
    tampering.build(2)
    checkpoints.send(at=timezone.now())
    with pytest.raises(Refused, match="E-AUDIT-NOTHING-LOST"):
        checkpoints.acknowledge_restore(NATION, at=timezone.now(), reason="演练")
    with transaction.atomic():
        # The row that names the witness becomes segment 3, these 4 to 7.
        tampering.build(4)
        checkpoints.send(at=timezone.now())
        transaction.set_rollback(True)
    tampering.build(1)
    checkpoints.acknowledge_restore(NATION, at=timezone.now(), reason="硬盘损坏，恢复到昨晚")
    sealer.seal_all()
    report = verifying.verify()
    assert report.is_sound
    assert [(one.number, one.lost, one.reason) for one in report.restores] == [
        (2, 7, "硬盘损坏，恢复到昨晚")
    ]


def test_a_segment_taken_out_is_found_and_so_are_its_rows() -> None:
    segments = tampering.build(5)
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_segment WHERE number = 3")
        assert first_fault() == (Fault.GAP, 3)
        cursor.execute("DELETE FROM audit_event WHERE id = ANY(%s)", [segments[2].ids])
        cursor.execute("UPDATE audit_segment SET number = number - 1 WHERE number > 3")
        assert first_fault() == (Fault.FORGED, 3)


def test_two_segments_that_change_places_are_found() -> None:
    tampering.build(5)
    with owner() as cursor:
        cursor.execute("UPDATE audit_segment SET number = 99 WHERE number = 2")
        cursor.execute("UPDATE audit_segment SET number = 2 WHERE number = 4")
        cursor.execute("UPDATE audit_segment SET number = 4 WHERE number = 99")
        assert first_fault() == (Fault.FORGED, 2)


def test_an_old_row_that_is_sealed_today_is_found() -> None:
    segments = tampering.build(3)
    with owner() as cursor:
        month = 30 * 24 * 3600 * 1000
        old = int(segments[0].ids[0].hex[:12], 16) - month
        forged = f"{old:012x}{segments[0].ids[0].hex[12:]}"
        cursor.execute(
            f"INSERT INTO audit_event (id, {tampering.COLUMNS}) SELECT %s::uuid, "
            f"{tampering.COLUMNS} FROM audit_event WHERE id = %s",
            [forged, segments[0].ids[0]],
        )
        assert sealer.seal_pending(using="owner") == 1
        first = verifying.verify(against="", using="owner").first
        assert first is not None
        assert (first.fault, first.segment, first.event_id.hex) == (Fault.BACKDATED, 4, forged)


def test_a_row_from_a_clock_that_ran_ahead_makes_none_after_it_look_old() -> None:
    segments = tampering.build(1)
    with owner() as cursor:
        month = 30 * 24 * 3600 * 1000
        ahead = int(segments[0].ids[0].hex[:12], 16) + month
        early = f"{ahead:012x}{segments[0].ids[0].hex[12:]}"
        cursor.execute(
            f"INSERT INTO audit_event (id, {tampering.COLUMNS}) SELECT %s::uuid, "
            f"{tampering.COLUMNS} FROM audit_event WHERE id = %s",
            [early, segments[0].ids[0]],
        )
        assert sealer.seal_pending(using="owner") == 1
        cursor.execute(
            f"INSERT INTO audit_event (id, {tampering.COLUMNS}) SELECT %s::uuid, "
            f"{tampering.COLUMNS} FROM audit_event WHERE id = %s",
            [uuid7(), segments[0].ids[0]],
        )
        assert sealer.seal_pending(using="owner") == 1
        assert verifying.verify(against="", using="owner").is_sound


def test_a_row_put_in_for_one_taken_out_is_named_beside_it() -> None:
    segments = tampering.build(3)
    with owner() as cursor:
        random = Random(1)
        gone = tampering.delete(cursor, random, segments[1])
        strange = tampering.insert(cursor, random, segments[2])
        found = verifying.verify(against="", using="owner").findings
        assert [(one.fault, one.event_id) for one in found] == [
            (Fault.MISSING, gone.event_id),
            (Fault.UNSEALED, strange.event_id),
        ]


def test_a_checkpoint_that_was_altered_or_garbled_is_found(home: Path) -> None:
    tampering.build(2)
    checkpoints.send(at=timezone.now())
    path = home / "w.jsonl"
    line = path.read_text()
    found = json.loads(line)
    path.write_text(json.dumps({**found, "chain": "0" * 64}) + "\n")
    assert first_fault() == (Fault.CHECKPOINT, 2)
    path.write_text(line + "garbage\n")
    assert first_fault() == (Fault.CHECKPOINT, 0)
    path.write_text(line)
    assert first_fault() is None


def test_without_its_key_a_chain_is_neither_sealed_nor_proved(home: Path) -> None:
    tampering.build(1)
    (home / "keys" / "audit.json").rename(home / "elsewhere.json")
    from bangfu.foundation.audit import keys

    keys._load.cache_clear()
    with activate(NATION):
        AuditEvent.objects.create(
            at=tampering.AT, actor_kind="USER", actor_id="1", action="tests.thing.done",
            region_code="990101000000", subject_kind="tests.thing", subject_id="1",
        )  # fmt: skip
    with pytest.raises(Refused, match="E-AUDIT-KEY"):
        sealer.seal_pending()
    with pytest.raises(Refused, match="E-AUDIT-KEY"):
        verifying.verify(against="")
    (home / "elsewhere.json").rename(home / "keys" / "audit.json")
    assert sealer.seal_pending() == 1


@pytest.mark.evidence("GB22239-8.1.4.3-c", "ASVS-16.4.2", "GB22239-8.1.4.3-d")
def test_the_application_can_neither_change_nor_delete_the_log_or_its_seals() -> None:
    tampering.build(1)
    for statement in (
        "UPDATE audit_event SET purpose = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_segment SET rows = 1",
        "DELETE FROM audit_segment",
        "DELETE FROM audit_checkpoint",
        "TRUNCATE audit_event",
    ):
        with pytest.raises(Exception, match="permission denied"), activate(NATION):
            connections["default"].cursor().execute(statement)


def test_a_witness_is_never_overwritten(home: Path) -> None:
    """The second segment holds the row that names the witness."""
    tampering.build(1)
    checkpoints.send(at=timezone.now())
    tampering.build(1)
    checkpoints.send(at=timezone.now())
    assert [line.number for line in witness.lines(str(home / "w.jsonl"))] == [1, 3]
