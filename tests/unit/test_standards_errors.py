"""The table of errors: complete, without leftovers, and with every parameter its texts need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bangfu.kernel.errors import Refused
from bangfu.standards import errors
from bangfu.standards.reading import read_block

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bangfu"
IN_QUOTES = re.compile(r"""["'](E(?:-[A-Z0-9]+)+)["']""")
# Besides the code, rule packs and scripts raise errors by naming their codes.
SEARCHED = [*SOURCE.rglob("*.py"), *(ROOT / "packs").rglob("*.yaml")]


def codes_in_source() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in SEARCHED:
        for code in IN_QUOTES.findall(path.read_text(encoding="utf-8")):
            found.setdefault(code, str(path.relative_to(ROOT)))
    return found


def test_every_code_in_the_source_has_its_text() -> None:
    missing = {c: where for c, where in codes_in_source().items() if c not in errors.table()}
    assert missing == {}


def test_every_text_is_used_somewhere() -> None:
    used = codes_in_source()
    assert sorted(code for code in errors.table() if code not in used) == []


def raises() -> Iterator[tuple[str, frozenset[str], str]]:
    """Yield code, parameters and place of each `Error("E-…", name=…)` without ** in the source."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            is_code = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if not is_code or not errors.CODE.fullmatch(first.value):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            names = [keyword.arg for keyword in node.keywords]
            if name[:1].isupper() and None not in names and len(node.args) == 1:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield first.value, frozenset(n for n in names if n), place


def test_every_error_carries_what_its_text_needs() -> None:
    lacking = {
        f"{place} {code}": sorted(entry.parameters - given)
        for code, given, place in raises()
        if (entry := errors.table().get(code)) and entry.parameters - given
    }
    assert lacking == {}


def test_both_languages_use_the_same_parameters() -> None:
    for entry in errors.table().values():
        # `paper_zh` and `paper_en` are one thing, each text naming it in its own language.
        zh = {name.removesuffix("_zh") for name in re.findall(r"{(\w+)}", entry.zh)}
        en = {name.removesuffix("_en") for name in re.findall(r"{(\w+)}", entry.en)}
        assert zh == en, entry.code


def test_a_text_is_filled_in_both_languages() -> None:
    zh = errors.text("E-ID-LENGTH", {"length": 17})
    assert zh.message == "身份证号应为18位，这里是17位。"
    en = errors.text("E-ID-LENGTH", {"length": 17}, "en")
    assert en.message == "An ID number has 18 characters; this one has 17."
    assert zh.remedy != en.remedy


def test_a_code_outside_the_table_raises() -> None:
    with pytest.raises(LookupError, match="E-NO-SUCH"):
        errors.text("E-NO-SUCH", {})


def test_a_parameter_that_is_missing_leaves_its_name() -> None:
    assert "{length}" in errors.text("E-ID-LENGTH", {}).message


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("E-X-Y: {zh: 甲, en: a, remedy_zh: 乙}\n", "E-X-Y"),
        ("E-X-Y: {zh: 甲, en: a, remedy_zh: 乙, remedy_en: ''}\n", "E-X-Y"),
        ("e-x: {zh: 甲, en: a, remedy_zh: 乙, remedy_en: b}\n", "e-x"),
        ("E-X-Y: {zh: '{', en: a, remedy_zh: 乙, remedy_en: b}\n", "E-X-Y"),
        ("E-X-Y: {zh: '{}', en: a, remedy_zh: 乙, remedy_en: b}\n", "E-X-Y"),
    ],
)
def test_a_malformed_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, field: str
) -> None:
    monkeypatch.setenv("BANGFU_STANDARDS", str(tmp_path))
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        errors.table.__wrapped__()
    assert caught.value.params["field"] == field


def test_a_code_in_two_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_STANDARDS", str(tmp_path))
    (tmp_path / "errors").mkdir()
    row = "E-X-Y: {zh: 甲, en: a, remedy_zh: 乙, remedy_en: b}\n"
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "errors" / name).write_text(row, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        errors.table.__wrapped__()
    assert "a.yaml" in caught.value.params["problem"]


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\nb: 2\na: 3\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_block(path)
    assert caught.value.params["line"] == 3
