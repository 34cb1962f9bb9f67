"""F07–F09: ID numbers that spreadsheets spoil, wrong ones, and one person on two rows."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.id_number import IdNumber
from tests.sheet_samples import HEAD, check_rows, good_file, id_number, message, write_xlsx


@pytest.fixture(autouse=True)
def _next_file_is_served(tmp_path):
    yield
    assert len(check_rows(good_file(tmp_path / "served.xlsx"))[1]) == 2


def check_id(tmp_path, cell):
    """The one row's issue and repair codes, and its value."""
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", [HEAD, [cell, "张三", 1]]))
    return sheet


def issue_text(issue):
    return message(InvalidValue(issue.code, **issue.params))


@pytest.mark.parametrize(
    "cell", [510722198005060013, "5.10722E+17", "5.10722198005060E+17", "510722198005060000"]
)
def test_f07_a_number_that_lost_digits_is_refused_with_that_reason(tmp_path, cell):
    sheet = check_id(tmp_path, cell)
    (issue,) = sheet.issues
    assert (issue.row_no, issue.column, issue.code) == (2, "id_number", "E-ID-PRECISION")
    assert "精度已丢失" in issue_text(issue)
    assert sheet.bad_rows == {2}
    assert sheet.columns["id_number"] == [None]


# 990101 19800506 005 → the checksum is X; computed by hand from the weights of GB 11643:
# 9·7+9·9+0+1·5+0+1·4 = 153; 1·2+9·1+8·6+0+0+5·9+0+6·5 = 134; 0+0+5·2 = 10; 297 mod 11 = 0 → "1".
def test_the_checksum_worked_out_by_hand_is_the_one_of_the_samples():
    assert id_number(5) == "990101198005060051"


LOSSLESS = [
    "９９０１０１１９８００５０６００５１",
    "'990101198005060051",
    " 990101 19800506 0051 ",
    "990101\u200b19800506\ufeff0051",
    '="990101198005060051"',
    "\u3000990101198005060051\u00a0",
]


@pytest.mark.parametrize("cell", LOSSLESS)
def test_f07_what_can_be_mended_without_loss_is_mended_and_reported(tmp_path, cell):
    sheet = check_id(tmp_path, cell)
    assert sheet.issues == []
    assert sheet.columns["id_number"] == ["990101198005060051"]
    (repair,) = sheet.repairs
    assert (repair.row_no, repair.code, repair.before) == (2, "E-REPAIR-CLEANED", cell)


def test_f07_a_lower_case_x_is_mended(tmp_path):
    upper = next(i for n in range(50) if (i := id_number(n)).endswith("X"))
    sheet = check_id(tmp_path, upper.lower())
    assert sheet.columns["id_number"] == [upper]
    assert len(sheet.repairs) == 1


@pytest.mark.evidence("ASVS-2.2.1", "GB22239-8.1.4.4-d")
@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("990101198005060052", "E-ID-CHECKSUM", "1"),
        ("99010119800506005", "E-ID-LENGTH", "17"),
        (IdNumber.build("990101", date(1890, 1, 1), 1).value, "E-ID-AGE", "136"),
        (IdNumber.build("990101", date(2026, 11, 1), 1).value, "E-ID-FUTURE", "2026-11-01"),
        ("9901011980O5060051", "E-ID-CHARACTER", "O"),
    ],
)
def test_f08_a_wrong_number_is_quarantined_with_its_code(tmp_path, cell, code, words):
    sheet = check_id(tmp_path, cell)
    (issue,) = sheet.issues
    assert issue.code == code
    assert words in issue_text(issue)
    assert list(sheet.iter_good_rows()) == []


def test_f08_an_impossible_date_is_named(tmp_path):
    first17 = "99010119800231005"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(first17, weights, strict=True))
    sheet = check_id(tmp_path, first17 + "10X98765432"[total % 11])
    assert sheet.issues[0].code == "E-ID-DATE"
    assert "19800231" in issue_text(sheet.issues[0])


def test_f08_fifteen_digits_become_eighteen(tmp_path):
    # 990101 800506 005: 19 is put before the year, the check character is the one above.
    for cell in ("990101800506005", 990101800506005):
        sheet = check_id(tmp_path, cell)
        assert sheet.columns["id_number"] == ["990101198005060051"]
        assert sheet.repairs[0].code == "E-REPAIR-ID15"


def test_f08_the_abolished_division_in_a_number_is_no_fault(tmp_path):
    # 513030 渠县 became 511725; a card keeps the code of its first issue.
    number = IdNumber.build("513030", date(1970, 1, 1), 3).value
    assert check_id(tmp_path, number).issues == []


def test_f09_the_same_number_twice_is_one_person(tmp_path):
    rows = [HEAD, [id_number(1), "张三", 1], [id_number(2), "李四", 2], [id_number(1), "张三", 3]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [(n, row["name"]) for n, row in sheet.iter_good_rows()] == [(2, "张三"), (3, "李四")]
    (issue,) = sheet.issues
    assert (issue.row_no, issue.code) == (4, "E-ROW-DUPLICATE")
    assert issue_text(issue) == "“身份证号”与第 2 行重复。"


def test_f09_one_number_under_two_names_goes_in_under_neither(tmp_path):
    rows = [HEAD, [id_number(1), "张三", 1], [id_number(2), "李四", 2], [id_number(1), "张珊", 3]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row["name"] for _, row in sheet.iter_good_rows()] == ["李四"]
    assert [(i.row_no, i.code) for i in sheet.issues] == [
        (2, "E-ROW-CONFLICT"),
        (4, "E-ROW-CONFLICT"),
    ]
    assert issue_text(sheet.issues[0]) == "同一“身份证号”对应不同姓名，见第 2、4 行。"


def test_f09_a_person_under_fifteen_and_eighteen_digits_is_one_person(tmp_path):
    rows = [HEAD, ["990101800506005", "张三", 1], ["990101198005060051", "张三", 2]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [i.code for i in sheet.issues] == ["E-ROW-DUPLICATE"]
    assert [row["id_number"] for _, row in sheet.iter_good_rows()] == ["990101198005060051"]
