"""Budgets of requests and sizes of bodies, read from `standards/limits.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

OF = ("user", "address")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Method, path and, after a question mark, a query key that must be there."""

    method: str
    path: re.Pattern[str]
    key: str

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read `GET /api/v1/households?q`; * is one part of a path or any method, ** any rest."""
        method, _, rest = text.partition(" ")
        path, _, key = rest.partition("?")
        parts = ("[^/]+" if part == "*" else re.escape(part) for part in path.split("/"))
        source = "/".join(parts).replace(re.escape("**"), ".*")
        return cls(method, re.compile(source), key)

    def fits(self, method: str, path: str, keys: frozenset[str]) -> bool:
        """Whether a request with these query keys is meant."""
        return (
            self.method in ("*", method)
            and (not self.key or self.key in keys)
            and self.path.fullmatch(path) is not None
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests one user or address may make in `seconds`; `lease` are taken at a time.

    With `after_status` only answers with such a status spend it.
    """

    name: str
    of: str
    allowed: int
    seconds: int
    lease: int
    after_status: frozenset[int]
    requests: tuple[Pattern, ...]

    def is_for(self, method: str, path: str, keys: frozenset[str]) -> bool:
        """Whether a request spends this budget."""
        return any(pattern.fits(method, path, keys) for pattern in self.requests)


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything of the file. Sizes in bytes."""

    budgets: tuple[Budget, ...]
    bodies: tuple[tuple[tuple[Pattern, ...], int], ...]
    path_bytes: int
    query_bytes: int
    form_fields: int
    form_files: int
    json_depth: int

    def body_bytes(self, method: str, path: str) -> int:
        """Return the largest body of a request."""
        for patterns, size in self.bodies:
            if any(pattern.fits(method, path, frozenset()) for pattern in patterns):
                return size
        raise LookupError("standards/limits.yaml has no size for every path")


@cache
def limits() -> Limits:
    """Return the limits. Raises Refused E-STANDARD-MALFORMED for a malformed file."""
    block = read_block(standards_root() / "limits.yaml")
    shape = block.values["shape"]
    return Limits(
        budgets=tuple(_budget(block, one) for one in block.values["budgets"]),
        bodies=tuple((_patterns(one), _count(block, one, "bytes")) for one in _bodies(block)),
        **{
            name: _count(block, shape, name)
            for name in ("path_bytes", "query_bytes", "form_fields", "form_files", "json_depth")
        },
    )


def _bodies(block: Block) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = block.values["bodies"]
    return found


def _patterns(entry: dict[str, Any]) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(text) for text in entry["requests"])


def _count(block: Block, entry: dict[str, Any], name: str) -> int:
    value = entry.get(name)
    if not isinstance(value, int) or value < 1:
        raise block.fail(name, "not a whole number above 0", "write how many")
    return value


def _budget(block: Block, entry: dict[str, Any]) -> Budget:
    if entry.get("of") not in OF:
        raise block.fail("budgets", f"{entry.get('name')}: of", f"use one of {', '.join(OF)}")
    budget = Budget(
        name=entry["name"],
        of=entry["of"],
        allowed=_count(block, entry, "allowed"),
        seconds=_count(block, entry, "seconds"),
        lease=_count(block, entry, "lease"),
        after_status=frozenset(entry.get("after_status", ())),
        requests=_patterns(entry),
    )
    if budget.lease > budget.allowed:
        raise block.fail("budgets", f"{budget.name}: lease", "lease no more than is allowed")
    return budget
