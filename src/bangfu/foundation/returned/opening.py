"""Opens a .docx that somebody else wrote, and gives its tables as texts; nothing is believed.

Only word/document.xml is read, after its size and the archive's were looked at, by a parser that
resolves no entity. Pictures, macros, links and styles are never touched.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from bangfu.kernel.errors import Refused

MOST_BYTES = 10 * 1024 * 1024
_MOST_XML = 10 * 1024 * 1024
_MOST_ENTRIES = 500
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BODY = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LINE, _TABLE, _ROW, _CELL, _TEXT = (f"{_W}{name}" for name in ("p", "tbl", "tr", "tc", "t"))
_BREAKS = {f"{_W}tab", f"{_W}br", f"{_W}cr"}


@dataclass(frozen=True, slots=True)
class OpenedPaper:
    """Paragraphs outside tables and the tables, row by row, each cell a text."""

    lines: tuple[str, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...]


def open_paper(content: bytes) -> OpenedPaper:
    """Return the texts of a .docx.

    Raises Refused E-PAPERS-SIZE, E-PAPERS-OLD-WORD, E-PAPERS-NOT-DOCX, E-PAPERS-DAMAGED.
    """
    if len(content) > MOST_BYTES:
        raise Refused("E-PAPERS-SIZE", size=len(content), limit=MOST_BYTES)
    if content.startswith(_OLE):
        raise Refused("E-PAPERS-OLD-WORD")
    body = _body(content)
    try:
        root = parse_xml(body)
    except (SyntaxError, ValueError) as error:
        raise Refused("E-PAPERS-DAMAGED") from error
    if root.getroottree().docinfo.doctype:
        raise Refused("E-PAPERS-DAMAGED")
    return OpenedPaper(
        tuple(_text(line) for line in root.iter(_LINE) if not _in_table(line)),
        tuple(tuple(_rows(table)) for table in root.iter(_TABLE)),
    )


def parse_xml(body: bytes) -> Any:
    """Return the root of a document; no entity is resolved, nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(body, parser)


def _body(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()[: _MOST_ENTRIES + 1]}
            if len(entries) > _MOST_ENTRIES:
                raise Refused("E-PAPERS-DAMAGED")
            if _BODY not in entries:
                raise Refused("E-PAPERS-NOT-DOCX")
            if entries[_BODY].flag_bits & 0x1:
                raise Refused("E-PAPERS-DAMAGED")
            with archive.open(_BODY) as part:
                # The size that an archive states may be a lie; what is unpacked is counted.
                body = part.read(_MOST_XML + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        code = "E-PAPERS-DAMAGED" if content.startswith(b"PK") else "E-PAPERS-NOT-DOCX"
        raise Refused(code) from error
    if len(body) > _MOST_XML:
        raise Refused("E-PAPERS-SIZE", size=len(body), limit=_MOST_XML)
    return body


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    for row in table.iterchildren(_ROW):
        cells: list[str] = []
        for cell in row.iterchildren(_CELL):
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            times = span.get(f"{_W}val", "1") if span is not None else "1"
            width = int(times) if times.isdecimal() and len(times) < 3 else 1
            cells += [_text(cell)] * max(width, 1)
        yield tuple(cells)


def _text(owner: Any) -> str:
    """The text that is seen: inserted words count, words struck out (w:delText) do not."""
    parts = []
    for each in owner.iter():
        if each.tag == _TEXT:
            parts.append(each.text or "")
        elif each.tag in _BREAKS:
            parts.append(" ")
    return "".join(parts).strip()


def _in_table(line: Any) -> bool:
    return any(parent.tag == _TABLE for parent in line.iterancestors())
