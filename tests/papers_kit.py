"""Papers for tests: the invented case of standards/examples, and looks into a .docx."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import docx
from docx.document import Document

from bangfu.foundation.papers import layout, loader, packing
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.context_reading import read_context
from bangfu.foundation.papers.filled import FilledPaper
from bangfu.foundation.papers.filling import fill
from bangfu.standards.paths import packs_root, standards_root

DAY = date(2026, 10, 31)
PAPERS = packs_root() / "national" / "papers"


def example() -> CaseContext:
    """The case of 张德福, Qingshi village: every step up to the announcement."""
    path = standards_root() / "examples" / "case-papers.json"
    return read_context(path.read_text(encoding="utf-8"))


def filled(paper: str, context: CaseContext) -> FilledPaper:
    return fill(loader.load().get(paper, DAY), context, layout.layout())


def drawn(paper: str, context: CaseContext) -> bytes:
    return packing.write_paper(filled(paper, context), layout.layout())


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def words(filled: FilledPaper) -> str:
    return "\n".join(para.text for para in filled.paras())


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8")


def copied_papers(folder: Path, *names: str) -> Path:
    """Copy layout, privacy and some papers to a folder that a test may spoil."""
    for name in ("layout", "privacy", *names):
        text = (PAPERS / f"{name}.yaml").read_text(encoding="utf-8")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
