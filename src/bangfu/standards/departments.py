"""Departments that deliver data (部门): who owns which dataset, by the contracts themselves.

A dataset belongs to the department that its contract names, not to the folder it lies in: roads
and vehicles lie in `traffic`, and are the transport office's and the traffic police's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bangfu.standards import codelists, datasets

_NO_FEED = "registry/"


@dataclass(frozen=True, slots=True)
class Department:
    """A department: its code of the list `department`, its names, and the datasets it owns."""

    code: str
    zh: str
    en: str
    datasets: frozenset[str]


def list_departments() -> tuple[Department, ...]:
    """Return the departments that own a dataset other than the register, by code."""
    return tuple(_departments().values())


def find_department(code: str) -> Department | None:
    """Return a department by its code, e.g. "POLICE"; None for one that owns no dataset."""
    return _departments().get(code)


def datasets_of(code: str) -> frozenset[str]:
    """Return the ids of the datasets that a department owns; none of an unknown one."""
    found = find_department(code)
    return found.datasets if found else frozenset()


@cache
def _departments() -> dict[str, Department]:
    owned: dict[str, set[str]] = {}
    for contract in datasets.list_datasets():
        if not contract.id.startswith(_NO_FEED):
            owned.setdefault(contract.department.upper(), set()).add(contract.id)
    names = codelists.get("department")
    found = {}
    for code, ids in sorted(owned.items()):
        entry = names.by_code(code)
        zh, en = (entry.zh, entry.en) if entry else (code, code)
        found[code] = Department(code, zh, en, frozenset(ids))
    return found
