"""What is found across the rows of a list."""

from __future__ import annotations

from typing import Any

import pytest

from bangfu.domains.registry.importing.assembly import Assembler, Assembly
from bangfu.foundation.sheets.types import CellIssue, ValidatedSheet


def sheet(rows: list[dict[str, Any]], bad: dict[int, str] | None = None) -> ValidatedSheet:
    """Return a checked sheet; rows are numbered from 2. `bad` maps row numbers to a column."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    issues = [CellIssue(no, column, "E-CELL-EMPTY", {}, None) for no, column in (bad or {}).items()]
    return ValidatedSheet(
        columns={name: [row.get(name) for row in rows] for name in names},
        row_numbers=list(range(2, 2 + len(rows))),
        issues=issues,
        repairs=[],
        warnings=[],
        bad_rows=frozenset(bad or {}),
    )


def row(no: str, number: str, relation: str | None = "HEAD", name: str = "甲") -> dict[str, Any]:
    return {"household_no": no, "id_number": number, "name": name, "relation": relation}


def shared(
    rows: list[dict[str, Any]],
    own: list[dict[str, Any]] | None = None,
    bad: dict[int, str] | None = None,
) -> Assembly:
    assembler = Assembler(
        sheet(rows, bad), sheet(own or [{"household_type": None} for _ in rows]), is_shared=True
    )
    assembler.run()
    return assembler.finish()


def separate(members: list[dict[str, Any]], households: list[dict[str, Any]]) -> Assembly:
    assembler = Assembler(sheet(members), sheet(households), is_shared=False)
    assembler.run()
    return assembler.finish()


def found(assembly: Assembly) -> set[tuple[int, str]]:
    issues = [*assembly.member_issues, *assembly.household_issues]
    return {(issue.row_no, issue.code) for issue in issues}


def test_a_sound_household_has_no_issue() -> None:
    assembly = shared([row("1", "A"), row("1", "B", "SPOUSE")])
    assert found(assembly) == set()
    assert [group.rows for group in assembly.good] == [[0, 1]]


def test_rows_of_one_household_need_not_stand_together() -> None:
    assembly = shared([row("1", "A"), row("2", "B"), row("1", "C", "SON")])
    assert [group.rows for group in assembly.good] == [[0, 2], [1]]


def test_a_household_without_a_head_is_kept_back() -> None:
    assembly = shared([row("1", "A", "SPOUSE"), row("1", "B", "SON")])
    assert found(assembly) == {(2, "E-REGISTRY-NO-HEAD"), (3, "E-REGISTRY-HOUSEHOLD-WAITS")}


def test_an_unreadable_relation_is_not_reported_as_a_missing_head_too() -> None:
    assert found(shared([row("1", "A", None)], bad={2: "relation"})) == set()


def test_the_second_head_is_marked_and_the_first_is_named() -> None:
    assembly = shared([row("1", "A"), row("1", "B")])
    issue = next(each for each in assembly.member_issues if each.code == "E-REGISTRY-TWO-HEADS")
    assert (issue.row_no, issue.params) == (3, {"other_row": 2})


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (row("1", "A", "SON"), "E-REGISTRY-PERSON-TWICE"),
        (row("2", "A"), "E-REGISTRY-PERSON-IN-TWO-HOUSEHOLDS"),
        (row("1", "A", "SON", "乙"), "E-REGISTRY-PERSON-TWO-NAMES"),
    ],
)
def test_f09_one_number_on_two_rows_is_a_conflict_never_two_persons(
    second: dict[str, Any], code: str
) -> None:
    assembly = shared([row("1", "A"), second])
    assert found(assembly) == {(2, code), (3, code)}
    assert assembly.good == []


def test_a_bad_row_keeps_its_household_back_and_no_other() -> None:
    rows = [row("1", "A"), row("1", "B", "SON"), row("2", "C")]
    assembly = shared(rows, bad={3: "name"})
    assert found(assembly) == {(2, "E-REGISTRY-HOUSEHOLD-WAITS")}
    assert [group.household_no for group in assembly.good] == ["2"]


def test_household_columns_may_stand_on_one_row_only() -> None:
    own = [{"household_type": "LIFTED"}, {"household_type": None}]
    assert found(shared([row("1", "A"), row("1", "B", "SON")], own)) == set()


def test_household_columns_that_disagree_are_marked() -> None:
    own = [{"household_type": "LIFTED"}, {"household_type": "ORDINARY"}]
    assembly = shared([row("1", "A"), row("1", "B", "SON")], own)
    assert (3, "E-REGISTRY-HOUSEHOLD-DISAGREES") in found(assembly)


def test_two_sheets_are_joined_by_number() -> None:
    assembly = separate([row("1", "A"), row("1", "B", "SON")], [{"household_no": "1"}])
    assert found(assembly) == set()
    assert assembly.good[0].sheet_row == 0


def test_two_sheets_must_name_the_same_households() -> None:
    assembly = separate(
        [row("1", "A"), row("2", "B")], [{"household_no": "1"}, {"household_no": "3"}]
    )
    assert [(each.row_no, each.code) for each in assembly.member_issues] == [
        (3, "E-REGISTRY-NO-HOUSEHOLD")
    ]
    assert [(each.row_no, each.code) for each in assembly.household_issues] == [
        (3, "E-REGISTRY-NO-MEMBERS")
    ]


def test_a_household_twice_on_its_sheet_is_kept_back() -> None:
    assembly = separate([row("1", "A")], [{"household_no": "1"}, {"household_no": "1"}])
    assert (3, "E-REGISTRY-HOUSEHOLD-TWICE") in found(assembly)
    assert assembly.good == []


def test_a_head_that_the_two_sheets_name_differently_is_marked() -> None:
    assembly = separate([row("1", "A", name="甲")], [{"household_no": "1", "head_name": "乙"}])
    assert (2, "E-REGISTRY-HEAD-DIFFERS") in found(assembly)
