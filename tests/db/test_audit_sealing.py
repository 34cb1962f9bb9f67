"""The sealer: in the order of commits, one at a time, within a second, writers never waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import chain, checkpoints, sealer, services, verifying, witness
from bangfu.foundation.audit.models import Checkpoint, PendingEvent, Segment
from bangfu.kernel.errors import Refused
from tests.cast import AT
from tests.proof.tampering import NATION
from tests.redirect_kit import sends_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own: key, head and checkpoints of no other test."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield tmp_path


def add(subject: str) -> None:
    """Add a row in a transaction of its own."""
    with activate(NATION):
        services.record(
            NATION,
            "tests.thing.done",
            at=AT,
            subject_kind="tests.thing",
            subject_id=subject,
            region_code="990101000000",
        )


def test_a_row_that_commits_late_is_sealed_late_and_not_passed_over() -> None:
    began, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            add("slow")
            began.set()
            assert go.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(20)
    add("quick")
    assert sealer.seal_all() == 1
    go.set()
    thread.join()
    assert sealer.seal_all() == 1
    assert [one.rows for one in Segment.objects.order_by("number")] == [1, 1]
    assert verifying.verify(against="").is_sound


def test_of_two_sealers_one_works_and_a_writer_waits_for_neither() -> None:
    add("one")
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(sealer._TRY_LOCK, [sealer._LOCK])
            assert cursor.fetchone() == (True,)
            held.set()
            assert go.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(20)
    assert sealer.seal_pending() == 0
    add("two")  # would never return if writers queued behind the sealer
    go.set()
    thread.join()
    assert sealer.seal_all() == 2


def test_a_running_sealer_seals_within_a_second_and_notes_the_newest_hash() -> None:
    stop = sealer.start()
    try:
        for number in range(3):
            add(str(number))
            written = timezone.now()
            deadline = time.monotonic() + 20
            while PendingEvent.objects.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            newest = Segment.objects.order_by("-number")[0]
            # Rests 0.4 s between two looks; the rest is the machine's.
            assert (newest.sealed_at - written).total_seconds() < sealer.EVERY_SECONDS + 0.6
    finally:
        stop.set()
        time.sleep(sealer.EVERY_SECONDS + 0.2)
    assert checkpoints.read_head() == (newest.number, bytes(newest.chain).hex())


def test_checkpoints_go_when_the_chain_has_grown_and_not_before_their_time() -> None:
    checkpoints.send_if_due()
    assert not Checkpoint.objects.exists()
    add("one")
    sealer.seal_all()
    checkpoints.send_if_due()
    add("two")
    sealer.seal_all()
    checkpoints.send_if_due()
    assert [line.number for line in witness.lines(witness.place())] == [1]
    with override_settings(BANGFU_AUDIT_CHECKPOINT_SECONDS=0):
        checkpoints.send_if_due()
        checkpoints.send_if_due()
    assert [line.number for line in witness.lines(witness.place())] == [1, 2]


def test_a_witness_that_does_not_answer_is_noted_and_stops_nothing() -> None:
    add("one")
    sealer.seal_all()
    with override_settings(BANGFU_AUDIT_WITNESS="http://127.0.0.1:9/"):
        checkpoints.send_if_due()
        # The chain is judged all the same, and the witness's silence is no soundness.
        assert [(one.fault, one.segment) for one in verifying.verify().findings] == [("GONE", 0)]
    assert [one.error for one in Checkpoint.objects.all()] == ["E-AUDIT-WITNESS"]
    assert verifying.verify(against="").is_sound


class _Witness(BaseHTTPRequestHandler):
    lines: list[bytes] = []

    def do_POST(self) -> None:
        self.lines.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(b"".join(self.lines))

    def _answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_address_serves_as_witness_and_finds_a_rollback() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with override_settings(BANGFU_AUDIT_WITNESS=f"http://127.0.0.1:{server.server_port}/"):
            add("one")
            assert chain.send_checkpoint() is not None
            with transaction.atomic():
                add("two")
                sealer.seal_all()
                checkpoints.send(at=timezone.now())
                transaction.set_rollback(True)
            first = verifying.verify().first
            assert first is not None
            assert (first.fault, first.segment) == ("CUT", 2)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.evidence("ASVS-15.3.2")
def test_a_witness_that_sends_us_on_to_another_address_is_not_followed() -> None:
    _Witness.lines.clear()
    server = HTTPServer(("127.0.0.1", 0), _Witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with (
            sends_on(f"http://127.0.0.1:{server.server_port}") as (address, asked),
            override_settings(BANGFU_AUDIT_WITNESS=f"{address}/"),
        ):
            add("one")
            sealer.seal_all()
            checkpoints.send_if_due()
            with pytest.raises(Refused, match="E-AUDIT-WITNESS"):
                witness.lines(witness.place())
            assert asked == ["POST /", "GET /"]
    finally:
        server.shutdown()
        server.server_close()
    assert _Witness.lines == []
    assert [one.error for one in Checkpoint.objects.all()] == ["E-AUDIT-WITNESS"]


def test_a_verification_is_written_down_and_due_again_after_a_day() -> None:
    add("one")
    sealer.seal_all()
    chain.verify_if_due()
    chain.verify_if_due()
    with activate(NATION):
        done = services.AuditEvent.objects.filter(action="audit.chain.verified")
        assert [one.detail["sound"] for one in done] == [True]
