"""Roles and their permissions, read from `standards/roles.yaml`, which an auditor can read too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.paths import standards_root


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its names, the levels at which it may be held, and what it may do."""

    code: str
    zh: str
    en: str
    levels: frozenset[int]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Table:
    permissions: frozenset[str]
    roles: dict[str, Role]


@cache
def _table() -> _Table:
    data = yaml.safe_load((standards_root() / "roles.yaml").read_text(encoding="utf-8"))
    known = frozenset(data["permissions"])
    found = {}
    for code, entry in data["roles"].items():
        permissions = frozenset(entry["permissions"])
        if not permissions <= known:
            unknown = ", ".join(sorted(permissions - known))
            raise InvalidValue("E-ACCESS-PERMISSION-UNKNOWN", role=code, permissions=unknown)
        found[code] = Role(code, entry["zh"], entry["en"], frozenset(entry["levels"]), permissions)
    return _Table(known, found)


def list_roles() -> list[Role]:
    """Return all roles, by code."""
    return [_table().roles[code] for code in sorted(_table().roles)]


def get_role(code: str) -> Role:
    """Return a role. Raises InvalidValue E-ACCESS-ROLE."""
    try:
        return _table().roles[code]
    except KeyError as error:
        raise InvalidValue("E-ACCESS-ROLE", role=code) from error


def permissions(role: str) -> frozenset[str]:
    """Return what a role may do. Raises InvalidValue E-ACCESS-ROLE."""
    return get_role(role).permissions


def all_permissions() -> frozenset[str]:
    """Return every permission there is."""
    return _table().permissions


def require(scope: Scope, permission: str, region: RegionCode | None = None) -> None:
    """Refuse unless the scope holds `permission` and, when given, contains `region`.

    Raises NotAllowed E-ACCESS-PERMISSION or E-ACCESS-REGION; a permission that the table of roles
    lacks is a mistake in our code and raises LookupError.
    """
    if permission not in all_permissions():
        raise LookupError(f"{permission} is not in standards/roles.yaml")
    if permission not in scope.permissions:
        raise NotAllowed("E-ACCESS-PERMISSION", permission=permission)
    if region is not None and not scope.region.contains(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
