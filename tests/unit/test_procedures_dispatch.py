"""The table of dispatch: the first row that fits answers, every clue has an answer, and what it
names exists; told by file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.foundation.access import roles
from bangfu.kernel.errors import NotFound
from bangfu.procedures import Book, Dispatch, HandlerKind, ProceduresRefused, Proof, Way, load
from bangfu.procedures.deadlines import start
from bangfu.standards import codelists
from bangfu.standards.paths import packs_root

COUNTY, ON = "990101000000", date(2026, 11, 1)
NATIONAL = packs_root() / "national" / "procedures"
PERMISSIONS = frozenset(one.code for one in roles.list_permissions())


@pytest.fixture(scope="module")
def book() -> Book:
    return packs.load_procedures(packs_root() / "national", PERMISSIONS)


@pytest.fixture(scope="module")
def table(book: Book) -> Dispatch:
    return book.dispatch(COUNTY, ON)


def loaded(folder: Path, text: str, permissions: frozenset[str] | None = PERMISSIONS) -> Book:
    """The nation's clue and limits with another table."""
    file = folder / "dispatch.yaml"
    file.write_text(text, "utf-8")
    files = {
        "procedures/clue.yaml": NATIONAL / "clue.yaml",
        **{f"procedures/limits/{one.name}": one for one in (NATIONAL / "limits").glob("*.yaml")},
        "procedures/dispatch.yaml": file,
    }
    return load(files, permissions)


def changed(old: str, new: str) -> str:
    text = (NATIONAL / "dispatch.yaml").read_text("utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if part in line)


def told(folder: Path, text: str) -> list[tuple[str, int]]:
    with pytest.raises(ProceduresRefused) as refused:
        loaded(folder, text)
    assert {one.file for one in refused.value.problems} == {"procedures/dispatch.yaml"}
    return [(one.code, one.line) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("severity", "risk", "source", "row"),
    [
        ("URGENT", "DISASTER", "SCREENING", "urgent_disaster"),
        ("URGENT", "HOUSING", "SCREENING", "urgent"),
        ("ATTENTION", "HOUSING", "SCREENING", "housing"),
        ("ATTENTION", "INCOME", "SELF", "employment"),
        ("ATTENTION", "OTHER", "SELF", "reported"),
        ("UNKNOWN", "OTHER", "SCREENING", "other"),
    ],
)
def test_the_first_row_that_fits_answers(
    table: Dispatch, severity: str, risk: str, source: str, row: str
) -> None:
    assert table.for_(severity, risk, source).name == row


def test_every_clue_there_can_be_has_an_answer(book: Book, table: Dispatch) -> None:
    matters = [one.code for one in codelists.get("matter").entries]
    sources = book.in_force("clue", ON).facts["source"].codes
    for severity in ("NONE", "UNKNOWN", "ATTENTION", "URGENT"):
        for risk in matters:
            for source in sources:
                found = table.for_(severity, risk, source)
                assert found.handlers
                assert found.limit in book.limits


def test_an_urgent_clue_is_checked_at_home_and_only_a_house_or_a_disaster_wants_a_picture(
    table: Dispatch,
) -> None:
    assert table.for_("URGENT", "INCOME", "SCREENING").ways == (Way.VISIT,)
    pictured = [row.name for row in table.rows if row.photo is Proof.NEEDED]
    assert pictured == ["urgent_disaster", "housing"]
    assert table.for_("ATTENTION", "WATER", "SCREENING").handlers == (HandlerKind.PAIRED_CADRE,)


def test_a_severity_that_does_not_exist_is_a_mistake_of_ours(table: Dispatch) -> None:
    with pytest.raises(ValueError, match="LOUD"):
        table.for_("LOUD", "OTHER", "SELF")


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("RESIDENT_TEAM]", "RESIDENT_CREW]", "E-DISPATCH-ROLE", "RESIDENT_CREW]"),
        # The role is there and held elsewhere, or may not check.
        ("[TOWNSHIP_OFFICER]", "[VILLAGE_OFFICER]", "E-DISPATCH-ROLE", "TOWNSHIP_POST, roles"),
        ("RESIDENT_TEAM]", "GRID_WORKER]", "E-DISPATCH-ROLE", "GRID_WORKER]"),
        ("risks: [HOUSING]", "risks: [HOUSE]", "E-DISPATCH-CODE", "[HOUSE]"),
        ("department: WATER", "department: WATERS", "E-DISPATCH-CODE", "WATERS"),
        ("ways: [VISIT]", "ways: [LETTER]", "E-STANDARD-MALFORMED", "[LETTER]"),
        ("photo: NEEDED", "photo: ALWAYS", "E-STANDARD-MALFORMED", "ALWAYS"),
        ("severities: [URGENT]", "severities: [LOUD]", "E-STANDARD-MALFORMED", "[LOUD]"),
        ("handlers: [PAIRED_CADRE]", "handlers: []", "E-STANDARD-MALFORMED", "handlers: []"),
    ],
)
def test_a_wrong_name_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, code: str, at: str
) -> None:
    text = changed(old, new)
    assert told(tmp_path, text) == [(code, line_of(text, at))]


