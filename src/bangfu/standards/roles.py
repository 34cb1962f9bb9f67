"""The names of roles with their levels and permissions, as `standards/roles.yaml` writes them.

For data that name a role; who may do what is decided by `foundation.access.roles` alone, which
also checks the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from bangfu.standards.paths import standards_root


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role: at which levels it is held, 0 nation to 5 village, and what it may do."""

    code: str
    levels: frozenset[int]
    permissions: frozenset[str]


@cache
def role_names() -> Mapping[str, RoleName]:
    """Return the roles by code."""
    text = (standards_root() / "roles.yaml").read_text(encoding="utf-8")
    roles = yaml.safe_load(text)["roles"]
    return {
        code: RoleName(code, frozenset(entry["levels"]), frozenset(entry["permissions"]))
        for code, entry in roles.items()
    }
