"""Roles and their permissions, read from `standards/roles.yaml`, which an auditor can read too.

The table is checked when it is loaded; one in which two administrators share a power, or one of
them could open household data, is refused and nothing starts (三权分立, GB/T 22239-2019 8.1.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import yaml

from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.paths import standards_root

# The kinds of account: an account holds posts of one duty alone.
BUSINESS, PUBLIC, SYSTEM, SECURITY, AUDIT = "BUSINESS", "PUBLIC", "SYSTEM", "SECURITY", "AUDIT"
DUTIES = (BUSINESS, PUBLIC, SYSTEM, SECURITY, AUDIT)
# The three administrators, by the duty that is theirs alone but for the auditor's.
ADMINISTRATORS = {
    "SYSTEM_ADMINISTRATOR": SYSTEM,
    "SECURITY_ADMINISTRATOR": SECURITY,
    "AUDIT_ADMINISTRATOR": AUDIT,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its names, the levels at which it may be held, the kind of account that may hold
    it, what it may do, and whether its posts are for one department's datasets alone."""

    code: str
    zh: str
    en: str
    levels: frozenset[int]
    duty: str
    permissions: frozenset[str]
    is_departmental: bool

    @property
    def is_administrator(self) -> bool:
        """Whether it is one of the three administrators."""
        return self.code in ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission: its names, and whether it opens records of people."""

    code: str
    zh: str
    en: str
    is_data: bool


@dataclass(frozen=True, slots=True)
class Table:
    """All roles and permissions, checked."""

    permissions: dict[str, Permission]
    roles: dict[str, Role]


def read_table(data: dict[str, Any]) -> Table:
    """Return the checked table of roles from its plain form.

    Raises InvalidValue E-ACCESS-PERMISSION-UNKNOWN, E-ACCESS-DUTY, E-ACCESS-ADMINISTRATORS (one
    of the three is missing, shares a permission with another, or opens household data).
    """
    known = {
        code: Permission(code, entry["zh"], entry["en"], bool(entry.get("data", False)))
        for code, entry in data["permissions"].items()
    }
    found = {}
    for code, entry in data["roles"].items():
        permissions = frozenset(entry["permissions"])
        if not permissions <= known.keys():
            unknown = ", ".join(sorted(permissions - known.keys()))
            raise InvalidValue("E-ACCESS-PERMISSION-UNKNOWN", role=code, permissions=unknown)
        duty = entry["duty"]
        if duty not in DUTIES or ADMINISTRATORS.get(code, duty) != duty:
            raise InvalidValue("E-ACCESS-DUTY", role=code, duty=str(duty))
        levels = frozenset(entry["levels"])
        departmental = bool(entry.get("department", False))
        found[code] = Role(code, entry["zh"], entry["en"], levels, duty, permissions, departmental)
    table = Table(known, found)
    _check_separation(table)
    return table


def _check_separation(table: Table) -> None:
    """Refuse a table whose administrators overlap; also by a role beside theirs of equal duty."""
    held: dict[str, frozenset[str]] = {}
    for code, duty in ADMINISTRATORS.items():
        if code not in table.roles:
            raise InvalidValue("E-ACCESS-ADMINISTRATORS", roles=code, permissions="")
        alike = [role.permissions for role in table.roles.values() if role.duty == duty]
        held[code] = frozenset().union(*alike)
    everyone_else = frozenset().union(
        *(role.permissions for role in table.roles.values() if role.duty in (BUSINESS, PUBLIC))
    )
    data = frozenset(code for code, one in table.permissions.items() if one.is_data)
    for code, permissions in held.items():
        _refuse_shared(code, permissions & (data | everyone_else))
    for one, other in combinations(held, 2):
        _refuse_shared(f"{one}, {other}", held[one] & held[other])


def _refuse_shared(roles: str, shared: frozenset[str]) -> None:
    if shared:
        names = ", ".join(sorted(shared))
        raise InvalidValue("E-ACCESS-ADMINISTRATORS", roles=roles, permissions=names)


@cache
def _table() -> Table:
    return read_table(yaml.safe_load((standards_root() / "roles.yaml").read_text(encoding="utf-8")))


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
    return frozenset(_table().permissions)


def list_permissions() -> list[Permission]:
    """Return every permission with its names, in the order of the text."""
    return list(_table().permissions.values())


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
