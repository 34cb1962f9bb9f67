"""Looks at a file before any parser does: what it is, and whether its archive is honest."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from bangfu.foundation.sheets.refusals import Unreadable
from bangfu.foundation.sheets.types import Limits

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
SUFFIX_KINDS = {
    ".xlsx": "XLSX",
    ".xls": "XLS",
    ".et": "XLS",
    ".csv": "TEXT",
    ".tsv": "TEXT",
    ".txt": "TEXT",
}
_KIND_NAMES = {"XLSX": ".xlsx", "XLS": ".xls", "TEXT": ".csv", "HTML": "HTML", "XML": "XML"}
_MACRO_SUFFIXES = {".xlsm", ".xltm", ".xlsb", ".xlam", ".xlm"}
_MARKUP = re.compile(rb"\s*<(!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_DIMENSION = re.compile(r'<(?:\w+:)?dimension\b[^>]*\bref\s*=\s*["\']([^"\']*)["\']')
_ROOT = re.compile(r"<[A-Za-z_]")
_CELL = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")
_PROLOGUE_BYTES = 64 * 1024


def check_file(path: Path, limits: Limits) -> str:
    """The kind of the file, ``XLSX``, ``XLS`` or ``TEXT``, after every cheap check.

    Raises Unreadable: E-SHEET-TYPE, E-SHEET-EMPTY-FILE, E-SHEET-TOO-LARGE, E-SHEET-MACRO,
    E-SHEET-ENCRYPTED, E-SHEET-HTML, E-SHEET-MISMATCH and the archive codes.
    """
    suffix = path.suffix.lower()
    if suffix in _MACRO_SUFFIXES:
        raise Unreadable("E-SHEET-MACRO", suffix=suffix)
    if suffix not in SUFFIX_KINDS:
        raise Unreadable("E-SHEET-TYPE", suffix=suffix or "-")
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("E-SHEET-EMPTY-FILE")
    if size > limits.file_bytes:
        raise Unreadable("E-SHEET-TOO-LARGE", size=size, limit=limits.file_bytes)
    kind = _content_kind(path)
    if kind == "ENCRYPTED":
        raise Unreadable("E-SHEET-ENCRYPTED")
    if kind == "HTML":
        raise Unreadable("E-SHEET-HTML", suffix=suffix)
    if kind != SUFFIX_KINDS[suffix]:
        raise Unreadable("E-SHEET-MISMATCH", suffix=suffix, actual=_KIND_NAMES[kind])
    if kind == "XLSX":
        _check_archive(path, limits)
    if kind == "XLS" and "_VBA_PROJECT_CUR".encode("utf-16-le") in path.read_bytes():
        raise Unreadable("E-SHEET-MACRO", suffix=suffix)
    return kind


def _content_kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(OLE_MAGIC):
        # A password turns an .xlsx into an OLE container with this one stream.
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        return "ENCRYPTED" if encrypted else "XLS"
    if head.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        return "XLSX"
    body = head.removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(body):
        return "HTML"
    if body.lstrip().startswith(b"<?xml"):
        return "HTML" if b"<html" in head.lower() else "XML"
    return "TEXT"


def _check_archive(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            for entry in entries:
                if entry.filename.lower().endswith((".xml", ".rels")):
                    _check_part(archive, entry, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Unreadable("E-SHEET-DAMAGED") from error
    except RuntimeError as error:
        # zipfile says so both of a password and of a method of packing that it does not know.
        locked = "password" in str(error) or "encrypted" in str(error)
        raise Unreadable("E-SHEET-ENCRYPTED" if locked else "E-SHEET-DAMAGED") from error


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise Unreadable("E-SHEET-ENTRIES", count=len(entries), limit=limits.entries)
    seen: set[str] = set()
    for entry in entries:
        _check_name(entry, seen)
        if entry.flag_bits & 0x1:
            raise Unreadable("E-SHEET-ENCRYPTED")
        compressed = max(entry.compress_size, 1)
        ratio = compressed / max(entry.file_size, 1)
        if entry.file_size > limits.ratio_checked_from_bytes and ratio < limits.smallest_ratio:
            raise Unreadable("E-SHEET-BOMB", size=entry.file_size, compressed=compressed)
    total = sum(entry.file_size for entry in entries)
    if total > limits.unzipped_bytes:
        raise Unreadable("E-SHEET-UNZIPPED", size=total, limit=limits.unzipped_bytes)
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Unreadable("E-SHEET-MACRO", suffix=".xlsx")
    if "[content_types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise Unreadable("E-SHEET-NOT-WORKBOOK")


def _check_name(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    name = entry.orig_filename.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", name) or "\x00" in name:
        raise Unreadable("E-SHEET-PATH", name=name[:80])
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("E-SHEET-PATH", name=name[:80])
    if name.lower().endswith((".zip", ".xlsx", ".xls", ".7z", ".rar", ".jar", ".gz")):
        raise Unreadable("E-SHEET-NESTED", name=name[:80])
    if name.lower() in seen:
        raise Unreadable("E-SHEET-DAMAGED")
    seen.add(name.lower())


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> None:
    with archive.open(entry) as part:
        head = _decode_xml(part.read(_PROLOGUE_BYTES))
    upper = head.upper()
    if "<!DOCTYPE" in upper or "<!ENTITY" in upper or not _ROOT.search(head):
        raise Unreadable("E-SHEET-XML", name=entry.filename[:80])
    if not entry.filename.lower().startswith("xl/worksheets/"):
        return
    declared = _DIMENSION.search(head)
    if declared and _area(declared.group(1)) > limits.cells:
        raise Unreadable("E-SHEET-DIMENSION", dimension=declared.group(1)[:40], limit=limits.cells)


def _decode_xml(head: bytes) -> str:
    """Text of an XML head, for searching only: a document type must not hide in UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head.startswith(b"<\x00"):
        return head.decode("utf-16-le", "replace")
    if head.startswith(b"\x00<"):
        return head.decode("utf-16-be", "replace")
    return head.decode("utf-8", "replace")


def _area(reference: str) -> int:
    """Cells inside a reference such as ``A1:XFD1048576``; unreadable references count as 0."""
    corners = [_CELL.match(part) for part in reference.upper().split(":")]
    if not corners or any(corner is None for corner in corners):
        return 0
    places = [(_column_number(c.group(1)), int(c.group(2))) for c in corners if c]
    columns = [place[0] for place in places]
    rows = [place[1] for place in places]
    return (max(columns) - min(columns) + 1) * (max(rows) - min(rows) + 1)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
