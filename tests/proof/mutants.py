"""Mutants of a module: its source changed in one place, by the operators of cosmic-ray.

Left out is what changes nothing that runs: places inside annotations, which `from __future__ import
annotations` keeps as text, the star before keyword-only parameters, and what does not compile.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from bangfu.foundation.database import cluster

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bangfu"
PASSED = 0
# What pytest and `warm` say when they could not run the tests at all.
NO_ANSWER = (4, 5, 99)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed module: which operator did it, the lines before and after, and the whole text."""

    module: str
    operator: str
    line: int
    was: str
    becomes: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """What names it for as long as the line stays as it is."""
        return self.was, self.becomes


def read(module: str) -> str:
    """Return the source of a module."""
    return (SOURCE / module).read_text(encoding="utf-8")


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, e.g. "kernel/scope.py"."""
    source = read(module)
    inside = _annotations(source)
    nodes = list(ast_nodes(get_ast(source)))
    for name in sorted(operator_names()):
        kind = get_operator(name)
        if kind.arguments():
            continue
        operator = kind()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for number, (start, _) in enumerate(places):
            if any(first <= start < last for first, last in inside) or _is_bare(source, start):
                continue
            text = mutate_code(source, operator, number)
            if text is not None and _compiles(text):
                was, becomes = _changed(source, text)
                yield Mutant(module, name.partition("/")[2], start[0], was, becomes, text)


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where the annotations of a module begin and end: line from 1, column from 0."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for one in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(one, ast.expr) and one.end_lineno and one.end_col_offset:
                found.append(((one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)))
    return found


def _is_bare(source: str, start: tuple[int, int]) -> bool:
    """Whether a place is the star before keyword-only parameters, which is no operator."""
    line = source.splitlines()[start[0] - 1]
    return line[start[1] : start[1] + 2] == "*,"


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _changed(source: str, text: str) -> tuple[str, str]:
    """Return the lines that went and the lines that came, without their indentation."""
    before, after = source.splitlines(), text.splitlines()
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return _joined(before), _joined(after)


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())


class Warm:
    """A process that runs tests for texts of modules, one at a time, with one cluster of its own.

    Close it when done. `layer` is that of the modules: "kernel", "foundation", or "commands" for
    what Django does not load by itself.
    """

    def __init__(self, layer: str, home: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DATABASE_", "PYTEST_", "BANGFU_", "HYPOTHESIS_", "PYTHON"))
        }
        environment = {
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "bangfu.server.settings",
            "BANGFU_TEST_HOME": str(home),
        }
        home.mkdir(mode=0o711)
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.warm", layer, str(home)],
            cwd=ROOT,
            env={**kept, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, module: str, text: str, tests: Sequence[str], seconds: float) -> int:
        """Return pytest's exit code with `text` as the module; TOO_SLOW when it was ended."""
        assert self.process.stdin
        assert self.process.stdout
        task = {"module": module, "text": text, "tests": list(tests), "seconds": seconds}
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        code = int(json.loads(self.process.stdout.readline()))
        assert code not in NO_ANSWER, self.output()
        return code

    def output(self) -> str:
        """Return the end of what the last tests printed."""
        return (self.home / "output.txt").read_text(encoding="utf-8")[-3000:]

    def close(self) -> None:
        """End the process and its cluster, and delete its home."""
        self.process.communicate()
        cluster.destroy(self.home)
        shutil.rmtree(self.home)
