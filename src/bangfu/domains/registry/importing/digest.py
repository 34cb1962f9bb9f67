"""The fingerprint by which a file is known again."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import hashes


def sm3_of(path: Path) -> tuple[str, int]:
    """Return a file's SM3 (GB/T 32905) in lower-case hex, and its size in bytes."""
    running = hashes.Hash(hashes.SM3())
    size = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            size += len(block)
            running.update(block)
    return running.finalize().hex(), size