def test_what_the_pack_does_not_have_is_told_at_the_row(tmp_path: Path) -> None:
    text = changed("limit: clue_check", "limit: clue_chek")
    row = line_of(text, "name: urgent_disaster")
    assert told(tmp_path, text) == [("E-PROCEDURE-LIMIT", row)]
    text = changed("sources: [SELF,", "sources: [DREAM,")
    row = line_of(text, "name: reported")
    assert told(tmp_path, text) == [("E-DISPATCH-CODE", row)]


def test_a_permission_that_nobody_can_hold_is_told(tmp_path: Path) -> None:
    text = changed("", "")
    with pytest.raises(ProceduresRefused) as refused:
        loaded(tmp_path, text, PERMISSIONS - {"CLUE_CHECK"})
    # The steps of the clue that need it are told as well.
    at = {one.line for one in refused.value.problems if one.file == "procedures/dispatch.yaml"}
    assert at == {line_of(text, "VILLAGE_POST, roles"), line_of(text, "TOWNSHIP_POST, roles")}
    assert {one.code for one in refused.value.problems} == {"E-PROCEDURE-PERMISSION"}


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = changed("risks: [HOUSING]", "risks: [HOUSE]").replace(
        "department: WATER", "department: WATERS"
    )
    assert [code for code, _ in told(tmp_path, text)] == ["E-DISPATCH-CODE"] * 2


def test_a_row_that_an_earlier_one_hides_is_refused(tmp_path: Path) -> None:
    text = changed("severities: [URGENT]\n        risks: [DISASTER, ACCIDENT]", "severities: []")
    codes = told(tmp_path, text)
    assert {code for code, _ in codes} == {"E-DISPATCH-HIDDEN"}
    assert len(codes) == 10, "everything after a row that fits everything"


def test_a_last_row_that_leaves_something_out_is_refused(tmp_path: Path) -> None:
    text = changed("en: Everything else\n", "en: Everything else\n        risks: [OTHER]\n")
    assert told(tmp_path, text) == [("E-DISPATCH-LAST", line_of(text, "name: other"))]


def test_a_table_for_one_place_only_is_refused(tmp_path: Path) -> None:
    text = changed('region: "000000000000"', 'region: "990101"')
    assert told(tmp_path, text) == [("E-DISPATCH-EVERYWHERE", line_of(text, "tables:"))]


def test_a_county_has_a_table_of_its_own_from_a_day_on(tmp_path: Path) -> None:
    text = (NATIONAL / "dispatch.yaml").read_text("utf-8")
    own = text.split("tables:\n")[1].replace('"000000000000"', '"990101"')
    own = own.replace("2021-05-01", "2026-06-01").replace("name: urgent\n", "name: at_once\n")
    book = loaded(tmp_path, text + own)
    day = date(2026, 6, 1)
    assert book.dispatch(COUNTY, day).for_("URGENT", "OTHER", "SELF").name == "at_once"
    assert book.dispatch("990102000000", day).for_("URGENT", "OTHER", "SELF").name == "urgent"
    before = book.dispatch(COUNTY, date(2026, 5, 31))
    assert before.for_("URGENT", "OTHER", "SELF").name == "urgent"


def test_a_pack_without_a_table_says_so() -> None:
    with pytest.raises(NotFound, match="E-DISPATCH-NONE"):
        Book().dispatch(COUNTY, ON)


def test_how_many_households_a_cadre_may_have_is_dated_data(book: Book, tmp_path: Path) -> None:
    office = book.offices["COUNTY_OFFICE"]
    found = office.capacity(COUNTY, ON)
    assert found is not None
    assert (found.households, found.source.status) == (5, "unverified")
    file = tmp_path / "pairing.yaml"
    file.write_text((NATIONAL / "pairing.yaml").read_text("utf-8").replace(": 5,", ": many,", 1))
    with pytest.raises(ProceduresRefused) as refused:
        load({"procedures/pairing.yaml": file})
    [problem] = refused.value.problems
    assert (problem.code, problem.line) == ("E-STANDARD-MALFORMED", 9)


def test_a_row_whose_limit_does_not_fit_into_the_whole_is_refused(tmp_path):
    # 2 days to accept, 2 working days (4) to acknowledge and 10 (14) to check are 20 days at their
    # longest, and the whole has 15; five to check (7) are 13.
    text = changed("limit: clue_check", "limit: department_answer")
    with pytest.raises(ProceduresRefused) as refused:
        loaded(tmp_path, text)
    (problem, *others) = [
        one for one in refused.value.problems if one.params["region"] == "000000000000"
    ]
    assert (problem.code, problem.params["procedure"], others) == (
        "E-PROCEDURE-OVERRUN", "clue", [],
    )  # fmt: skip
    assert (problem.params["whole"], problem.params["together"]) == (15, 20)
    assert "department_answer 10 WORKING_DAYS" in str(problem.params["steps"])


def test_the_limit_of_a_row_rules_the_clock_of_the_check(book):
    terms = book.terms(COUNTY)
    clock = book.in_force("clue", ON).clocks["check"]
    # From Monday the 2nd five working days end on the 9th, two on the 4th.
    assert start(clock, ON.replace(day=2), terms, ON).due.on == date(2026, 11, 9)
    ruled = terms.ruling("check", "clue_acknowledge")
    assert start(clock, ON.replace(day=2), ruled, ON).due.on == date(2026, 11, 4)
    # One that the pack does not have rules nothing.
    assert terms.ruling("check", "gone") is terms
