"""Which files a pack is made of once the packs it extends are laid under it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.engine.errors import PackRefused, Problem
from bangfu.engine.packs.documents import Document, Malformed, read_document

FOLDERS = (
    "thresholds", "indicators", "rules", "quality", "cases", "not_computable", "procedures",
    "calendar", "papers",
)  # fmt: skip
NOT_COMPUTABLE = "not_computable.yaml"
# A pack that differs in any of these is another pack, and is kept as one.
_HASHED = (
    "thresholds", "indicators", "rules", "quality", "procedures", "calendar", "papers",
)  # fmt: skip


@dataclass(frozen=True)
class PackFiles:
    """The pack's own description, and relative path → file: a pack's file hides its base's."""

    about: Document
    files: Mapping[str, Path]
    chain: tuple[tuple[str, str], ...] = ()
    """(id, version) of the pack and of those it extends, its own first."""
    roots: tuple[Path, ...] = ()
    """The folders of the chain, its own first."""

    def base_of(self, name: str) -> Path | None:
        """Return the folder of the pack that a file comes from; None for the pack's own file."""
        root = next(root for root in self.roots if self.files[name].is_relative_to(root))
        return None if root == self.roots[0] else root

    def shown(self, name: str) -> str:
        """Return a file's path as it is told: with the folder's name where it is another pack's."""
        base = self.base_of(name) if name in self.files else None
        return name if base is None else f"{base.name}/{name}"

    def under(self, folder: str) -> list[tuple[str, Path]]:
        """Return (relative path, file) of one folder and of the file of its name, sorted."""
        return [
            (name, path)
            for name, path in sorted(self.files.items())
            if name.startswith(f"{folder}/") or name == f"{folder}.yaml"
        ]

    def digest(self) -> str:
        """Return SHA-256 over what the pack says (rules, thresholds, procedures …), by path."""
        total = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            if name.split("/")[0] in _HASHED:
                total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()


def collect(path: Path) -> PackFiles:
    """Read pack.yaml and lay its files over those of the packs it extends.

    Refuses a folder without pack.yaml and packs that extend each other in a circle.
    """
    chain: list[tuple[Path, Document]] = []
    current: Path | None = path.resolve()
    while current is not None:
        if not (current / "pack.yaml").is_file():
            raise _not_found(current, chain)
        about = read(current / "pack.yaml", f"{current.name}/pack.yaml" if chain else "pack.yaml")
        chain.append((current, about))
        base = about.values.get("extends")
        current = (current / str(base)).resolve() if base else None
        if current in [seen for seen, _ in chain]:
            raise _refused("E-PACK-CIRCULAR", about, pack=chain[-1][0].name)
    files: dict[str, Path] = {}
    for root, _ in reversed(chain):
        for folder in FOLDERS:
            for file in (root / folder).rglob("*.yaml"):
                files[file.relative_to(root).as_posix()] = file
        if (root / NOT_COMPUTABLE).is_file():
            files[NOT_COMPUTABLE] = root / NOT_COMPUTABLE
    names = [(str(a.values.get("id")), str(a.values.get("version"))) for _, a in chain]
    return PackFiles(chain[0][1], files, tuple(names), tuple(root for root, _ in chain))


def base_of(path: Path) -> Path:
    """Return the folder of the pack that a pack extends; refuses one that extends none."""
    roots = collect(path).roots
    if len(roots) < 2:
        problem = Problem("E-PACK-KEY-MISSING", "pack.yaml", "extends", {"key": "extends"}, 1, 1)
        raise PackRefused([problem])
    return roots[1]


def read(path: Path, shown: str) -> Document:
    """Read a YAML mapping; what is malformed is refused with file and line."""
    try:
        return read_document(path)
    except Malformed as error:
        params = {"line": error.line, "problem": error.problem}
        problem = Problem("E-PACK-YAML", shown, error.where, params, error.line, error.column)
        raise PackRefused([problem]) from error


def _not_found(folder: Path, chain: list[tuple[Path, Document]]) -> PackRefused:
    """The refusal of a folder without pack.yaml: the one asked for, or one that is extended."""
    if chain:
        return _refused("E-PACK-MISSING", chain[-1][1], folder=folder.name)
    return PackRefused(
        [Problem("E-PACK-MISSING", folder.name, "pack.yaml", {"folder": folder.name})]
    )


def _refused(code: str, about: Document, **params: Any) -> PackRefused:
    """The refusal of a pack for what its pack.yaml says it extends."""
    return PackRefused([Problem(code, "pack.yaml", "extends", params, *about.place("extends"))])
