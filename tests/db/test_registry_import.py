"""Importing lists of households: what is new, what differs, what stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from openpyxl import load_workbook

from bangfu.domains.registry import selectors, services
from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.foundation import files
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import NotAllowed, Refused
from tests.cast import Cast
from tests.registry_kit import (
    FIRST,
    LATER,
    LOWER,
    OCTOBER,
    SEPTEMBER,
    STONE,
    UPPER,
    id_number,
    person,
    take_in,
    write_list,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "standards/examples/households.xlsx"


def numbers(cast: Cast) -> list[str]:
    return [row.household_no for row in selectors.list_households(cast.county.scope).items]


def test_the_example_list_takes_five_households_and_explains_five_rows(
    cast: Cast, tmp_path: Path
) -> None:
    result = take_in(cast.county.scope, EXAMPLE, as_of=SEPTEMBER)
    assert result.is_committed
    assert numbers(cast) == [f"9901019000000{n}" for n in range(1, 6)]
    assert result.counts["good_persons"] == 12
    assert result.counts["bad_households"] == 5
    found = {issue["row"]: issue["code"] for issue in result.issues}
    # Rows as the spreadsheet program numbers them; 18 and 20 only wait for their neighbours.
    assert found == {
        17: "E-ID-CHECKSUM",
        18: "E-REGISTRY-HOUSEHOLD-WAITS",
        19: "E-ID-PRECISION",
        20: "E-REGISTRY-HOUSEHOLD-WAITS",
        21: "E-CODE-UNKNOWN",
        22: "E-REGISTRY-NO-HEAD",
        23: "E-MONEY-FORMAT",
    }


def test_the_error_workbook_tells_a_clerk_what_to_mend(cast: Cast, tmp_path: Path) -> None:
    result = take_in(cast.county.scope, EXAMPLE)
    assert result.error_file_id is not None
    path = tmp_path / "errors.xlsx"
    with files.open_file(cast.county.scope, result.error_file_id) as stored:
        path.write_bytes(stored.read())
    sheet = load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[8].value for row in rows] == [
        "周建军",
        "郭凤",
        "吴海",
        "郑永",
        "郑小红",
        "冯梅",
        "陈国",
    ]
    reasons = {row[8].value: str(row[19].value) for row in rows}
    assert "证件号码(J)" in reasons["周建军"]
    assert "没有户主" in reasons["冯梅"]
    assert "整户暂不导入" in reasons["郭凤"]
    assert all(str(row[20].value).strip() for row in rows), "each row says what to do"
    painted = {
        row[8].value: [
            cell.column_letter for cell in row[:17] if cell.fill.fgColor.rgb == "FFFFC7CE"
        ]
        for row in rows
    }
    assert painted["周建军"] == ["J"]
    assert painted["郑小红"] == ["K"]
    assert painted["陈国"] == ["G"]
    assert painted["郭凤"] == []


def test_the_mended_workbook_goes_in_as_it_is(cast: Cast, tmp_path: Path) -> None:
    result = take_in(cast.county.scope, EXAMPLE)
    path = tmp_path / "mended.xlsx"
    with files.open_file(cast.county.scope, result.error_file_id) as stored:
        path.write_bytes(stored.read())
    book = load_workbook(path)
    sheet = book.worksheets[0]
    by_name = {row[8].value: row for row in sheet.iter_rows(min_row=2)}
    by_name["周建军"][9].value = id_number(921, "19720101")
    by_name["吴海"][9].value = id_number(923, "19650606")
    by_name["郑小红"][10].value = "其他"
    by_name["冯梅"][10].value = "户主"
    by_name["陈国"][6].value = 3000
    book.save(path)
    again = take_in(cast.county.scope, path)
    assert again.counts["bad_households"] == 0
    assert len(numbers(cast)) == 10


def test_nothing_is_written_without_commit(cast: Cast) -> None:
    result = take_in(cast.county.scope, EXAMPLE, commit=False)
    assert result.state == "STAGED"
    assert result.counts["good_households"] == 5
    assert numbers(cast) == []


@pytest.mark.evidence("GB22239-8.1.4.10-b")
def test_a_staged_list_is_committed_later_and_its_staged_file_is_gone(
    cast: Cast, settings: pytest.FixtureRequest, django_capture_on_commit_callbacks: object
) -> None:
    staged = take_in(cast.county.scope, EXAMPLE, commit=False)
    folder = Path(settings.BANGFU_HOME) / "staged" / "registry"
    stored = folder / f"{staged.batch_id}.bin"
    content = stored.read_bytes()
    assert "赵德福".encode() not in content, "names wait encrypted"
    with django_capture_on_commit_callbacks(execute=True):
        done = services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    assert done.is_committed
    assert len(numbers(cast)) == 5
    assert not stored.exists()


def test_a_cancelled_list_is_never_in_force(
    cast: Cast, settings: pytest.FixtureRequest, django_capture_on_commit_callbacks: object
) -> None:
    staged = take_in(cast.county.scope, EXAMPLE, commit=False)
    with django_capture_on_commit_callbacks(execute=True):
        services.cancel_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    folder = Path(settings.BANGFU_HOME) / "staged" / "registry"
    assert not (folder / f"{staged.batch_id}.bin").exists()
    assert numbers(cast) == []


def test_another_file_changes_what_differs_and_nothing_else(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    first = [person("1", 1, "赵一"), person("2", 2, "钱二"), person("2", 3, "钱三", "之子")]
    second = [person("1", 1, "赵一", wage=2000), person("2", 2, "钱二"), person("3", 4, "孙四")]
    take_in(scope, write_list(tmp_path / "a.xlsx", first))
    result = take_in(scope, write_list(tmp_path / "b.xlsx", second), as_of=OCTOBER, at=LATER)
    counts = result.counts
    assert (counts["households_new"], counts["households_changed"]) == (1, 1)
    assert counts["households_unchanged"] == 1
    assert (counts["persons_new"], counts["persons_changed"]) == (1, 0)
    assert counts["persons_unchanged"] == 2
    with activate(scope):
        assert Household.pgh_event_model.objects.count() == 1, "one version, of the changed one"
        assert Person.pgh_event_model.objects.count() == 0


def test_a_member_missing_from_a_newer_list_is_named_and_stays(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    first = [person("1", 1, "赵一"), person("1", 2, "赵二", "之子")]
    take_in(scope, write_list(tmp_path / "a.xlsx", first))
    newer = write_list(tmp_path / "b.xlsx", [person("1", 1, "赵一", wage=5)])
    result = take_in(scope, newer, as_of=OCTOBER, at=LATER)
    assert [(each["household_no"], each["name"]) for each in result.missing] == [("1", "赵二")]
    household = selectors.get_household(scope, "1")
    assert [member.name for member in household.members] == ["赵一", "赵二"]
    assert selectors.list_households(scope).items[0].member_count == 2


def test_a_household_missing_from_a_newer_list_is_counted_and_stays(
    cast: Cast, tmp_path: Path
) -> None:
    scope = cast.county.scope
    take_in(
        scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一"), person("2", 2, "钱二")])
    )
    newer = write_list(tmp_path / "b.xlsx", [person("1", 1, "赵一", wage=9)])
    assert take_in(scope, newer, as_of=OCTOBER, at=LATER).counts["left"] == 1
    assert numbers(cast) == ["1", "2"]


def test_f09_a_person_of_another_household_is_a_conflict_never_two_persons(
    cast: Cast, tmp_path: Path
) -> None:
    scope = cast.county.scope
    take_in(
        scope,
        write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一"), person("1", 2, "赵二", "之子")]),
    )
    moved = [person("2", 2, "赵二"), person("3", 3, "孙三")]
    result = take_in(scope, write_list(tmp_path / "b.xlsx", moved), as_of=OCTOBER, at=LATER)
    assert [(issue["row"], issue["code"]) for issue in result.issues] == [
        (2, "E-REGISTRY-PERSON-ELSEWHERE")
    ]
    assert result.issues[0]["params"] == {"household_no": "1"}
    assert numbers(cast) == ["1", "3"]
    with activate(scope):
        assert Person.objects.filter(name="赵二").count() == 1


def test_a_conflict_that_arises_between_staging_and_commit_is_held_back(
    cast: Cast, tmp_path: Path
) -> None:
    scope = cast.county.scope
    staged = take_in(
        scope,
        write_list(tmp_path / "b.xlsx", [person("2", 2, "赵二"), person("3", 3, "孙三")]),
        commit=False,
    )
    take_in(scope, write_list(tmp_path / "a.xlsx", [person("1", 2, "赵二")]))
    done = services.commit_batch(scope=scope, at=LATER, batch_id=staged.batch_id)
    assert [(each["household_no"], each["code"]) for each in done.held] == [
        ("2", "E-REGISTRY-PERSON-ELSEWHERE")
    ]
    assert numbers(cast) == ["1", "3"]


def test_a_new_head_takes_over_and_the_old_one_stays_a_member(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    first = [person("1", 1, "赵一"), person("1", 2, "李二", "配偶")]
    swapped = [person("1", 2, "李二"), person("1", 1, "赵一", "配偶")]
    take_in(scope, write_list(tmp_path / "a.xlsx", first))
    take_in(scope, write_list(tmp_path / "b.xlsx", swapped), as_of=OCTOBER, at=LATER)
    household = selectors.get_household(scope, "1")
    assert [(each.name, each.relation) for each in household.members] == [
        ("李二", "HEAD"),
        ("赵一", "SPOUSE"),
    ]
    assert household.head_name == "李二"
    gone = write_list(tmp_path / "c.xlsx", [person("1", 1, "赵一")])
    take_in(scope, gone, as_of=OCTOBER, at=LATER)
    household = selectors.get_household(scope, "1")
    assert [(each.name, each.relation) for each in household.members] == [
        ("赵一", "HEAD"),
        ("李二", "OTHER"),
    ]


def test_what_is_known_from_a_later_day_is_not_overwritten(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    newer = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一", wage=2)])
    take_in(scope, newer, as_of=OCTOBER, at=LATER)
    older = write_list(
        tmp_path / "b.xlsx", [person("1", 1, "赵一", wage=1), person("2", 2, "钱二")]
    )
    result = take_in(scope, older, as_of=SEPTEMBER, at=LATER)
    assert result.older == ["1"]
    assert selectors.get_household(scope, "1").facts["wage_income"].value == 2
    assert numbers(cast) == ["1", "2"]


def test_a_column_the_newer_file_lacks_keeps_its_value_source_and_day(
    cast: Cast, tmp_path: Path
) -> None:
    scope = cast.county.scope
    take_in(scope, write_list(tmp_path / "full.xlsx", [person("1", 1, "赵一", kind="脱贫户")]))
    head = ("户编号", "行政区划代码", "姓名", "证件号码", "与户主关系", "工资性收入")
    short = [["1", UPPER, "赵一", id_number(1), "户主", 4321]]
    take_in(scope, write_list(tmp_path / "short.xlsx", short, head), as_of=OCTOBER, at=LATER)
    facts = selectors.get_household(scope, "1").facts
    assert (facts["household_type"].value, facts["household_type"].source) == (
        "LIFTED",
        "full.xlsx",
    )
    assert facts["household_type"].as_of == SEPTEMBER
    assert (facts["wage_income"].value, facts["wage_income"].source) == (4321, "short.xlsx")
    assert facts["wage_income"].as_of == OCTOBER


def test_a_newer_file_that_says_the_same_confirms_without_a_version(
    cast: Cast, tmp_path: Path
) -> None:
    scope = cast.county.scope
    take_in(scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")]))
    same = write_list(tmp_path / "b.xlsx", [person("1", 1, "赵一")], sheet="另一张")
    result = take_in(scope, same, as_of=OCTOBER, at=LATER)
    assert result.counts["households_unchanged"] == 1
    fact = selectors.get_household(scope, "1").facts["wage_income"]
    assert (fact.source, fact.as_of, fact.confirmed_as_of) == ("a.xlsx", SEPTEMBER, OCTOBER)
    with activate(scope):
        assert Household.pgh_event_model.objects.count() == 0


def test_a_household_that_moves_takes_its_people_along(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    family = [person("1", 1, "赵一"), person("1", 2, "赵二", "之子")]
    take_in(scope, write_list(tmp_path / "a.xlsx", family))
    moved = [person("1", 1, "赵一", village=STONE), person("1", 2, "赵二", "之子", village=STONE)]
    take_in(scope, write_list(tmp_path / "b.xlsx", moved), as_of=OCTOBER, at=LATER)
    with activate(scope):
        assert set(Household.objects.values_list("region_code", flat=True)) == {STONE}
        assert set(Person.objects.values_list("region_code", flat=True)) == {STONE}
        assert set(Membership.objects.values_list("region_code", flat=True)) == {STONE}


def test_two_sheets_are_joined(cast: Cast, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    households, members = book.active, book.create_sheet("家庭成员")
    households.title = "户信息"
    households.append(["户编号", "行政区划代码", "户主姓名", "户类型", "工资性收入"])
    households.append(["1", UPPER, "赵一", "脱贫户", 100])
    households.append(["2", LOWER, "钱二", "一般农户", 200])
    members.append(["户编号", "姓名", "证件号码", "与户主关系"])
    members.append(["2", "钱二", id_number(2), "户主"])
    members.append(["1", "赵一", id_number(1), "户主"])
    members.append(["1", "赵三", id_number(3), "之子"])
    book.save(tmp_path / "two.xlsx")
    result = take_in(cast.county.scope, tmp_path / "two.xlsx")
    assert result.counts["good_persons"] == 3
    household = selectors.get_household(cast.county.scope, "1")
    assert household.facts["household_type"].value == "LIFTED"
    assert [each.name for each in household.members] == ["赵一", "赵三"]


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b", "ASVS-14.2.4")
def test_numbers_are_encrypted_and_found_by_token(cast: Cast, tmp_path: Path) -> None:
    scope = cast.county.scope
    take_in(scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")]))
    with activate(scope), connection.cursor() as cursor:
        cursor.execute("SELECT id_number, id_token FROM registry_person")
        ((stored, token),) = cursor.fetchall()
        assert id_number(1).encode() not in bytes(stored)
        assert len(token) == 64
        assert Person.objects.get().id_number == id_number(1)
    assert selectors.get_household(scope, "1").members[0].id_number_masked != id_number(1)
    found = selectors.list_households(scope, HouseholdFilter(q=id_number(1))).items
    assert [row.household_no for row in found] == ["1"]


def test_birth_and_sex_come_from_the_number_when_the_list_has_none(
    cast: Cast, tmp_path: Path
) -> None:
    take_in(cast.county.scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")]))
    facts = selectors.get_household(cast.county.scope, "1").members[0].facts
    assert facts["birth_on"].value.isoformat() == "1970-01-01"
    assert facts["sex"].value == "MALE"  # the 17th digit is 1


@pytest.mark.evidence("GB22239-8.1.4.3-a")
def test_one_commit_is_one_audit_row(cast: Cast, tmp_path: Path) -> None:
    take_in(cast.county.scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")]))
    with activate(cast.county.scope):
        rows = AuditEvent.objects.filter(action="registry.households.imported")
        assert [row.detail["counts"]["households_new"] for row in rows] == [1]


def test_a_day_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        take_in(cast.county.scope, EXAMPLE, as_of=LATER.date(), at=FIRST)
    assert caught.value.code == "E-REGISTRY-AS-OF-FUTURE"


@pytest.mark.evidence("GB22239-8.1.4.2-d", "ASVS-8.2.1")
def test_an_auditor_may_not_import(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        take_in(cast.auditor.scope, EXAMPLE)


def test_a_file_without_one_good_household_is_refused_with_its_workbook(
    cast: Cast, tmp_path: Path
) -> None:
    bad = write_list(tmp_path / "bad.xlsx", [person("1", 1, "赵一", "之子")])
    result = take_in(cast.county.scope, bad)
    assert result.state == "REFUSED"
    assert [error["code"] for error in result.errors] == ["E-REGISTRY-NO-GOOD-HOUSEHOLD"]
    assert result.error_file_id is not None
