"""`bangfu audit`: a checkpoint, the proof, an export and whether it is ours, at the terminal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import override_settings
from django.utils import timezone

from bangfu.cli.audit import command
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit import sealer, witness
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI

pytestmark = pytest.mark.django_db
NATION = command_scope(RegionCode("000000000000"), "tests")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, for key and checkpoints."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield tmp_path


def add(region: RegionCode, subject: str) -> None:
    """Add a row about a household."""
    audit.record_read(
        command_scope(region, "甲"),
        "registry.household.viewed",
        at=timezone.now(),
        subject_kind="registry.household",
        subject_id=subject,
        region_code=str(region),
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def rows(action: str) -> list[AuditEvent]:
    with activate(NATION):
        return list(AuditEvent.objects.filter(action=action))


def test_a_checkpoint_seals_what_waits_and_goes_to_the_witness(home: Path) -> None:
    assert json.loads(run("checkpoint", "--json").stdout) == {"number": 0}
    assert "没有记录" in run("checkpoint").stdout
    add(YUNXI, "H1")
    add(YUNXI, "H2")
    sent = run("checkpoint", "--json")
    assert sent.exit_code == 0, sent.output
    shown = json.loads(sent.stdout)
    assert (shown["number"], shown["rows"]) == (1, 2)
    assert shown["where"] == str(home / "w.jsonl")
    (line,) = witness.lines(str(home / "w.jsonl"))
    assert (line.number, line.rows, line.chain) == (1, 2, shown["chain"])
    add(YUNXI, "H3")
    # H1, H2, the row that names the witness, H3.
    assert "第 2 段，4 条" in run("checkpoint", "--to", str(home / "other.jsonl")).stdout
    assert [one.number for one in witness.lines(str(home / "other.jsonl"))] == [2]
    assert [one.number for one in witness.lines(str(home / "w.jsonl"))] == [1]


def test_a_restore_is_acknowledged_only_where_something_was_lost(home: Path) -> None:
    add(YUNXI, "H1")
    assert run("checkpoint").exit_code == 0
    refused = run("checkpoint", "--after-restore", "演练")
    assert isinstance(refused.exception, Refused)
    assert refused.exception.code == "E-AUDIT-NOTHING-LOST"
    witness.deliver(
        witness.signed(
            sealer.get_key(),
            number=5,
            rows=50,
            chain=b"\x01" * 32,
            made_at=timezone.now(),
        ),
        str(home / "w.jsonl"),
    )
    cut = run("verify", "--json")
    assert (cut.exit_code, json.loads(cut.stdout)["sound"]) == (1, False)
    assert "链尾被截断" in run("verify").stdout
    done = run("checkpoint", "--after-restore", "硬盘损坏，恢复到昨晚", "--json")
    assert done.exit_code == 0, done.output
    (row,) = rows("audit.chain.restored")
    assert row.detail == {"lost": 5, "reason": "硬盘损坏，恢复到昨晚"}
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert "审计链完好" in told.stdout
    assert "硬盘损坏，恢复到昨晚" in told.stderr


def test_the_proof_fails_by_the_witness_and_holds_by_the_chain_alone(home: Path) -> None:
    add(YUNXI, "H1")
    sealer.seal_all()
    assert run("verify").exit_code == 0
    (home / "w.jsonl").write_text("garbage\n")
    found = run("verify", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["findings"][0]["fault"] == "CHECKPOINT"
    assert run("verify", "--chain-only").exit_code == 0


def test_an_export_is_written_once_for_a_reason_and_is_known_as_ours(home: Path) -> None:
    add(YUNXI, "H1")
    add(SHIQIAO, "卡那瑞1")
    sealer.seal_all()
    out = home / "检查.zip"
    assert run("export", str(out)).exit_code == 2
    made = run("export", str(out), "--region", "990101", "--reason", "县纪委检查", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {"path": str(out)}
    with zipfile.ZipFile(out) as archive:
        events = archive.read("events.jsonl").decode()
        manifest = json.loads(archive.read("manifest.json"))
    assert "H1" in events
    assert "卡那瑞" not in events
    assert manifest["rows"] == len(events.splitlines())
    (row,) = rows("audit.events.exported")
    assert (row.purpose, row.region_code) == ("县纪委检查", str(YUNXI))
    kept = out.read_bytes()
    assert isinstance(run("export", str(out), "--reason", "再来").exception, FileExistsError)
    assert out.read_bytes() == kept
    assert json.loads(run("verify-export", str(out), "--json").stdout) == {"ours": True}
    assert "出自本系统" in run("verify-export", str(out)).stdout


def test_days_narrow_an_export(home: Path) -> None:
    add(YUNXI, "H1")
    sealer.seal_all()
    out = home / "past.zip"
    made = run(
        "export", str(out), "--since", "2020-01-01", "--until", "2020-01-02", "--reason", "x"
    )
    assert made.exit_code == 0, made.output
    with zipfile.ZipFile(out) as archive:
        assert archive.read("events.jsonl") == b""


def test_an_export_that_was_altered_or_made_elsewhere_is_not_ours(home: Path) -> None:
    add(YUNXI, "H1")
    sealer.seal_all()
    out, changed = home / "a.zip", home / "b.zip"
    run("export", str(out), "--reason", "县纪委检查")
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"H1"', b'"H2"'))
    told = run("verify-export", str(changed), "--json")
    assert (told.exit_code, json.loads(told.stdout)) == (1, {"ours": False})
    assert "不是本系统所出" in run("verify-export", str(changed)).stdout
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    with override_settings(BANGFU_HOME=elsewhere):
        assert run("verify-export", str(out)).exit_code == 1
