"""Versions that were released (已发布的流程版本): cases run by them, so they stay as they were."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from bangfu.procedures.reading import read_day
from bangfu.standards.reading import read_block

FILE = "procedures/released.yaml"


class Released(NamedTuple):
    """A version with the digest of what it demanded and the day from which others had it."""

    procedure: str
    version: str
    digest: str
    on: date


def read_released(path: Path) -> tuple[Released, ...]:
    """Read the released versions in the order of the file. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(("released",))
    if block.values.get("released") == []:
        return ()
    found: list[Released] = []
    for child in block.children("released"):
        child.allow(("procedure", "version", "digest", "released_on"))
        one = Released(
            child.text("procedure"),
            child.text("version"),
            child.text("digest"),
            read_day(child, "released_on"),
        )
        if one[:2] in {each[:2] for each in found}:
            raise child.fail("version", f"{one.version} is there twice", "remove one")
        found.append(one)
    return tuple(found)
