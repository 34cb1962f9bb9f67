"""Where the data folders `standards/` and `packs/` lie."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def _root(name: str, variable: str) -> Path:
    stated = os.environ.get(variable)
    if stated:
        return Path(stated)
    shipped = _PACKAGE / "data" / name
    return shipped if shipped.is_dir() else _CHECKOUT / name


def standards_root() -> Path:
    """Return the folder of standards: BANGFU_STANDARDS, else the wheel's, else the checkout's."""
    return _root("standards", "BANGFU_STANDARDS")


def packs_root() -> Path:
    """Return the folder of rule packs: BANGFU_PACKS, else the wheel's, else the checkout's."""
    return _root("packs", "BANGFU_PACKS")
