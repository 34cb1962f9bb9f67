"""The papers of a pack (文书): read through the packs it extends, refused as a pack is."""

from __future__ import annotations

from pathlib import Path

from bangfu.engine.errors import PackRefused, Problem
from bangfu.engine.packs.files import PackFiles, collect
from bangfu.foundation import papers
from bangfu.foundation.papers import PaperBook
from bangfu.kernel.errors import Refused

FOLDER = "papers"
# Layout and privacy are the nation's whatever a pack says: a county cannot loosen what a board
# may show.
_NATION_ONLY = ("papers/layout.yaml", "papers/privacy.yaml")


def load_papers(path: Path) -> PaperBook:
    """Read the papers of a pack and of those it extends; a pack without any gives the national.

    Raises PackRefused with all problems by file and line, E-PACK-PAPERS-FIXED for a pack that
    brings a layout or a list of private words of its own.
    """
    found = collect(path)
    files = {name: file for name, file in found.under(FOLDER) if name != f"{FOLDER}.yaml"}
    problems = _fixed(found)
    book, refused = papers.examine_files(files.values())
    problems += [_problem(found, files, each) for each in refused]
    if problems:
        raise PackRefused(problems)
    return book if book.papers else papers.load()


def _fixed(found: PackFiles) -> list[Problem]:
    """Only a pack that extends another can differ from it."""
    if len(found.roots) < 2:
        return []
    return [
        Problem("E-PACK-PAPERS-FIXED", name, name, {"file": name}, 1, 1)
        for name in _NATION_ONLY
        if name in found.files and found.base_of(name) is None
    ]


def _problem(found: PackFiles, files: dict[str, Path], refused: Refused) -> Problem:
    name = next(one for one, file in files.items() if file.name == refused.params["file"])
    line, where = int(refused.params["line"]), str(refused.params["field"])
    return Problem(refused.code, found.shown(name), where, refused.params, line, 1)
