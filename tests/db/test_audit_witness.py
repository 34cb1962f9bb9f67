"""A witness that is away, empty, short or another one is found, and never made up for."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from bangfu.cli.audit import command
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import chain, checkpoints, sealer, selectors, verifying, witness
from bangfu.foundation.audit.models import AuditEvent, Checkpoint
from bangfu.kernel.errors import Refused
from bangfu.server.config import Config
from tests.proof import tampering
from tests.proof.tampering import NATION

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def share(tmp_path: Path) -> Iterator[Path]:
    """The audit office's share, mounted: a folder beside a home of its own."""
    folder = tmp_path / "mnt" / "audit-office"
    folder.mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()
    with override_settings(BANGFU_HOME=home, BANGFU_AUDIT_WITNESS=str(folder / "w.jsonl")):
        yield folder


def unmount(share: Path) -> None:
    """Take the share away; its mount point is gone with it."""
    share.rename(share.with_name("elsewhere"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def faults() -> list[tuple[str, int]]:
    return [(str(one.fault), one.segment) for one in verifying.verify().findings]


def named() -> list[tuple[str, dict[str, str]]]:
    with activate(NATION):
        rows = AuditEvent.objects.filter(action="audit.witness.named").order_by("id")
        return [(row.subject_id, row.detail) for row in rows]


@contextmanager
def rolled_back(share: Path) -> Iterator[None]:
    """Some rows more, then the database as it was before, without the head kept on the machine."""
    with transaction.atomic():
        tampering.build(3)
        checkpoints.send(at=timezone.now())
        checkpoints.note_head()
        transaction.set_rollback(True)
    checkpoints.head_path().unlink()
    yield


@pytest.mark.evidence("T11", "GB22239-8.1.4.3-c", "ASVS-16.4.3")
def test_an_old_database_without_head_and_witness_is_found(share: Path) -> None:
    """The whole attack: restore yesterday's database, delete the head, unmount the share."""
    tampering.build(2)
    checkpoints.send(at=timezone.now())
    with rolled_back(share):
        assert faults() == [("CUT", 3)]
        unmount(share)
        assert faults() == [("GONE", 0)]
        told = run("verify")
        assert told.exit_code == 1
        assert "见证，读不到" in told.stdout
        # The system goes on: it neither makes the folder again nor begins a witness of its own.
        tampering.build(4)
        checkpoints.send_if_due()
        with override_settings(BANGFU_AUDIT_CHECKPOINT_SECONDS=0):
            checkpoints.send_if_due()
        assert not share.exists()
        assert faults() == [("GONE", 0)]
        sent = run("checkpoint")
        assert isinstance(sent.exception, Refused)
        assert sent.exception.code == "E-AUDIT-WITNESS-GONE"


def test_a_mount_point_left_empty_gets_no_file(share: Path) -> None:
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    unmount(share)
    share.mkdir()
    assert faults() == [("GONE", 0)]
    tampering.build(1)
    for file in (None, b""):
        if file is not None:
            (share / "w.jsonl").write_bytes(file)
        sent = run("checkpoint")
        assert isinstance(sent.exception, Refused)
        assert sent.exception.code == "E-AUDIT-WITNESS-GONE"
        assert faults() == [("GONE", 0)]
    with override_settings(BANGFU_AUDIT_CHECKPOINT_SECONDS=0):
        checkpoints.send_if_due()
    assert Checkpoint.objects.order_by("-made_at")[0].error == "E-AUDIT-WITNESS-GONE"
    # Mounted again, it goes on by itself.
    shutil.rmtree(share)
    share.with_name("elsewhere").rename(share)
    assert run("checkpoint").exit_code == 0
    assert run("verify").exit_code == 0


def test_a_fresh_installation_begins_with_an_empty_witness_and_names_it(share: Path) -> None:
    assert faults() == []
    tampering.build(1)
    assert faults() == []
    assert run("checkpoint").exit_code == 0
    assert run("checkpoint").exit_code == 0
    assert named() == [(str(share / "w.jsonl"), {"before": "", "reason": ""})]
    assert verifying.verify().checkpoints == 2
    assert run("verify").exit_code == 0


def test_without_its_folder_even_a_fresh_installation_has_no_witness(share: Path) -> None:
    tampering.build(1)
    share.rmdir()
    assert faults() == [("GONE", 0)]
    sent = run("checkpoint")
    assert isinstance(sent.exception, Refused)
    assert sent.exception.code == "E-AUDIT-WITNESS"
    assert not share.exists()
    assert named() == []


def test_lines_that_somebody_removed_from_the_witness_are_missed(share: Path) -> None:
    for _ in range(3):
        tampering.build(1)
        assert run("checkpoint").exit_code == 0
    path = share / "w.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    numbers = [json.loads(line)["number"] for line in whole]
    for gone in range(3):
        path.write_bytes(b"".join(line for at, line in enumerate(whole) if at != gone))
        assert faults() == [("SHORT", numbers[gone])]
    # One line twice in place of another is no more than one.
    path.write_bytes(whole[0] + whole[0] + whole[2])
    assert faults() == [("SHORT", numbers[1])]
    path.write_bytes(b"".join(whole))
    assert faults() == []


def test_who_deletes_the_records_of_checkpoints_too_is_found_by_the_log(share: Path) -> None:
    """The name of the witness is a row of the chain: it cannot go without breaking it."""
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    sealer.seal_all()
    unmount(share)
    share.mkdir()
    with transaction.atomic(using="owner"):
        with activate(NATION, using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM audit_checkpoint")
            found = verifying.verify(using="owner").findings
            assert [one.fault for one in found] == ["GONE"]
            cursor.execute("DELETE FROM audit_event WHERE action = 'audit.witness.named'")
            found = verifying.verify(using="owner").findings
            assert [(one.fault, one.segment) for one in found] == [("MISSING", 2)]
        transaction.set_rollback(True, using="owner")


def test_another_witness_takes_over_only_when_somebody_says_why(share: Path) -> None:
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    same = run("checkpoint", "--new-witness", "没有换")
    assert isinstance(same.exception, Refused)
    assert same.exception.code == "E-AUDIT-WITNESS-SAME"
    other = share.parent / "other"
    other.mkdir()
    first, second = str(share / "w.jsonl"), str(other / "w.jsonl")
    with override_settings(BANGFU_AUDIT_WITNESS=second):
        assert faults() == [("MOVED", 0)]
        assert "没有登记" in run("verify").stdout
        refused = run("checkpoint")
        assert isinstance(refused.exception, Refused)
        assert refused.exception.code == "E-AUDIT-WITNESS-MOVED"
        assert not (other / "w.jsonl").exists()
        assert run("checkpoint", "--new-witness", "审计局换了服务器").exit_code == 0
        assert named() == [
            (first, {"before": "", "reason": ""}),
            (second, {"before": first, "reason": "审计局换了服务器"}),
        ]
        for _ in range(2):
            told = run("verify")
            assert told.exit_code == 0, told.output
            assert "审计局换了服务器" in told.stderr
    assert faults() == [("MOVED", 0)]
    # Without a setting the home's own file is another witness too.
    with override_settings(BANGFU_AUDIT_WITNESS=""):
        assert faults() == [("MOVED", 0)]


def test_a_witness_lost_for_good_begins_anew_with_its_reason(share: Path) -> None:
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    (share / "w.jsonl").unlink()
    assert run("checkpoint", "--new-witness", "审计局硬盘坏了").exit_code == 0
    assert [(one.number, one.reason) for one in verifying.verify().beginnings] == [
        (2, "审计局硬盘坏了")
    ]
    assert faults() == []
    (share / "w.jsonl").unlink()
    assert faults() == [("GONE", 0)]


def test_an_installation_from_before_adopts_its_witness_and_no_empty_one(share: Path) -> None:
    """Checkpoints were sent, and no row of the log names the witness."""
    tampering.build(1)
    Checkpoint.objects.create(made_at=timezone.now(), number=1)
    assert faults() == [("GONE", 0)]
    refused = run("checkpoint")
    assert isinstance(refused.exception, Refused)
    assert refused.exception.code == "E-AUDIT-WITNESS-GONE"
    line = checkpoints._newest(timezone.now())
    assert line is not None
    witness.deliver(line, str(share / "w.jsonl"))
    assert faults() == []
    assert run("checkpoint").exit_code == 0
    assert [place for place, _ in named()] == [str(share / "w.jsonl")]


def test_a_restore_onto_a_new_machine_without_a_witness_of_old_is_acknowledged(
    tmp_path: Path,
) -> None:
    with override_settings(BANGFU_AUDIT_WITNESS=""):
        tampering.build(1)
        assert run("checkpoint").exit_code == 0
        (tmp_path / "home" / "audit" / "checkpoints.jsonl").unlink()
        assert faults() == [("GONE", 0)]
        done = run("checkpoint", "--after-restore", "机房失火")
        assert done.exit_code == 0, done.output
        assert faults() == []
        assert "机房失火" in run("verify").stderr


def test_a_file_named_by_hand_must_be_there_and_hold_something(share: Path) -> None:
    tampering.build(1)
    wrong = run("verify", "--against", str(share / "no-such"))
    assert isinstance(wrong.exception, Refused)
    assert wrong.exception.code == "E-AUDIT-WITNESS"
    (share / "empty").write_bytes(b"")
    told = run("verify", "--against", str(share / "empty"), "--json")
    assert (told.exit_code, json.loads(told.stdout)["findings"][0]["fault"]) == (1, "GONE")


def test_the_screen_shows_the_fault_and_a_narrower_look_does_not_hide_it(share: Path) -> None:
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    unmount(share)
    chain.verify_and_record(by="audit verify")
    chain.verify_and_record(against="", by="audit verify")
    state = selectors.get_state(NATION)
    assert (state.is_sound, state.fault, state.is_off_box) == (False, "GONE", False)
    assert not selectors.is_verification_due(timezone.now())


def test_a_file_on_the_disk_of_the_home_is_not_off_the_machine(share: Path) -> None:
    tampering.build(1)
    assert run("checkpoint").exit_code == 0
    assert verifying.verify().is_off_box is False
    memory = Path("/dev/shm")
    if memory.is_dir() and memory.stat().st_dev != share.stat().st_dev:
        path = memory / f"bangfu-witness-{os.getpid()}"
        try:
            path.write_bytes(b"")
            with override_settings(BANGFU_AUDIT_WITNESS=str(path)):
                assert witness.is_off_box()
        finally:
            path.unlink()
    for address, is_off in (("https://audit.example/w", True), ("http://127.0.0.1:9/", False)):
        with override_settings(BANGFU_AUDIT_WITNESS=address):
            assert witness.is_off_box() is is_off


@pytest.mark.evidence("ASVS-12.3.1")
@pytest.mark.parametrize("address", ["http://audit.example/w", "HTTP://10.0.0.9/", "ftp://a/b"])
def test_an_address_in_clear_is_refused_but_on_loopback(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_AUDIT_WITNESS", address)
    with pytest.raises(Refused, match="E-AUDIT-WITNESS-ADDRESS"):
        Config()
    tampering.build(1)
    for arguments in (("checkpoint", "--to"), ("verify", "--against")):
        found = run(*arguments, address)
        assert isinstance(found.exception, Refused)
        assert found.exception.code == "E-AUDIT-WITNESS-ADDRESS"


class _Emptied(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_address_that_takes_lines_and_keeps_none_is_found() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Emptied)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/w"
        with override_settings(BANGFU_AUDIT_WITNESS=f"{address}?key=secret"):
            tampering.build(1)
            assert run("checkpoint").exit_code == 0
            assert faults() == [("GONE", 0)]
            assert [place for place, _ in named()] == [address]
    finally:
        server.shutdown()
        server.server_close()
