"""Administrative divisions of China (行政区划), five levels in 12-digit codes, as of 2023-06-30.

Files, sources and licences: `standards/divisions/ATTRIBUTION.md`.
"""

from __future__ import annotations

from bangfu.standards.division_files import Division, iter_divisions
from bangfu.standards.succession import (
    DivisionChange,
    Resolution,
    iter_changes,
    resolve_code,
    successors,
)

__all__ = [
    "Division",
    "DivisionChange",
    "Resolution",
    "iter_changes",
    "iter_divisions",
    "resolve_code",
    "successors",
]
