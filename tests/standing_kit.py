"""What most tests begin with, made once for those of a file and undone after the last of them.

The cast takes a fifth of a second to make, and a thousand tests want it. It stands in a transaction
around the tests' own: each test is a savepoint in it, which is rolled back as its transaction would
be. A test that wants less, that commits, or that lies in another file finds it gone. The database's
now() is that of the file's first such test.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key

from tests.cast import Cast, Player

# What each fixture gives; each is made on top of those before it.
Makers = dict[str, Callable[..., Any]]


@dataclass
class _Layer:
    name: str
    made: Any
    around: Any


_standing: list[_Layer] = []
_file: list[Path] = []


def wanted(item: pytest.Item, makers: Makers) -> list[str]:
    """Return what of this the test begins with: nothing when it commits."""
    names = getattr(item, "fixturenames", ())
    marks = [mark.kwargs.get("transaction") for mark in item.iter_markers("django_db")]
    if "transactional_db" in names or any(marks):
        return []
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    found = []
    for name in makers:
        # A file's own fixture of the same name is another thing.
        if name not in names or not known[name][-1].func.__module__.endswith("conftest"):
            break
        found.append(name)
    return found


def clear_for(item: pytest.Item, makers: Makers) -> None:
    """Undo what stands and the test does not want, before any of its fixtures."""
    keep = wanted(item, makers) if _file == [item.path] and _is_whole() else []
    names = [layer.name for layer in _standing]
    while names != keep[: len(names)]:
        names.pop()
    undo(item.config, down_to=len(names))
    _file[:] = [item.path]


def raise_for(item: pytest.Item, makers: Makers) -> None:
    """Make what the test wants and does not stand yet; nothing inside another transaction."""
    if not _standing and connection.in_atomic_block:
        return
    for name in wanted(item, makers)[len(_standing) :]:
        around = transaction.atomic()
        around.__enter__()
        below = [layer.made for layer in _standing]
        _standing.append(_Layer(name, makers[name](*below[-1:]), around))
        connection.check_constraints()


def undo(config: pytest.Config, *, down_to: int = 0) -> None:
    """Roll back what stands above so many layers."""
    while len(_standing) > down_to:
        layer = _standing.pop()
        with config.stash[blocking_manager_key].unblock():
            transaction.set_rollback(True)
            _end(layer.around)


def made(name: str) -> Any:
    """Return what stands under this name, or None."""
    return next((layer.made for layer in _standing if layer.name == name), None)


def fresh(cast: Cast) -> Cast:
    """Return the cast with accounts of the test's own: their objects may be changed."""
    players: dict[str, Player] = {one.name: getattr(cast, one.name) for one in fields(cast)}
    return Cast(**{name: replace(one, user=copy.copy(one.user)) for name, one in players.items()})


def _end(around: AbstractContextManager[Any]) -> None:
    around.__exit__(None, None, None)


def _is_whole() -> bool:
    """Whether the transaction goes on: a test may have broken or closed its connection."""
    is_open = connection.in_atomic_block and not connection.closed_in_transaction
    return is_open and not connection.needs_rollback
