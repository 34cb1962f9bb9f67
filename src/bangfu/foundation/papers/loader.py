"""Reads papers and files of a pack; every problem is told by file, line and remedy at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.block_reading import (
    SEE,
    bilingual,
    read_blocks,
    read_text,
    read_when,
)
from bangfu.foundation.papers.definitions import (
    LEVELS,
    PAGES,
    PUBLICITY,
    FiledPaper,
    FileKind,
    Need,
    Paper,
    When,
)
from bangfu.foundation.papers.publicity import Publicity, publicity
from bangfu.kernel.errors import NotFound, Refused
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import packs_root
from bangfu.standards.reading import Block, read_block

NOT_PAPERS = ("layout", "files", "privacy")
_PAPER = (
    "id", "title", "valid_from", "document", "status", "page", "publicity", "number", "dated",
    "needs", "blocks",
)  # fmt: skip


@dataclass(frozen=True)
class PaperBook:
    """The papers of a pack by id, oldest version first, and its kinds of files."""

    papers: Mapping[str, tuple[Paper, ...]]
    files: Mapping[str, FileKind]

    def get(self, paper: str, on: date) -> Paper:
        """Return the version in force on a day; the oldest before any had begun.

        Raises NotFound E-PAPERS-UNKNOWN.
        """
        versions = self.papers.get(paper)
        if not versions:
            raise NotFound("E-PAPERS-UNKNOWN", paper=paper, known=", ".join(self.papers))
        begun = [version for version in versions if version.valid_from <= on]
        return begun[-1] if begun else versions[0]

    def file(self, kind: str) -> FileKind:
        """Return a kind of file; raises NotFound E-PAPERS-FILE."""
        if kind not in self.files:
            raise NotFound("E-PAPERS-FILE", file=kind, known=", ".join(self.files))
        return self.files[kind]


@cache
def load(folders: tuple[Path, ...] = ()) -> PaperBook:
    """Return the papers of folders, a later one hiding papers of the same id; else the national.

    Raises the first problem, Refused E-STANDARD-MALFORMED.
    """
    book, problems = examine(folders or (packs_root() / "national" / "papers",))
    if problems:
        raise problems[0]
    return book


def examine(folders: Iterable[Path]) -> tuple[PaperBook, tuple[Refused, ...]]:
    """Read all there is and return it with every problem found."""
    return _examine([sorted(folder.glob("*.yaml")) for folder in folders])


def examine_files(files: Iterable[Path]) -> tuple[PaperBook, tuple[Refused, ...]]:
    """Read the papers of a pack, whose files lie in the folders of the packs that it extends."""
    return _examine([sorted(files, key=lambda path: path.name)])


def _examine(layers: Iterable[list[Path]]) -> tuple[PaperBook, tuple[Refused, ...]]:
    papers: dict[str, tuple[Paper, ...]] = {}
    files: dict[str, FileKind] = {}
    problems: list[Refused] = []
    rules = publicity()
    for paths_of_layer in layers:
        found: dict[str, list[Paper]] = {}
        for path in paths_of_layer:
            if path.stem not in NOT_PAPERS:
                _add(path, found, problems, rules)
        papers |= {name: _by_day(versions) for name, versions in found.items()}
        for path in paths_of_layer:
            if path.stem == "files":
                files |= _files(path, papers, problems)
    book = PaperBook(MappingProxyType(dict(sorted(papers.items()))), MappingProxyType(files))
    return book, tuple(problems)


def _add(
    path: Path, found: dict[str, list[Paper]], problems: list[Refused], rules: Publicity
) -> None:
    try:
        block = read_block(path)
        paper = _paper(block, problems)
        rules.check_definition(block, paper)
        others = found.setdefault(paper.id, [])
        if any(other.valid_from == paper.valid_from for other in others):
            problem = f"{paper.id} begins twice on that day"
            raise block.fail("valid_from", problem, "keep one of the two files")
        others.append(paper)
    except Refused as problem:
        problems.append(problem)


def _by_day(versions: list[Paper]) -> tuple[Paper, ...]:
    return tuple(sorted(versions, key=lambda paper: paper.valid_from))


def _paper(block: Block, problems: list[Refused]) -> Paper:
    block.allow(_PAPER)
    return Paper(
        id=_id(block),
        title=bilingual(block, "title"),
        valid_from=_day(block),
        document=block.text("document"),
        status=block.choice("status", STATUSES),
        page=block.choice("page", PAGES, "portrait"),
        publicity=block.choice("publicity", PUBLICITY, "none"),
        number=read_text(block, "number", "") if "number" in block.values else (),
        dated=_dated(block),
        needs=tuple(_need(child) for child in block.children("needs")),
        blocks=read_blocks(block, problems),
    )


def _id(block: Block) -> str:
    found = block.text("id")
    if not re.fullmatch(rf"{re.escape(found)}(_\d{{4}})?", block.path.stem):
        remedy = f"write id: {block.path.stem}, or call a newer version {found}_2027.yaml"
        raise block.fail("id", "not the name of the file", remedy)
    return found


def _day(block: Block) -> date:
    try:
        return date.fromisoformat(block.text("valid_from"))
    except ValueError as error:
        raise block.fail("valid_from", "no day", 'write "2021-05-01"') from error


def _dated(block: Block) -> str:
    """The path of the paper's own day, for the contents of a file."""
    path = block.optional("dated") or ""
    if path and not _is_day(path):
        raise block.fail("dated", f"no context has a day {path}", SEE)
    return path


def _is_day(path: str) -> bool:
    try:
        return paths.type_at(path) is date
    except LookupError:
        return False


def _need(block: Block) -> Need:
    block.allow(("name", "zh", "en", "least"))
    path = block.text("name")
    try:
        paths.type_at(path)
    except LookupError as error:
        raise block.fail("name", f"no context has {path}", SEE) from error
    return Need(path, block.text("zh"), block.text("en"), block.count("least", 1) or 1)


def _files(
    path: Path, papers: Mapping[str, tuple[Paper, ...]], problems: list[Refused]
) -> dict[str, FileKind]:
    made = {}
    try:
        block = read_block(path)
        block.allow(("files",))
        for child in block.children("files"):
            kind = _file(child, papers)
            made[kind.id] = kind
    except Refused as problem:
        problems.append(problem)
    return made


def _file(block: Block, papers: Mapping[str, tuple[Paper, ...]]) -> FileKind:
    block.allow(("name", "title", "document", "status", "papers"))
    filed = []
    for child in block.children("papers"):
        child.allow(("name", "step", "or", "by", "when", "optional"))
        if child.text("name") not in papers:
            raise child.fail("name", "no such paper", f"use one of {', '.join(papers)}")
        when = read_when(child) if "when" in child.values else When()
        filed.append(
            FiledPaper(
                child.text("name"),
                child.text("step"),
                when,
                child.boolean("optional", False),
                child.texts("or"),
                child.choice("by", ("", *LEVELS), ""),
            )
        )
    return FileKind(
        id=block.text("name"),
        title=bilingual(block, "title"),
        document=block.text("document"),
        status=block.choice("status", STATUSES),
        papers=tuple(filed),
    )
