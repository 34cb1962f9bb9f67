"""Elements into .docx: python-docx holds the package, the zip is written alike every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import docx
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn

from bangfu.foundation.papers import wordml
from bangfu.foundation.papers.filled import FilledPaper
from bangfu.foundation.papers.layout import Layout
from bangfu.foundation.papers.wordml import Writer

# A zip keeps no zone and begins in 1980; the same moment in every file makes the bytes repeat.
MOMENT = (1980, 1, 1, 0, 0, 0)
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
_UNUSED = ("/docProps/thumbnail.jpeg", "/customXml", "/word/stylesWithEffects")
_BODY = f'<w:body xmlns:w="{wordml.NAMESPACE}">'


def write_paper(filled: FilledPaper, layout: Layout) -> bytes:
    """Return one paper as .docx."""
    page = layout.pages[filled.page]
    document = blank_document(layout, filled.title["zh"])
    body = Writer(layout).elements(filled.elements, page)
    put(document, body, wordml.section(page, layout, references(document)))
    return save(document)


def blank_document(layout: Layout, title: str) -> Document:
    """Return an empty document with styles, fonts and footers of the layout."""
    document = docx.Document(io.BytesIO(_base(_Key(layout))))
    document.core_properties.title = title
    return document


def references(document: Document) -> str:
    """Return the references to the two footers, as XML for a section of its own."""
    found = document.element.body.sectPr.findall(qn("w:footerReference"))
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return "".join(
        f'<w:footerReference xmlns:r="{space}" w:type="{each.get(qn("w:type"))}" '
        f'r:id="{each.get(qn("r:id"))}"/>'
        for each in found
    )


def put(document: Document, body: str, section: str) -> None:
    """Replace all of a document by a body and the section it ends with."""
    element = document.element.body
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(f"{_BODY}{body}{section}</w:body>")):
        element.append(child)


def save(document: Document) -> bytes:
    """Return the bytes of a document; the same for the same content."""
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as archive:
        return pack((name, archive.read(name)) for name in archive.namelist())


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of (name, bytes) without a clock in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


class _Key:
    """A layout as the key of a cache, by what it is: there is one a folder."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def __hash__(self) -> int:
        return id(self.layout)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.layout is other.layout


@lru_cache(maxsize=8)
def _base(key: _Key) -> bytes:
    """A document without a word in it, from which each paper starts."""
    layout, document = key.layout, docx.Document()
    _own_styles(document, layout)
    document.settings.odd_and_even_pages_header_footer = True
    first = document.sections[0]
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        element = footer._element
        for child in list(element):
            element.remove(child)
        element.append(parse_xml(wordml.footer(layout, side)))
    _plain_properties(document)
    _drop_unused(document)
    return save(document)


def _own_styles(document: Document, layout: Layout) -> None:
    element = document.styles.element
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(wordml.styles(layout))):
        element.append(child)
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            part._blob = (head + wordml.font_table(layout)).encode("utf-8")


def _plain_properties(document: Document) -> None:
    kept = document.core_properties
    kept.author = kept.last_modified_by = kept.comments = kept.keywords = ""
    kept.language = "zh-CN"
    kept.created = kept.modified = _WRITTEN
    compatible = document.settings.element
    mode = OxmlElement("w:compat")
    setting = OxmlElement("w:compatSetting")
    for name, value in (
        ("name", "compatibilityMode"),
        ("uri", "http://schemas.microsoft.com/office/word"),
        ("val", "15"),
    ):
        setting.set(qn(f"w:{name}"), value)
    mode.append(setting)
    for old in compatible.findall(qn("w:compat")):
        compatible.replace(old, mode)


def _drop_unused(document: Document) -> None:
    """Leave out what python-docx's template brings along: a thumbnail, custom XML, old styles."""
    package = document.part.package
    for owner in (package, document.part):
        for name, relation in list(owner.rels.items()):
            if not relation.is_external and str(relation.target_part.partname).startswith(_UNUSED):
                del owner.rels[name]
