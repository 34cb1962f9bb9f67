"""Verification of the audit chain, finding by finding: which row, at which place, how many.

Chains here are of segments of four rows; a thousand ways to tamper are in test_audit_tampering.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import checkpoints, sealer, verifying
from bangfu.foundation.audit.findings import Fault, Finding
from bangfu.kernel.errors import Refused
from tests.proof import tampering
from tests.proof.tampering import NATION, Sealed, owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
DAY_MS = 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own: key, head and checkpoints of no other test."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield tmp_path


def found(**more: Any) -> list[Finding]:
    return verifying.verify(**{"against": "", "using": "owner", **more}).findings


def edit(cursor: Any, *ids: UUID) -> None:
    cursor.execute("UPDATE audit_event SET subject_id = 'x' WHERE id = ANY(%s)", [list(ids)])


def insert(cursor: Any, like: UUID, milliseconds: int) -> UUID:
    """Put a row in whose id says that it was written then."""
    made = UUID(f"{milliseconds:012x}{like.hex[12:]}")
    cursor.execute(
        f"INSERT INTO audit_event (id, {tampering.COLUMNS}) SELECT %s::uuid, {tampering.COLUMNS} "
        "FROM audit_event WHERE id = %s",
        [made, like],
    )
    return made


def test_what_was_looked_at_is_counted(home: Path) -> None:
    segments = tampering.build(3)
    checkpoints.send(at=timezone.now())
    with owner() as cursor:
        insert(cursor, segments[0].ids[0], 1)
        began = time.monotonic()
        report = verifying.verify(using="owner")
        # The sending of the checkpoint is written down too, and waits.
        assert (report.segments, report.rows, report.waiting) == (3, 12, 2)
        assert (report.checkpoints, report.is_off_box, report.findings) == (1, False, [])
        assert 0 < report.seconds < time.monotonic() - began


def test_only_the_set_witness_may_stand_off_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying.witness, "is_off_box", lambda: True)
    assert verifying.verify().is_off_box
    assert not verifying.verify(against="").is_off_box


def test_a_witness_at_an_address_that_nobody_may_read_by_is_refused() -> None:
    with (
        override_settings(BANGFU_AUDIT_WITNESS="http://witness.example/log"),
        pytest.raises(Refused, match="E-AUDIT-WITNESS-ADDRESS"),
    ):
        verifying.verify()


def test_of_a_chain_that_is_gone_with_all_its_rows_the_witness_still_knows() -> None:
    tampering.build(1)
    checkpoints.send(at=timezone.now())
    checkpoints.head_path().unlink(missing_ok=True)
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_segment")
        cursor.execute("DELETE FROM audit_pending")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_event")
        report = verifying.verify(using="owner")
        assert (report.checkpoints, report.segments) == (1, 0)
        assert report.findings == [Finding(Fault.CUT, 1)]


def test_what_is_wrong_with_a_segment_comes_before_what_is_wrong_with_its_rows() -> None:
    (segment,) = tampering.build(1)
    checkpoints.send(at=timezone.now())
    with owner() as cursor:
        cursor.execute("UPDATE audit_segment SET chain = '\\x00'")
        assert verifying.verify(using="owner").findings == [
            Finding(Fault.REWRITTEN, 1),
            Finding(Fault.SEGMENT, 1, 1, segment.ids[0]),
        ]


@pytest.mark.parametrize("place", [0, 1, 3])
def test_the_first_bad_row_of_each_segment_is_named_with_its_place(place: int) -> None:
    segments = tampering.build(3)
    with owner() as cursor:
        edit(cursor, *segments[1].ids[place:], segments[2].ids[3])
        assert found() == [
            Finding(Fault.CHANGED, 2, 5 + place, segments[1].ids[place]),
            Finding(Fault.CHANGED, 3, 12, segments[2].ids[3]),
        ]
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [segments[1].ids[place]])
        assert found()[0] == Finding(Fault.MISSING, 2, 5 + place, segments[1].ids[place])


@pytest.mark.parametrize("place", [0, 2, 3])
def test_a_tag_that_the_key_did_not_make_is_forged_at_its_row(place: int) -> None:
    segments = tampering.build(2)
    with owner() as cursor:
        cursor.execute(
            "UPDATE audit_segment SET tags = overlay(tags placing %s from %s) WHERE number = 2",
            [b"\x00" * 16, place * 16 + 1],
        )
        assert found() == [Finding(Fault.FORGED, 2, 5 + place, segments[1].ids[place])]


@pytest.mark.parametrize(
    "change",
    [
        "rows = rows + 1",
        "tags = tags || '\\x00'",
        "seal = '\\x00'",
        "body = '\\x00'",
        "sealed_at = sealed_at + interval '1 microsecond'",
    ],
)
def test_a_record_that_says_otherwise_of_sound_rows_is_the_segments_fault(change: str) -> None:
    segments = tampering.build(3)
    with owner() as cursor:
        cursor.execute(f"UPDATE audit_segment SET {change} WHERE number = 2")
        assert found() == [Finding(Fault.SEGMENT, 2, 5, segments[1].ids[0])]


def test_after_a_gap_every_segment_is_out_of_place() -> None:
    segments = tampering.build(5)
    with owner() as cursor:
        cursor.execute("DELETE FROM audit_segment WHERE number = 3")
        cursor.execute("DELETE FROM audit_event WHERE id = ANY(%s)", [segments[2].ids])
        # By the rows that are there the fourth segment begins at the 9th row; it says the 13th.
        assert found() == [
            Finding(Fault.GAP, 3, 9),
            Finding(Fault.SEGMENT, 4, 13, segments[3].ids[0]),
            Finding(Fault.SEGMENT, 5, 17, segments[4].ids[0]),
        ]


def test_a_segment_before_the_first_is_a_gap() -> None:
    segments = tampering.build(1)
    with owner() as cursor:
        cursor.execute("ALTER TABLE audit_segment DROP CONSTRAINT audit_segment_counts_from_one")
        cursor.execute("UPDATE audit_segment SET number = 0")
        # The tags of its rows are made for the first segment.
        assert found() == [
            Finding(Fault.GAP, 1, 1),
            Finding(Fault.FORGED, 0, 1, segments[0].ids[0]),
        ]


def test_a_segment_without_rows_is_no_older_than_the_one_before() -> None:
    segments = tampering.build(2)
    with owner() as cursor:
        cursor.execute("UPDATE audit_segment SET event_ids = '{}' WHERE number = 2")
        assert found() == [
            Finding(Fault.SEGMENT, 2, 5),
            *(Finding(Fault.UNSEALED, 0, None, one) for one in sorted(segments[1].ids)),
        ]


def test_a_row_that_is_put_into_a_segment_moves_all_that_follow() -> None:
    segments = tampering.build(2)
    with owner() as cursor:
        more = insert(cursor, segments[0].ids[0], 1)
        cursor.execute("DELETE FROM audit_pending")
        cursor.execute(
            "UPDATE audit_segment SET event_ids = event_ids || %s::uuid WHERE number = 1", [more]
        )
        assert found() == [
            Finding(Fault.CHANGED, 1, 5, more),
            # By the rows that are there it begins at the 6th row; it says the 5th.
            Finding(Fault.SEGMENT, 2, 5, segments[1].ids[0]),
        ]


def test_a_segment_of_hundreds_of_rows_agrees_too() -> None:
    (segment,) = tampering.build(1, rows=300)
    with owner() as cursor:
        report = verifying.verify(against="", using="owner")
        assert (report.segments, report.rows, report.findings) == (1, 300, [])
        edit(cursor, segment.ids[299])
        assert found() == [Finding(Fault.CHANGED, 1, 300, segment.ids[299])]


@pytest.mark.parametrize(("waiting", "strange"), [(2, 2), (2, 10), (1, 3)])
def test_strangers_are_found_however_many_rows_wait(waiting: int, strange: int) -> None:
    segments = tampering.build(1)
    with owner() as cursor:
        added = [insert(cursor, segments[0].ids[0], number) for number in range(waiting + strange)]
        cursor.execute("DELETE FROM audit_pending WHERE event_id = ANY(%s)", [added[:strange]])
        assert found() == [Finding(Fault.UNSEALED, 0, None, one) for one in added[:strange]]


def test_a_verification_that_breaks_off_leaves_nobody_at_work_on_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tampering.build(8)
    monkeypatch.setattr(verifying, "BATCH_SEGMENTS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(verifying._Sealed, "agrees", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            verifying.verify(against="")
    assert verifying.verify(against="").segments == 8


def test_no_more_are_looked_at_closely_than_asked() -> None:
    segments = tampering.build(52)
    with owner() as cursor:
        edit(cursor, *(one.ids[0] for one in segments))
        for most in (1, 3):
            named = [(one.fault, one.segment) for one in found(most=most)]
            assert named == [(Fault.CHANGED, number + 1) for number in range(most)]
        assert len(found()) == 50


def test_what_belongs_to_no_segment_comes_after_the_last_however_many_there_are() -> None:
    segments = tampering.build(64)
    with owner() as cursor:
        strange = insert(cursor, segments[0].ids[0], 1)
        cursor.execute("DELETE FROM audit_pending")
        edit(cursor, segments[63].ids[0])
        assert found() == [
            Finding(Fault.CHANGED, 64, 253, segments[63].ids[0]),
            Finding(Fault.UNSEALED, 0, None, strange),
        ]


def test_rows_that_nobody_sealed_come_last_and_no_more_than_asked() -> None:
    segments = tampering.build(2)
    with owner() as cursor:
        strangers = [insert(cursor, segments[0].ids[0], number) for number in (1, 2, 3)]
        assert found() == []
        cursor.execute("DELETE FROM audit_pending")
        unsealed = [Finding(Fault.UNSEALED, 0, None, one) for one in strangers]
        assert found() == unsealed
        assert found(most=2) == unsealed[:2]
        edit(cursor, segments[1].ids[1])
        assert found() == [Finding(Fault.CHANGED, 2, 6, segments[1].ids[1]), *unsealed]


def test_a_row_that_waits_for_its_seal_and_is_gone_hides_no_stranger() -> None:
    """One that waits has no row, one that has a row does not wait: the counts agree."""
    segments = tampering.build(1)
    with owner() as cursor:
        gone, strange = (insert(cursor, segments[0].ids[0], number) for number in (1, 2))
        cursor.execute("DELETE FROM audit_pending WHERE event_id = %s", [strange])
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [gone])
        cursor.execute("SELECT count(*) FROM audit_pending")
        assert cursor.fetchone() == (1,)
        assert found() == [Finding(Fault.UNSEALED, 0, None, strange)]


@pytest.mark.parametrize(
    ("before", "is_late"), [(DAY_MS - 1, False), (DAY_MS, False), (DAY_MS + 1, True)]
)
def test_a_transaction_may_last_a_day_and_no_longer(before: int, is_late: bool) -> None:
    segments = tampering.build(2)
    youngest = max(int(one.ids[0].hex[:12], 16) for one in segments)
    with owner() as cursor:
        late = insert(cursor, segments[0].ids[0], youngest - before)
        assert sealer.seal_pending(using="owner") == 1
        assert found() == ([Finding(Fault.BACKDATED, 3, 9, late)] if is_late else [])


def test_a_clock_that_ran_ahead_counts_as_the_day_on_which_it_was_sealed() -> None:
    segments = tampering.build(1)
    with owner() as cursor:
        ahead = int(segments[0].ids[0].hex[:12], 16) + 30 * DAY_MS
        insert(cursor, segments[0].ids[0], ahead)
        assert sealer.seal_pending(using="owner") == 1
        cursor.execute(
            "SELECT floor(extract(epoch FROM sealed_at) * 1000) FROM audit_segment WHERE number = 2"
        )
        (sealed_at,) = cursor.fetchone()
        for before, is_late in ((DAY_MS - 1_000, False), (DAY_MS + 1_000, True)):
            insert(cursor, segments[0].ids[0], int(sealed_at) - before)
            assert sealer.seal_pending(using="owner") == 1
            assert [one.fault for one in found()] == [Fault.BACKDATED] * is_late


def test_a_log_without_a_row_needs_no_key(home: Path) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_segment")
        assert cursor.fetchone() == (0,)
    report = verifying.verify(against="")
    assert (report.is_sound, report.segments) == (True, 0)
    assert not (home / "keys").exists()


def test_a_witness_that_is_named_must_be_there_and_know_the_chain(home: Path) -> None:
    with pytest.raises(Refused, match="E-AUDIT-WITNESS"):
        verifying.verify(against=str(home / "nowhere.jsonl"))
    empty = home / "empty.jsonl"
    empty.write_text("")
    assert verifying.verify(against=str(empty)).is_sound
    tampering.build(1)
    report = verifying.verify(against=str(empty))
    assert report.findings == [Finding(Fault.GONE, 0)]
    assert (report.checkpoints, report.is_off_box) == (0, False)
    assert verifying.verify(against="").is_sound


def test_what_is_written_meanwhile_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that comes after the segments were read is not there for the counts either."""
    segments = tampering.build(2)
    compare, strangers = verifying.compare, []

    def meanwhile(*args: Any) -> None:
        with activate(NATION, using="owner"), connections["owner"].cursor() as cursor:
            strangers.append(insert(cursor, segments[0].ids[0], 1))
            cursor.execute("DELETE FROM audit_pending")
        compare(*args)

    with monkeypatch.context() as patch:
        patch.setattr(verifying, "compare", meanwhile)
        assert verifying.verify(against="").is_sound
    assert verifying.verify(against="").findings == [
        Finding(Fault.UNSEALED, 0, None, one) for one in strangers
    ]


def test_an_error_of_the_database_ends_the_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    tampering.build(1)
    monkeypatch.setattr(verifying, "_SEGMENTS", "SELECT 1 / 0")
    with pytest.raises(psycopg.Error, match="division by zero"):
        verifying.verify(against="")


def test_more_segments_than_one_batch_are_read_in_order() -> None:
    segments: list[Sealed] = tampering.build(verifying.BATCH_SEGMENTS + 1)
    with owner() as cursor:
        edit(cursor, segments[-1].ids[3])
        last = len(segments)
        assert found() == [Finding(Fault.CHANGED, last, last * 4, segments[-1].ids[3])]
        report = verifying.verify(against="", using="owner")
        assert (report.segments, report.rows) == (41, 164)
