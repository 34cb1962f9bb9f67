"""What a run says about itself. It holds no clock: the same inputs give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# Raised when the files of a run change their shape: older evidence is then refused, not misread.
FORMAT = 3


@dataclass(frozen=True)
class Manifest:
    """Pack, inputs and result of a run.

    `inputs` is file (of a lake: county) → SHA-256; `hints` and `findings` are households by hint
    and by rule → outcome (TRUE, UNKNOWN); `named_by` is rule → feed where these are counted among
    the households that the feed names; `result_hash` is SHA-256 over the counties' rows of
    findings and hints.
    """

    period: str
    pack: str
    pack_version: str
    pack_hash: str
    inputs: Mapping[str, str]
    inputs_hash: str
    households: int
    persons: int
    hints: Mapping[str, int]
    findings: Mapping[str, Mapping[str, int]]
    result_hash: str
    format: int = FORMAT
    named_by: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write it as JSON with sorted keys."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")


def read_manifest(out_dir: Path | str) -> Manifest:
    """Read OUT/manifest.json."""
    found: dict[str, Any] = json.loads(
        (Path(out_dir) / "manifest.json").read_text(encoding="utf-8")
    )
    return Manifest(**found)


def hash_files(paths: list[tuple[str, Path]]) -> dict[str, str]:
    """Return name → SHA-256 of files."""
    found: dict[str, str] = {}
    for name, path in sorted(paths):
        with path.open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def hash_mapping(found: Mapping[str, str]) -> str:
    """Return one SHA-256 over names and hashes."""
    text = "".join(f"{name}\0{value}\n" for name, value in sorted(found.items()))
    return hashlib.sha256(text.encode()).hexdigest()
