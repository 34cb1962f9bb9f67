"""Stored files: whole, hashed, and nobody's but their region's."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes

from bangfu.foundation import files
from bangfu.foundation.files import services
from bangfu.kernel.errors import NotAllowed, NotFound
from tests.cast import AT, SHIQIAO, YUNXI_VILLAGE, Cast


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
