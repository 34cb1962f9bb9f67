"""Tests in processes that start quickly: what no mutant changes is loaded once, then forked.

Run as a program by `mutants.Warm`: it reads a task a line, forks a child that takes the given text
for the module's, runs pytest in it, and writes the result.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import django
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bangfu"
# Loaded before the first fork: libraries, and our layers below whatever is changed.
LIBRARIES = (
    "cryptography.hazmat.primitives.ciphers", "django.core.management", "django.db.models",
    "django.test", "duckdb", "hypothesis.strategies", "jwt", "ninja", "pgtrigger",
    "procrastinate.contrib.django.django_connector", "psycopg.types.json", "pyarrow.parquet",
    "pygments", "pypinyin", "requests", "rich.progress", "sqlglot", "structlog", "xlsxwriter",
    "yaml",
)  # fmt: skip
BELOW = {"kernel": (), "foundation": ("kernel", "standards"), "commands": ()}
TOO_SLOW, WRONG = -1, 99


class _Loader(SourceFileLoader):
    """Loads a module from a text instead of from its file."""

    text = ""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self.text, self.path, "exec", dont_inherit=True)
        return code


class _Finder(MetaPathFinder):
    """Finds one module with another text."""

    def __init__(self, module: str, text: str) -> None:
        self.name = "bangfu." + module.removesuffix(".py").replace("/", ".")
        self.loader = _Loader(self.name, str(SOURCE / module))
        self.loader.text = text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.loader.path, loader=self.loader)


def load(layer: str) -> None:
    """Load what every child needs and no mutant of the layer changes."""
    for entry in importlib.metadata.entry_points(group="pytest11"):
        entry.load()
    for name in LIBRARIES:
        importlib.import_module(name)
    if layer == "commands":
        django.setup()
    for package in BELOW[layer]:
        found: Any = importlib.import_module(f"bangfu.{package}")
        for one in pkgutil.iter_modules(found.__path__, f"bangfu.{package}."):
            importlib.import_module(one.name)


def test(task: dict[str, Any], home: Path) -> int:
    """Run the tests of a task in this process, which is a fork, and return pytest's exit code."""
    os.setsid()
    file = os.open(home / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    finder = _Finder(task["module"], task["text"])
    assert finder.name not in sys.modules, f"{finder.name} is loaded before it is changed"
    sys.meta_path.insert(0, finder)
    return int(
        pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *task["tests"]])
    )


def wait(child: int, seconds: float) -> int:
    """Return how a child ended, or TOO_SLOW after ending it and its children."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TOO_SLOW


def main(layer: str, home: Path) -> None:
    """Answer tasks until there are no more. What the first one left of keys, all others find."""
    load(layer)
    kept: dict[Path, bytes] = {}
    for line in sys.stdin:
        restore(kept)
        child = os.fork()
        if child == 0:
            code = WRONG
            try:
                code = test(json.loads(line), home)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(json.dumps(wait(child, json.loads(line)["seconds"])), flush=True)
        kept = kept or {path: path.read_bytes() for path in home.glob("**/keys/*.json")}


def restore(kept: dict[Path, bytes]) -> None:
    """Put back the files of keys: a mutant may have written others."""
    for path, content in kept.items():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
