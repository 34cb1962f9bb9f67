"""What is handed in as a paper is looked at: pictures are written anew, documents must be quiet."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bangfu.foundation.evidence import checking, child, limits, pictures
from bangfu.foundation.evidence.refusals import NotTaken
from bangfu.kernel.errors import InvalidValue
from tests import evidence_samples as samples


def code(content: bytes) -> str:
    with pytest.raises(NotTaken) as caught:
        child.look(content)
    return caught.value.code


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


@pytest.mark.evidence("F15")
def test_f15_a_photo_keeps_its_points_and_loses_position_camera_and_what_follows() -> None:
    taken = samples.jpeg() + b"<script>alert(1)</script>"
    assert samples.GPS in opened(taken).getexif()
    suffix, kept = child.look(taken)
    assert suffix == ".jpg"
    assert kept is not None
    found = opened(kept)
    assert dict(found.getexif()) == {}
    assert "comment" not in found.info
    for trace in (b"Zhaoxiangji", b"beizhu", b"Exif", b"script"):
        assert trace not in kept
    # Taken sideways (orientation 6: turn right), its red left half is now at the top.
    assert found.size == (20, 40)
    top, bottom = found.getpixel((10, 5)), found.getpixel((10, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 240
    assert top[1] < 20
    assert min(bottom) > 240


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_come_through(mode: str) -> None:
    suffix, kept = child.look(samples.png(mode))
    assert suffix == ".png"
    assert kept is not None
    assert opened(kept).size == (4, 3)


def test_f15_texts_and_profiles_of_a_png_stay_behind() -> None:
    out, about = io.BytesIO(), PngInfo()
    about.add_text("Comment", "beizhu")
    place = Image.Exif()
    place[samples.MAKER] = "Zhaoxiangji"
    picture = Image.new("RGB", (4, 3))
    picture.save(out, "PNG", pnginfo=about, exif=place, icc_profile=b"profil" * 9)
    _, kept = child.look(out.getvalue())
    assert kept is not None
    assert opened(kept).info == {}
    for trace in (b"beizhu", b"Zhaoxiangji", b"eXIf", b"iCCP", b"tEXt"):
        assert trace in out.getvalue()
        assert trace not in kept


def test_a_scan_with_sixteen_bits_of_grey_does_not_turn_white() -> None:
    out = io.BytesIO()
    Image.new("I;16", (4, 3), 0x4100).save(out, "PNG")
    _, kept = child.look(out.getvalue())
    assert kept is not None
    assert opened(kept).convert("L").getpixel((1, 1)) == 0x41


def test_of_several_pictures_in_one_file_the_first_is_kept() -> None:
    out, depth = io.BytesIO(), Image.new("RGB", (6, 6), (0, 0, 255))
    first = Image.new("RGB", (8, 8), (255, 0, 0))
    first.save(out, "MPO", save_all=True, append_images=[depth])
    suffix, kept = child.look(out.getvalue())
    assert kept is not None
    found = opened(kept)
    assert (suffix, found.format, found.size) == (".jpg", "JPEG", (8, 8))
    assert len(kept) < len(out.getvalue())


@pytest.mark.evidence("F15")
def test_f15_a_picture_with_too_many_points_is_refused_by_its_head() -> None:
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    bomb += struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 0) + b"IDAT"
    assert code(bomb + struct.pack(">I", zlib.crc32(b"IDAT"))) == "E-EVIDENCE-PIXELS"


def test_the_limit_of_points_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS", 12)
    assert child.look(samples.png())[1] is not None
    monkeypatch.setattr(pictures, "PIXELS", 11)
    assert code(samples.png()) == "E-EVIDENCE-PIXELS"


@pytest.mark.parametrize("cut", [3, 30, 200, 600])
def test_a_picture_that_does_not_decode_to_its_end_is_refused(cut: int) -> None:
    assert code(samples.jpeg()[:cut]) == "E-EVIDENCE-DAMAGED"


@pytest.mark.evidence("F15", "ASVS-5.2.2", "ASVS-1.3.4")
@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a" + bytes(20),
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic" + bytes(20),
        b"MZ" + bytes(50),
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500),
        b" %PDF-1.4",
        b"x",
    ],
)
def test_f15_anything_else_is_refused_whatever_its_name(content: bytes) -> None:
    assert code(content) == "E-EVIDENCE-KIND"
    with pytest.raises(NotTaken):
        child.look(b"")


def test_a_quiet_pdf_is_kept_as_it_is() -> None:
    assert child.look(samples.pdf()) == (".pdf", None)
    assert child.look(samples.pdf(more=samples.packed(b"<< /Type /Page >>"))) == (".pdf", None)
    # A name that only begins like one that acts.
    assert child.look(samples.pdf(b"<< /JSON 1 /Launcher 2 >>")) == (".pdf", None)


@pytest.mark.evidence("ASVS-5.2.2")
@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (samples.pdf(b"<< /S /JavaScript /JS (app.alert) >>"), "E-EVIDENCE-ACTIVE"),
        (samples.pdf(b"<< /S /J#61vaScript >>"), "E-EVIDENCE-ACTIVE"),
        (samples.pdf(b"<< /S /Launch >>"), "E-EVIDENCE-ACTIVE"),
        (samples.pdf(b"<< /Type /EmbeddedFile >>"), "E-EVIDENCE-ACTIVE"),
        (samples.pdf(more=samples.packed(b"<< /S /Launch >>")), "E-EVIDENCE-ACTIVE"),
        (samples.pdf(more=b"trailer << /Encrypt 5 0 R >>\n"), "E-EVIDENCE-LOCKED"),
        (samples.pdf()[:-7], "E-EVIDENCE-DAMAGED"),
        (b"%PDF-1.4\n%%EOF", "E-EVIDENCE-DAMAGED"),
        (samples.pdf(more=samples.packed(b"x")[:60] + b"no zlib"), "E-EVIDENCE-DAMAGED"),
    ],
)
def test_a_pdf_that_acts_is_locked_or_cut_is_refused(content: bytes, wanted: str) -> None:
    assert code(content) == wanted


def test_a_packed_list_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = samples.pdf(more=samples.packed(bytes(5_000)))
    assert child.look(content) == (".pdf", None)
    monkeypatch.setattr(limits, "OBJECT_BYTES", 4_999)
    assert code(content) == "E-EVIDENCE-DAMAGED"


EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="a" Type="http://x/%s" Target="http://192.0.2.1/" TargetMode="External"/>'
    b"</Relationships>"
)


@pytest.mark.evidence("ASVS-5.2.2", "ASVS-1.5.1")
def test_a_word_file_is_kept_unless_something_in_it_acts() -> None:
    assert child.look(samples.docx()) == (".docx", None)
    linked = samples.docx(word___rels__more_DOT_xml_DOT_rels=EXTERNAL % b"hyperlink")
    assert child.look(linked) == (".docx", None)
    fetched = samples.docx(word___rels__more_DOT_xml_DOT_rels=EXTERNAL % b"attachedTemplate")
    assert code(fetched) == "E-EVIDENCE-ACTIVE"
    assert code(samples.docx(word__vbaProject_DOT_bin=b"x")) == "E-EVIDENCE-ACTIVE"
    assert code(samples.docx(word__embeddings__a_DOT_bin=b"x")) == "E-EVIDENCE-ACTIVE"
    assert code(samples.docx()[:-30]) == "E-EVIDENCE-DAMAGED"
    assert code(samples.docx(word__media__a_DOT_png=bytes(3 << 20))) == "E-EVIDENCE-DAMAGED"


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return out.getvalue()


@pytest.mark.evidence("F04", "F03")
def test_f03_f04_other_archives_and_entities_are_refused() -> None:
    assert code(archive(a_DOT_txt=b"x")) == "E-EVIDENCE-KIND"
    types = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    with_macros = {"[Content_Types]_DOT_xml": types, "word__document_DOT_xml": b"<a/>"}
    assert code(archive(**with_macros)) == "E-EVIDENCE-ACTIVE"
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    laughs = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    entities = {"[Content_Types]_DOT_xml": plain, "word__document_DOT_xml": laughs}
    assert code(archive(**entities)) == "E-EVIDENCE-DAMAGED"


def test_the_child_answers_and_the_name_says_what_it_is() -> None:
    paper = checking.check("../户口簿.PNG", samples.jpeg())
    assert paper.name == "户口簿.jpg"
    assert opened(paper.content).size == (20, 40)
    kept = samples.pdf()
    assert checking.check("批复", kept) == checking.Paper("批复.pdf", kept)
    with pytest.raises(InvalidValue) as caught:
        checking.check("a.jpg", b"<html>")
    assert caught.value.code == "E-EVIDENCE-KIND"


def test_a_child_that_dies_or_hangs_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_CHILD", "bangfu.no_such_module")
    with pytest.raises(InvalidValue, match="E-EVIDENCE-DAMAGED"):
        checking.check("a.pdf", samples.pdf())
    monkeypatch.setattr(checking, "WALL_SECONDS", 0.001)
    with pytest.raises(InvalidValue, match="E-EVIDENCE-TIMEOUT"):
        checking.check("a.pdf", samples.pdf())
