"""The table of evidence: what counts, what is refused, and that a removed test leaves a hole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.compliance_rows import Wrong, gather, headings, holes, read_reasons
from scripts.compliance_traces import endings

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    name: reason
    for name, reason in read_reasons(ROOT / "standards" / "compliance").items()
    if reason.until or reason.as_long_as
}

REASONS = r"""
reasons:
  no-mail: {kind: not_applicable, zh: 不发邮件, en: no mail is sent}
  later:
    kind: open
    zh: 尚未建成
    en: not built yet
    until:
      - {path: src/bangfu/domains/money}
      - {table: 'money_.*', such_as: money_line}
      - {word: '\bpay[(]', in: 'src/**/*.py', such_as: pay(1)}
    as_long_as:
      - {word: '# Page', in: page.md, such_as: '# Page'}
  front: {kind: installation, zh: 由代理配置, en: set at the front}
"""
ROWS = """
title: {zh: 甲, en: A}
source: a table
status: verified
sections:
  - id: V1
    zh: 一
    en: one
    rows:
      - {id: A-1, zh: 一, en: one}
      - {id: A-2, zh: 二, en: two, because: no-mail}
      - {id: A-3, zh: 三, en: three, because: later}
      - {id: A-4, zh: 四, en: four, setting: BANGFU_DEBUG, document: "page.md#how-it-is-kept"}
      - {id: A-5, zh: 五, en: five, because: front}
      - {id: F10, zh: 六, en: six}
"""
TESTS = """
import pytest
pytestmark = [pytest.mark.django_db, pytest.mark.evidence("A-3")]

@pytest.mark.evidence("A-1", "A-3")
def test_one():
    assert True

@pytest.mark.evidence("A-5")
class TestMore:
    def test_two(self):
        assert True

