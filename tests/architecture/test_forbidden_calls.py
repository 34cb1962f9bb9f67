"""Calls that our code does without: each would undo a defence that nothing else could give back.

The whole source is read, so a new use anywhere fails here by file and line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bangfu"
DEMO = "cli/demo/"  # invents a county from a seed; nothing secret comes of it

EVALUATING = {"eval", "exec", "compile", "Template", "Engine.from_string"}
LOADING = {"yaml.load", "yaml.unsafe_load"}
BROKEN = {"hashlib.md5", "hashlib.sha1", "hashes.MD5", "hashes.SHA1", "modes.ECB"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
HTML = re.compile(r"v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
ELSEWHERE = re.compile(r"""["'(]\s*(?:https?:)?//[a-z0-9]""")
KEEPING = re.compile(r"sessionStorage|indexedDB|caches\.open|localStorage\.setItem")
MERGING = re.compile(r"__proto__|\.prototype\b|\bconstructor\[|setPrototypeOf|\bmerge\(")
LEAVING = re.compile(r"\bwindow\.open|location\.(?:href\s*=|assign|replace)|javascript:")

Check = Callable[[str, ast.Call], bool]


@lru_cache(maxsize=1)
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    """Each file of our own code and what it says."""
    return tuple(
        (path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(SOURCE.rglob("*.py"))
    )


@lru_cache(maxsize=1)
def _calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """("file:line", the name called, the call) for each call of our own code."""
    return tuple(
        (f"{name}:{node.lineno}", _name(node.func), node)
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def _name(node: ast.expr) -> str:
    """Return "a.b.c" of a dotted name; "" before the dot of anything else."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _found(check: Check) -> list[str]:
    return [place for place, name, call in _calls() if check(name, call)]


def _imported(*modules: str) -> list[str]:
    """Return "file:line" of each import of one of the modules."""
    found = []
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            if any(each.split(".")[0] in modules for each in names):
                found.append(f"{name}:{node.lineno}")
    return found


def _console() -> Iterator[tuple[str, str]]:
    """Yield "file:line" and each line of the console's own sources and page."""
    web = ROOT / "web"
    folders = [*web.glob("apps/*/src"), *web.glob("packages/*/src")]
    files = [path for folder in folders for path in folder.rglob("*")]
    for path in sorted([*files, *web.glob("apps/*/index.html")]):
        if path.suffix in {".ts", ".vue", ".html"}:
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
                yield f"{path.relative_to(ROOT).as_posix()}:{number}", line


def _said(pattern: re.Pattern[str]) -> list[str]:
    return [place for place, line in _console() if pattern.search(line)]


def through_a_shell(name: str, call: ast.Call) -> bool:
    """Is a program called by way of a shell?"""
    return name in SHELLS or any(key.arg == "shell" for key in call.keywords)


def pasted_query(name: str, call: ast.Call) -> bool:
    """Is a cursor given a text that values were pasted into, or a door for raw SQL opened?"""
    if name.endswith((".raw", "RawSQL")):
        return True
    if not name.endswith("cursor.execute") or not call.args:
        return False
    text = call.args[0]
    return isinstance(text, ast.JoinedStr) or (
        isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod | ast.Add)
    )


def formats_input(name: str, call: ast.Call) -> bool:
    """Is a text that a user had a hand in used as a format string?"""
    return re.search(r"(request|body|payload|cell|params)\b.*\.format$", name) is not None


@pytest.mark.evidence("ASVS-1.3.2", "ASVS-1.3.7", "ASVS-1.2.3")
def test_no_code_is_made_of_input() -> None:
    assert _found(lambda name, _: name in EVALUATING) == []


@pytest.mark.evidence("ASVS-1.2.5")
def test_programs_are_called_with_a_list_and_without_a_shell() -> None:
    assert _found(through_a_shell) == []


@pytest.mark.evidence("ASVS-1.5.2")
def test_only_plain_values_are_read_back() -> None:
    assert _imported("pickle", "marshal", "shelve", "dill", "jsonpickle") == []
    assert _found(lambda name, _: name in LOADING) == []


@pytest.mark.evidence("ASVS-1.2.4", "GB22239-8.1.4.4-d")
def test_no_query_of_the_database_is_made_of_values() -> None:
    assert _found(pasted_query) == []


@pytest.mark.evidence("ASVS-11.5.1", "ASVS-7.2.3", "ASVS-6.5.3")
def test_what_must_not_be_guessed_comes_from_the_system() -> None:
    """`random` repeats itself from a seed; only the invented county may use it."""
    assert [place for place in _imported("random") if not place.startswith(DEMO)] == []


@pytest.mark.evidence("ASVS-11.4.1", "ASVS-11.3.1")
def test_no_broken_hash_or_mode_is_used() -> None:
    assert _found(lambda name, _: name in BROKEN) == []


@pytest.mark.evidence("ASVS-1.3.10")
def test_format_strings_are_our_own() -> None:
    assert _found(formats_input) == []


@pytest.mark.evidence("ASVS-3.2.2", "ASVS-1.2.1")
def test_the_console_shows_text_as_text() -> None:
    assert _said(HTML) == []


@pytest.mark.evidence("ASVS-14.2.3", "ASVS-3.7.1")
def test_the_console_fetches_nothing_elsewhere() -> None:
    assert _said(ELSEWHERE) == []


@pytest.mark.evidence("ASVS-14.3.3", "ASVS-14.3.1")
def test_the_browser_keeps_the_language_and_the_size_of_letters_and_no_record() -> None:
    """Its cookies apart, nothing is left in the browser that signing out would have to clear."""
    keeping = {place.split(":")[0].rsplit("/", 1)[1] for place in _said(KEEPING)}
    assert keeping <= {"i18n.ts", "appearance.ts"}


@pytest.mark.evidence("ASVS-1.2.2", "ASVS-3.7.2")
def test_the_console_goes_to_no_address_that_data_name() -> None:
    """But for the province's sign-in, whose address the server has from its own settings."""
    assert {place.rsplit("/", 1)[1].split(":")[0] for place in _said(LEAVING)} <= {"SsoButton.vue"}


@pytest.mark.evidence("ASVS-15.3.6")
def test_the_console_touches_no_prototype_and_merges_no_objects_by_name() -> None:
    assert _said(MERGING) == []


@pytest.mark.evidence("ASVS-6.2.6", "ASVS-6.2.7")
def test_passwords_are_masked_and_may_be_pasted_and_filled_in() -> None:
    assert _said(re.compile(r"@paste|onpaste")) == []
    kinds = re.compile(r"type=\"(text|password)\"")
    shown = [line for _, line in _console() if kinds.search(line) and "password" in line]
    assert shown
    assert [line for line in shown if 'type="text"' in line] == []
    assert _said(re.compile(r"autocomplete=\"(current|new)-password"))


@pytest.mark.evidence("ASVS-7.4.4")
def test_every_page_of_the_shell_has_the_menu_that_signs_out() -> None:
    shell = ROOT / "web" / "apps" / "console" / "src" / "shell"
    assert 'command="sign-out"' in (shell / "UserMenu.vue").read_text(encoding="utf-8")
    bars = [p for p in shell.glob("*.vue") if "<UserMenu" in p.read_text(encoding="utf-8")]
    assert bars


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (through_a_shell, "subprocess.run(command, shell=True)"),
        (through_a_shell, "os.system(command)"),
        (pasted_query, 'cursor.execute(f"SELECT {name}")'),
        (pasted_query, 'cursor.execute("SELECT %s" % name)'),
        (pasted_query, "Household.objects.raw(text)"),
        (formats_input, "request.text.format(1)"),
    ],
)
def test_a_forbidden_call_would_be_found(check: Check, line: str) -> None:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    assert check(_name(call.func), call)
    assert len(_calls()) > 5_000


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (HTML, '<p v-html="text" />'),
        (ELSEWHERE, "import 'https://cdn.example/x.js'"),
        (KEEPING, "sessionStorage.setItem('a', '1')"),
        (LEAVING, "window.open(row.address)"),
        (MERGING, "target['__proto__'] = x"),
    ],
)
def test_a_forbidden_line_would_be_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
    assert len(list(_console())) > 5_000
