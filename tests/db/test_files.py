"""Stored files: whole, hashed, and nobody's but their region's."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from django.test import Client

from bangfu.foundation import files
from bangfu.foundation.audit.selectors import list_events
from bangfu.foundation.files import services
from bangfu.foundation.intake import services as intake
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound
from bangfu.kernel.period import Period
from tests.cast import AT, SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast


def _sm3(content: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


@pytest.mark.evidence("GB22239-8.1.4.7-b")
@pytest.mark.django_db
def test_what_is_kept_comes_back_with_its_hash(cast: Cast, tmp_path: Path) -> None:
    content = "户编号,户主姓名\n".encode() * 100_000
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    for source in (content, path, io.BytesIO(content)):
        kept = files.save(cast.county.scope, "名单.csv", source, "import.original", at=AT)
        assert (kept.size, kept.sm3, kept.name) == (len(content), _sm3(content), "名单.csv")
        with files.open_file(cast.county.scope, kept.id) as stored:
            assert stored.read() == content
            assert stored.name.endswith(".csv")
        files.copy_file(cast.county.scope, kept.id, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == content
        assert "户主姓名".encode() not in (services.folder() / kept.path).read_bytes()


@pytest.mark.evidence("ASVS-5.3.2", "ASVS-5.3.1")
@pytest.mark.django_db
def test_f04_a_name_never_decides_where_a_file_lies(cast: Cast) -> None:
    for name, shown in (
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\名单.xlsx", "名单.xlsx"),
        ("a\x00b\n.xlsx", "ab.xlsx"),
        ("", "file"),
        ("x.verylongsuffix/..", ".."),
    ):
        kept = files.save(cast.county.scope, name, b"x", "import.original", at=AT)
        assert kept.name == shown
        target = (services.folder() / kept.path).resolve()
        assert target.is_relative_to(services.folder().resolve())
        assert str(kept.id) in target.name


@pytest.mark.evidence("ASVS-8.2.2")
@pytest.mark.django_db
def test_f56_a_file_of_another_county_does_not_exist_for_us(cast: Cast) -> None:
    kept = files.save(cast.county.scope, "a.csv", b"x", "export.households", at=AT)
    inner = files.save(
        cast.county.scope, "b.csv", b"x", "export.households", at=AT, region=YUNXI_VILLAGE
    )
    for player in (cast.neighbour, cast.cadre):
        with pytest.raises(NotFound, match="E-FILE-NOT-FOUND"):
            files.open_file(player.scope, kept.id)
    with pytest.raises(NotFound, match="E-FILE-NOT-FOUND"):
        files.open_file(cast.county.scope, uuid4())
    assert files.open_file(cast.cadre.scope, inner.id).read() == b"x"
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        files.save(cast.county.scope, "c.csv", b"x", "export.households", region=SHIQIAO)


@pytest.mark.django_db
def test_a_file_that_is_gone_from_the_disk_says_so(cast: Cast) -> None:
    kept = files.save(cast.county.scope, "a.csv", b"x", "import.original", at=AT)
    (services.folder() / kept.path).unlink()
    with pytest.raises(NotFound, match="E-FILE-GONE"):
        files.open_file(cast.county.scope, kept.id)


@pytest.mark.evidence("T12", "GB22239-8.1.4.7-b")
@pytest.mark.django_db
def test_an_altered_file_is_not_opened_and_the_auditor_is_told(cast: Cast, tmp_path: Path) -> None:
    kept = files.save(cast.county.scope, "a.csv", b"x" * 5000, "import.original", at=AT)
    path = services.folder() / kept.path
    stored = bytearray(path.read_bytes())
    stored[-1] ^= 1
    path.write_bytes(stored)
    for act in (
        lambda: files.open_file(cast.county.scope, kept.id),
        lambda: files.copy_file(cast.county.scope, kept.id, tmp_path / "copy"),
    ):
        with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
            act()
    assert not (tmp_path / "copy").exists()
    events = list_events(cast.auditor.scope, subject_kind="files.file", subject_id=str(kept.id))
    assert [event.action for event in events] == [
        "files.file.damaged",
        "files.file.damaged",
        "files.file.stored",
    ]


@pytest.mark.evidence("T12")
@pytest.mark.django_db
def test_an_altered_file_is_refused_before_the_first_byte(cast: Cast) -> None:
    """Two chunks, the second one altered: an answer that began would be half a file."""
    county = cast.county.scope
    kept = files.save(county, "a.xlsx", bytes(1_500_000), "import.errors", at=AT)
    batch = intake.open_batch(
        scope=county,
        at=AT,
        dataset="police/death",
        region=YUNXI,
        file=intake.IncomingFile("a.xlsx", 9, "ab" * 32, kept.id),
        period=Period("2026-10"),
    )
    intake.record_staging(
        scope=county,
        at=AT,
        batch_id=batch.id,
        counts={"rows": 1},
        mapping={},
        issues=[],
        error_file_id=kept.id,
    )
    client, address = Client(), f"/api/v1/imports/{batch.id}/errors.xlsx"
    client.force_login(cast.county.user)
    assert len(client.get(address).getvalue()) == 1_500_000
    path = services.folder() / kept.path
    stored = bytearray(path.read_bytes())
    stored[-20] ^= 1
    path.write_bytes(stored)
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (409, "E-FILE-DAMAGED")


@pytest.mark.django_db
def test_f65_a_write_that_breaks_off_leaves_nothing_behind(cast: Cast) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    before = sorted(services.folder().rglob("*"))
    with pytest.raises(OSError, match="No space"):
        files.save(cast.county.scope, "a.csv", Breaking(), "import.original", at=AT)
    left = [path for path in services.folder().rglob("*") if path.is_file()]
    assert sorted(left) == [path for path in before if path.is_file()]