def test_f10_a_formula_is_text():
    assert True
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one standard, one module of tests and one page."""
    for name, text in {
        "standards/compliance/reasons.yaml": REASONS,
        "standards/compliance/a.yaml": ROWS,
        "tests/unit/test_a.py": TESTS,
        "page.md": "# Page\n\n## How it is kept\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def _rows(tree: Path) -> dict[str, object]:
    return {row.id: row for standard in gather(tree) for row in standard.rows()}


def _holes(tree: Path) -> list[str]:
    reasons = read_reasons(tree / "standards" / "compliance").values()
    over = [hole for reason in reasons for hole in endings(tree, reason)]
    return [*holes(tree, gather(tree), {"BANGFU_DEBUG"}), *over]


def test_each_row_says_how_it_stands(tree: Path) -> None:
    states = {name: row.state for name, row in _rows(tree).items()}
    assert states == {
        "A-1": "SHOWN",
        "A-2": "NOT_APPLICABLE",
        "A-3": "PARTLY",
        "A-4": "SHOWN",
        "A-5": "SHOWN",
        "F10": "SHOWN",
    }
    assert _holes(tree) == []


def test_markers_of_functions_classes_modules_and_names_are_found(tree: Path) -> None:
    rows = _rows(tree)
    name = "tests/unit/test_a.py"
    assert rows["A-1"].tests == [f"{name}::test_one"]
    assert rows["A-3"].tests == [
        f"{name}::test_one",
        f"{name}::TestMore::test_two",
        f"{name}::test_f10_a_formula_is_text",
    ]
    assert rows["A-5"].tests == [f"{name}::TestMore::test_two"]
    assert rows["F10"].tests == [f"{name}::test_f10_a_formula_is_text"]


def test_the_consoles_tests_count_by_a_line_above_them(tree: Path) -> None:
    path = tree / "web" / "apps" / "console" / "tests" / "a.test.ts"
    path.parent.mkdir(parents=True)
    path.write_text('// evidence: A-1\nit("shows text as text", () => {});\n', encoding="utf-8")
    assert "web/apps/console/tests/a.test.ts::shows text as text" in _rows(tree)["A-1"].tests
    path.write_text("// evidence: A-1\nconst x = 1;\n", encoding="utf-8")
    with pytest.raises(Wrong, match="above no test"):
        gather(tree)


def test_a_removed_test_leaves_a_hole_that_is_named(tree: Path) -> None:
    (tree / "tests/unit/test_a.py").unlink()
    assert _holes(tree) == [
        "A-1 (one): no test, setting, document or reason",
        "F10 (six): no test, setting, document or reason",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('@pytest.mark.evidence("A-9")\ndef test_x():\n    assert 1\n', "A-9, which no file"),
        ("@pytest.mark.evidence(ID)\ndef test_x():\n    assert 1\n", "written-out ids only"),
        ("@pytest.mark.evidence()\ndef test_x():\n    assert 1\n", "one id or more"),
        ('@pytest.mark.evidence("A-1")\ndef helper():\n    return 1\n', "is no test"),
    ],
)
def test_a_marker_that_cannot_be_right_is_refused(tree: Path, wrong: str, said: str) -> None:
    (tree / "tests/unit/test_b.py").write_text("import pytest\n" + wrong, encoding="utf-8")
    with pytest.raises(Wrong, match=said):
        gather(tree)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("because: later", "because: nobody-knows", "unknown reason"),
        ("id: A-2", "id: A-1", "stands twice"),
        ("because: no-mail", "becuase: no-mail", "unknown fields"),
        ("because: front", "setting: BANGFU_DEBUG", "used by no row: front"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(tree: Path, old: str, new: str, said: str) -> None:
    path = tree / "standards/compliance/a.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(Wrong, match=said):
        gather(tree)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("src/bangfu/domains/money/api.py", "", "src/bangfu/domains/money is there"),
        ("src/bangfu/a/models.py", '    db_table = "money_line"\n', "models.py (money_line)"),
        ("src/bangfu/a/services.py", "def f():\n    pay(1)\n", "src/bangfu/a/services.py is"),
        ("page.md", "# Another page\n\n## How it is kept\n", "nothing is there for word # Page"),
    ],
)
def test_a_reason_is_over_when_the_tree_says_so(
    tree: Path, path: str, text: str, found: str
) -> None:
    assert _holes(tree) == []
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text, encoding="utf-8")
    (hole,) = _holes(tree)
    assert hole.startswith("reasons.yaml: later: no longer true")
    assert found in hole


def test_what_looks_like_it_and_is_not_it_changes_nothing(tree: Path) -> None:
    for path, text in {
        "src/bangfu/a/models.py": '    db_table = "easy_money_line"\n',
        "src/bangfu/b/services.py": "def f():\n    repaid(1)\n",
        "src/node_modules/c.py": "pay(1)\n",
    }.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    assert _holes(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{path: src/bangfu/domains/money}", "{pth: src}", "an entry is path, or table"),
        ("such_as: money_line", "such_as: a_money_line", "does not fit its example"),
        ("such_as: pay(1)", "such_as: repay(1)", "does not fit its example"),
    ],
)
def test_a_trace_that_would_hold_nothing_is_refused(
    tree: Path, old: str, new: str, said: str
) -> None:
    path = tree / "standards/compliance/reasons.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    (hole,) = _holes(tree)
    assert said in hole


def test_an_open_reason_says_what_would_end_it(tree: Path) -> None:
    path = tree / "standards/compliance/reasons.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("    until:")] + text[text.index("  front:") :])
    assert _holes(tree) == [
        "reasons.yaml: later: an open reason says until what, or as long as what"
    ]


@pytest.mark.parametrize("reason", sorted(REAL))
def test_each_trace_of_the_real_reasons_ends_its_reason(reason: str, tmp_path: Path) -> None:
    """Alone in a tree, what the trace waits for is found; in ours it is not."""
    found = REAL[reason]
    assert list(endings(ROOT, found)) == []
    for number, entry in enumerate(found.until):
        root = tmp_path / str(number)
        _grow(root, entry)
        (said,) = endings(root, replace(found, until=(entry,), as_long_as=()))
        assert "no longer true" in said
    for entry in found.as_long_as:
        (said,) = endings(tmp_path / "empty", replace(found, until=(), as_long_as=(entry,)))
        assert "nothing is there" in said


def _grow(root: Path, entry: dict[str, str]) -> None:
    """Make what an entry waits for: a file that its glob finds, with its example."""
    if "table" in entry:
        glob, text = "src/bangfu/domains/x/models.py", f'    db_table = "{entry["such_as"]}"\n'
    else:
        glob, text = entry.get("path") or entry["in"], entry.get("such_as", "")
    path = root / glob.replace("**", "x").replace("*.*", "x.vue").replace("*", "x")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_settings_and_documents_must_be_there(tree: Path) -> None:
    path = tree / "standards/compliance/a.yaml"
    text = path.read_text(encoding="utf-8").replace("BANGFU_DEBUG", "BANGFU_DEBUGG")
    path.write_text(text.replace("#how-it-is-kept", "#how"), encoding="utf-8")
    assert _holes(tree) == [
        "A-4: there is no setting BANGFU_DEBUGG",
        "A-4: page.md has no heading #how",
    ]


def test_headings_become_anchors_as_forges_make_them() -> None:
    assert headings("# 三员 Three administrators\n\n## What's `kept`?\n") == {
        "三员-three-administrators",
        "whats-kept",
    }
