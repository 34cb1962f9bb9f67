"""Every message of the table has somebody who sends it, and what is sent stands in the table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bangfu
from bangfu.standards import messages

SOURCES = Path(bangfu.__file__).parent
# How `monitoring.telling` names its subjects: the part behind the point.
TELLING = SOURCES / "domains" / "monitoring" / "telling.py"


def _words(path: Path) -> Iterator[str]:
    """Every text of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def _called(path: Path) -> set[str]:
    """What the calls of `_call` name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_call":
            found |= {
                f"monitoring.{one.value}"
                for one in ast.walk(node.args[1])
                if isinstance(one, ast.Constant)
            }
    return found


def test_every_subject_of_the_table_has_a_sender_and_every_sender_its_subject() -> None:
    senders = [path for path in SOURCES.rglob("*.py") if "notifications" in path.read_text("utf-8")]
    said = {word for path in senders for word in _words(path)}
    called = _called(TELLING)
    known = set(messages.table().subjects)
    assert called <= known
    # A module's own names for the audit log are no senders: these are sent by `_call` alone.
    assert known - called - said == set()
    assert {"monitoring.waiting", "monitoring.dispatched", "monitoring.transferred"} <= called
