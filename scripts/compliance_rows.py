"""Read what `standards/compliance/` asks for, and find in the tests what shows that it holds.

A row is shown by tests, by a setting, by a document, or answered by a reason. Tests are found
without importing them: by `@pytest.mark.evidence("ASVS-6.2.1", …)` on a function, a class or as a
module's `pytestmark`, by `test_f10_…` in a function's name (that is F10), and in the console's
tests by a line `// evidence: ASVS-3.2.2` above an `it(…)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

KINDS = ("not_applicable", "installation", "open")
FIELDS = {"id", "level", "zh", "en", "setting", "document", "because"}
_FAULTS_IN_NAME = re.compile(r"^test_((?:f\d\d_)+)")
_CONSOLE_LINE = re.compile(r"^\s*//\s*evidence:\s*(.+?)\s*$")
_CONSOLE_TEST = re.compile(r"""^\s*(?:it|test|describe)(?:\.each)?\b[^"'`]*["'`](.+?)["'`]""")


class Wrong(Exception):
    """A row, a reason or a marker that cannot be right; the text says which."""


@dataclass(frozen=True)
class Reason:
    """Why rows need no test: one of KINDS, with its text in both languages.

    `until` and `as_long_as` are what in the tree would say that it no longer holds
    (compliance_traces.py).
    """

    name: str
    kind: str
    zh: str
    en: str
    until: tuple[dict[str, str], ...] = ()
    as_long_as: tuple[dict[str, str], ...] = ()


@dataclass
class Row:
    """One requirement, and what shows that it holds."""

    id: str
    zh: str
    en: str
    level: int | None = None
    settings: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    reason: Reason | None = None
    tests: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Return how the row stands: SHOWN, PARTLY, OPEN, INSTALLATION, NOT_APPLICABLE, NOTHING."""
        shown = bool(self.tests or self.settings or self.documents)
        if self.reason is None:
            return "SHOWN" if shown else "NOTHING"
        if self.reason.kind == "open":
            return "PARTLY" if shown else "OPEN"
        return "SHOWN" if self.tests else self.reason.kind.upper()


@dataclass
class Section:
    """A chapter of a standard."""

    id: str
    zh: str
    en: str
    rows: list[Row]


@dataclass
class Standard:
    """One file of rows; `name` is the file's stem."""

    name: str
    title: dict[str, str]
    source: str
    status: str
    sections: list[Section]

    def rows(self) -> Iterator[Row]:
        """Yield every row in the file's order."""
        for section in self.sections:
            yield from section.rows


def read_reasons(folder: Path) -> dict[str, Reason]:
    """Return the named reasons of `reasons.yaml`; raises Wrong for an unknown kind."""
    text = (folder / "reasons.yaml").read_text(encoding="utf-8")
    found = {}
    for name, each in yaml.safe_load(text)["reasons"].items():
        if each["kind"] not in KINDS:
            raise Wrong(f"reasons.yaml: {name}: unknown kind {each['kind']!r}")
        until, as_long_as = (tuple(each.get(key, ())) for key in ("until", "as_long_as"))
        found[name] = Reason(name, each["kind"], each["zh"], each["en"], until, as_long_as)
    return found


def read_standards(folder: Path) -> list[Standard]:
    """Return every file of rows, by name; raises Wrong for a malformed or repeated row."""
    reasons = read_reasons(folder)
    standards = []
    seen: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "reasons.yaml":
            continue
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        sections = [
            Section(str(s["id"]), s["zh"], s["en"], [_row(row, reasons) for row in s["rows"]])
            for s in data["sections"]
        ]
        standard = Standard(path.stem, data["title"], data["source"], data["status"], sections)
        for row in standard.rows():
            if row.id in seen:
                raise Wrong(f"{path.name}: {row.id} stands twice")
            seen.add(row.id)
        standards.append(standard)
    unused = set(reasons) - {r.reason.name for s in standards for r in s.rows() if r.reason}
    if unused:
        raise Wrong(f"reasons.yaml: used by no row: {', '.join(sorted(unused))}")
    return standards


def _row(data: dict[str, Any], reasons: dict[str, Reason]) -> Row:
    unknown = set(data) - FIELDS
    if unknown:
        raise Wrong(f"{data.get('id')}: unknown fields {', '.join(sorted(unknown))}")
    because = data.get("because")
    if because is not None and because not in reasons:
        raise Wrong(f"{data['id']}: unknown reason {because!r}")
    return Row(
        id=str(data["id"]),
        zh=data["zh"],
        en=data["en"],
        level=data.get("level"),
        settings=_several(data.get("setting")),
        documents=_several(data.get("document")),
        reason=reasons[because] if because else None,
    )


def _several(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def find_tests(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (row id, test id) for each claim in the tests under `root`; raises Wrong."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        yield from _claims_of_module(path, path.relative_to(root).as_posix())
    for path in sorted((root / "web").glob("*/*/**/*.test.ts")):
        if "node_modules" not in path.parts:
            yield from _claims_of_console(path, path.relative_to(root).as_posix())


def _claims_of_module(path: Path, name: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), name)
    for_all = [row for node in tree.body for row in _of_pytestmark(node, name)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            of_class = for_all + _of_decorators(node, name)
            for inner in node.body:
                if _is_test(inner):
                    yield from _claims(inner, of_class, f"{name}::{node.name}", name)
        elif _is_test(node):
            yield from _claims(node, for_all, name, name)
        elif isinstance(node, ast.FunctionDef) and _of_decorators(node, name):
            raise Wrong(f"{name}: {node.name} is no test and cannot be evidence")


def _is_test(node: ast.stmt) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and node.name.startswith("test_")


def _claims(node: Any, more: list[str], prefix: str, name: str) -> Iterator[tuple[str, str]]:
    rows = [*more, *_of_decorators(node, name)]
    faults = _FAULTS_IN_NAME.match(node.name)
    if faults:
        rows += [part.upper() for part in faults[1].split("_") if part]
    for row in dict.fromkeys(rows):
        yield row, f"{prefix}::{node.name}"


def _of_pytestmark(node: ast.stmt, name: str) -> list[str]:
    if not isinstance(node, ast.Assign) or not any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    ):
        return []
    marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    return [row for mark in marks for row in _of_mark(mark, name)]


def _of_decorators(node: Any, name: str) -> list[str]:
    return [row for mark in node.decorator_list for row in _of_mark(mark, name)]


def _of_mark(mark: ast.expr, name: str) -> list[str]:
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.evidence"):
        return []
    rows = []
    for value in mark.args:
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            raise Wrong(f"{name}:{mark.lineno}: evidence takes written-out ids only")
        rows.append(value.value)
    if not rows or mark.keywords:
        raise Wrong(f"{name}:{mark.lineno}: evidence takes one id or more and no keywords")
    return rows


def _claims_of_console(path: Path, name: str) -> Iterator[tuple[str, str]]:
    waiting: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        said = _CONSOLE_LINE.match(line)
        if said:
            waiting += [part.strip() for part in said[1].split(",")]
        elif waiting and line.strip():
            test = _CONSOLE_TEST.match(line)
            if not test:
                raise Wrong(f"{name}:{number}: evidence stands above no test")
            for row in waiting:
                yield row, f"{name}::{test[1]}"
            waiting = []


def gather(root: Path) -> list[Standard]:
    """Return the standards with the tests of every row; raises Wrong for an unknown id."""
    standards = read_standards(root / "standards" / "compliance")
    rows = {row.id: row for standard in standards for row in standard.rows()}
    for row_id, test in find_tests(root):
        if row_id not in rows:
            raise Wrong(f"{test}: evidence for {row_id}, which no file of standards/compliance has")
        rows[row_id].tests.append(test)
    return standards


def holes(root: Path, standards: list[Standard], settings: set[str]) -> list[str]:
    """Return what is missing: rows with nothing, unknown settings, documents that are not there."""
    found = []
    for row in (row for standard in standards for row in standard.rows()):
        if row.state == "NOTHING":
            found.append(f"{row.id} ({row.en}): no test, setting, document or reason")
        found += [
            f"{row.id}: there is no setting {name}" for name in row.settings if name not in settings
        ]
        found += [f"{row.id}: {hole}" for hole in map(_hole_of(root), row.documents) if hole]
    return found


def _hole_of(root: Path) -> Any:
    def hole(document: str) -> str:
        name, _, heading = document.partition("#")
        path = root / name
        if not path.is_file():
            return f"there is no {name}"
        if heading and heading not in headings(path.read_text(encoding="utf-8")):
            return f"{name} has no heading #{heading}"
        return ""

    return hole


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, as code forges make them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
