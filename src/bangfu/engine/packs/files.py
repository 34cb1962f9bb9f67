"""Which files a pack is made of once the packs it extends are laid under it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.engine.errors import PackRefused, Problem
from bangfu.kernel.errors import Refused
from bangfu.standards.reading import Block, read_block

FOLDERS = ("thresholds", "indicators", "rules", "quality", "cases", "not_computable")
NOT_COMPUTABLE = "not_computable.yaml"
_HASHED = ("thresholds", "indicators", "rules", "quality")


@dataclass(frozen=True)
class PackFiles:
    """The pack's own description, and relative path → file: a pack's file hides its base's."""

    about: Block
    files: Mapping[str, Path]
    chain: tuple[tuple[str, str], ...] = ()
    """(id, version) of the pack and of those it extends, its own first."""
    roots: tuple[Path, ...] = ()
    """The folders of the chain, its own first."""

    def base_of(self, name: str) -> Path | None:
        """Return the folder of the pack that a file comes from; None for the pack's own file."""
        root = next(root for root in self.roots if self.files[name].is_relative_to(root))
        return None if root == self.roots[0] else root

    def under(self, folder: str) -> list[tuple[str, Path]]:
        """Return (relative path, file) of one folder and of the file of its name, sorted."""
        return [
            (name, path)
            for name, path in sorted(self.files.items())
            if name.startswith(f"{folder}/") or name == f"{folder}.yaml"
        ]

    def digest(self) -> str:
        """Return SHA-256 over the effective rules, thresholds and indicators, by path."""
        total = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            if name.split("/")[0] in _HASHED:
                total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()


def collect(path: Path) -> PackFiles:
    """Read pack.yaml and lay its files over those of the packs it extends.

    Refuses a folder without pack.yaml and packs that extend each other in a circle.
    """
    chain: list[tuple[Path, Block]] = []
    current: Path | None = path.resolve()
    while current is not None:
        if current in [seen for seen, _ in chain]:
            raise refused("E-PACK-CIRCULAR", str(path.name), "extends", pack=current.name)
        if not (current / "pack.yaml").is_file():
            raise refused("E-PACK-MISSING", current.name, "pack.yaml", folder=current.name)
        about = read_yaml(current / "pack.yaml")
        chain.append((current, about))
        base = about.values.get("extends")
        current = (current / str(base)).resolve() if base else None
    files: dict[str, Path] = {}
    for root, _ in reversed(chain):
        for folder in FOLDERS:
            for file in (root / folder).rglob("*.yaml"):
                files[file.relative_to(root).as_posix()] = file
        if (root / NOT_COMPUTABLE).is_file():
            files[NOT_COMPUTABLE] = root / NOT_COMPUTABLE
    names = [(str(a.values.get("id")), str(a.values.get("version"))) for _, a in chain]
    return PackFiles(chain[0][1], files, tuple(names), tuple(root for root, _ in chain))


def read_yaml(path: Path) -> Block:
    """Read a YAML mapping; what is malformed is refused with file and line."""
    try:
        return read_block(path)
    except Refused as error:
        params = error.params
        raise refused(
            "E-PACK-YAML",
            path.name,
            f"{params.get('field', '')}",
            line=params.get("line", 0),
            problem=str(params.get("problem", "")),
        ) from error


def refused(code: str, file: str, where: str, **params: Any) -> PackRefused:
    """Return the refusal of a pack for one problem."""
    return PackRefused([Problem(code, file, where, params)])
