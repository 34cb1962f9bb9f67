"""PDF and Word files: whole, without a password, and without anything that acts when opened."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from bangfu.foundation.evidence import limits
from bangfu.foundation.evidence.refusals import NotTaken

# ISO 32000-1: 12.6 (actions), 7.11.4 (embedded files), 13 (multimedia), 12.7.8 (XFA forms).
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData)\b"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
# The dictionary before a packed list of objects is short.
_DICTIONARY = 2_000
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def check_pdf(content: bytes) -> None:
    """Raise NotTaken unless it is a whole PDF that does nothing: E-EVIDENCE-DAMAGED,
    E-EVIDENCE-LOCKED, E-EVIDENCE-ACTIVE with what was found."""
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-2048:]:
        raise NotTaken("E-EVIDENCE-DAMAGED")
    if re.search(rb"/Encrypt\b", _names(content)):
        raise NotTaken("E-EVIDENCE-LOCKED")
    for part in (content, _packed_objects(content)):
        found = _ACTIVE.search(_names(part))
        if found:
            raise NotTaken("E-EVIDENCE-ACTIVE", found=found.group(1).decode())


def _names(content: bytes) -> bytes:
    """Return the text with #xx in names written out (ISO 32000-1, 7.3.5)."""
    return _ESCAPED.sub(lambda one: bytes([int(one.group(1), 16)]), content)


def _packed_objects(content: bytes) -> bytes:
    """Return what stands in packed lists of objects (ISO 32000-1, 7.5.7), where names may hide."""
    found = bytearray()
    for start in _STREAM.finditer(content):
        before = _names(content[max(0, start.start() - _DICTIONARY) : start.start()])
        if b"/ObjStm" not in before[before.rfind(b" obj") :]:
            continue
        room = limits.OBJECT_BYTES - len(found)
        try:
            found += zlib.decompressobj().decompress(content[start.end() :], room + 1)
        except zlib.error as error:
            raise NotTaken("E-EVIDENCE-DAMAGED") from error
        if len(found) > limits.OBJECT_BYTES:
            raise NotTaken("E-EVIDENCE-DAMAGED")
    return bytes(found)


def check_word(content: bytes) -> None:
    """Raise NotTaken unless it is a .docx without macros, embedded programs and parts that are
    fetched from elsewhere: as `check_pdf`, and E-EVIDENCE-KIND for another kind of archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            names = {entry.filename for entry in entries}
            if not {"[Content_Types].xml", "word/document.xml"} <= names:
                raise NotTaken("E-EVIDENCE-KIND")
            if _WORD not in archive.read("[Content_Types].xml").decode("utf-8", "replace"):
                raise NotTaken("E-EVIDENCE-ACTIVE", found="macro")
            ElementTree.fromstring(archive.read("word/document.xml"))
            for name in sorted(names):
                if name.endswith(".rels"):
                    _check_relations(archive.read(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise NotTaken("E-EVIDENCE-DAMAGED") from error
    except (ElementTree.ParseError, DefusedXmlException, OSError) as error:
        raise NotTaken("E-EVIDENCE-DAMAGED") from error
    except RuntimeError as error:
        raise NotTaken("E-EVIDENCE-LOCKED") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.ENTRIES or total > limits.UNPACKED_BYTES:
        raise NotTaken("E-EVIDENCE-DAMAGED")
    for entry in entries:
        ratio = max(entry.compress_size, 1) / max(entry.file_size, 1)
        if entry.file_size > limits.RATIO_FROM_BYTES and ratio < limits.SMALLEST_RATIO:
            raise NotTaken("E-EVIDENCE-DAMAGED")
        name = entry.filename.lower()
        if name.endswith(("vbaproject.bin", "vbadata.xml")):
            raise NotTaken("E-EVIDENCE-ACTIVE", found="macro")
        if name.startswith(("word/embeddings/", "word/activex/")):
            raise NotTaken("E-EVIDENCE-ACTIVE", found="embedded file")


def _check_relations(part: bytes) -> None:
    """A link that is shown is a link; what would be fetched when the file is opened is refused."""
    for one in ElementTree.fromstring(part).iter(_RELATION):
        kind = one.get("Type", "").rsplit("/", 1)[-1]
        if one.get("TargetMode") == "External" and kind != "hyperlink":
            raise NotTaken("E-EVIDENCE-ACTIVE", found=kind[:40])
