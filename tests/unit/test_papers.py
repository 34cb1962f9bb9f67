"""Officials' papers: definitions, blanks, the page of GB/T 9704-2012, bytes that repeat."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bangfu.foundation.papers import layout, loader, values
from bangfu.foundation.papers.context import CaseContext, Household, Member
from bangfu.foundation.papers.context_reading import read_context
from bangfu.foundation.papers.filled import Table
from bangfu.foundation.papers.slots import BadSlot, Slot, parse
from bangfu.kernel.errors import InvalidValue, NotFound, Refused
from tests.papers_kit import (
    DAY,
    PAPERS,
    copied_papers,
    drawn,
    example,
    filled,
    opened,
    part,
    words,
)

# The order that ECMA-376 part 1 asks of the children that we write; Word refuses another.
ORDER = {
    "pPr": ["pStyle", "keepNext", "snapToGrid", "spacing", "ind", "jc", "sectPr"],
    "rPr": ["rFonts", "kern", "sz", "szCs", "lang"],
    "tblPr": ["tblW", "jc", "tblBorders", "tblLayout", "tblCellMar"],
    "tcPr": ["tcW", "gridSpan", "vAlign"],
    "sectPr": ["footerReference", "type", "pgSz", "pgMar", "pgNumType", "docGrid"],
}


@pytest.fixture(scope="module")
def case() -> CaseContext:
    return example()


def all_papers() -> list[str]:
    return sorted(loader.load().papers)


def test_the_national_papers_have_no_problem() -> None:
    book, problems = loader.examine([PAPERS])
    assert [(problem.code, problem.params) for problem in problems] == []
    assert set(book.papers) == set(all_papers())


def test_an_empty_case_leaves_blanks_and_never_the_word_none() -> None:
    for paper in all_papers():
        text = words(filled(paper, CaseContext()))
        assert "None" not in text
        assert "{" not in text
        assert opened(drawn(paper, CaseContext())).element.body is not None


def test_a_missing_value_in_a_line_is_ruled_and_a_missing_date_keeps_its_words() -> None:
    runs = [run for para in filled("notice", CaseContext()).paras() for run in para.runs]
    blanks = [run for run in runs if run.path == "notice.from_on"]
    assert [run.is_blank for run in blanks] == [True, True, True]
    assert "＿＿＿＿年＿＿＿月＿＿＿日" in words(filled("notice", CaseContext()))


def test_the_page_is_that_of_the_standard(case: CaseContext) -> None:
    document = opened(drawn("notice", case))
    section = document.sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(0.1)
    assert abs(section.page_height - Mm(297)) < Mm(0.1)
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    for found, wanted in zip(margins, (37, 26, 35, 28), strict=True):
        assert abs(found - Mm(wanted)) < Mm(0.1)
    styles = {style.style_id: style for style in document.styles}
    # 2号 = 22 pt, 3号 = 16 pt; 225 mm / 22 lines = 28.99 pt.
    assert styles["title"].font.size == Pt(22)
    assert styles["paragraph"].font.size == Pt(16)
    assert abs(styles["paragraph"].paragraph_format.line_spacing - Pt(28.95)) < Pt(0.05)
    assert "方正小标宋简体" in styles["title"].element.xml
    assert 'w:eastAsia="仿宋"' in styles["paragraph"].element.xml


def test_fonts_name_those_that_stand_in_for_them(case: CaseContext) -> None:
    table = part(drawn("notice", case), "word/fontTable.xml")
    assert '<w:font w:name="仿宋"><w:altName w:val="仿宋_GB2312,FangSong' in table
    assert '<w:font w:name="方正小标宋简体"><w:altName' in table


def test_pages_are_numbered_at_the_outer_side(case: CaseContext) -> None:
    section = opened(drawn("notice", case)).sections[0]
    assert 'w:val="right"' in section.footer.paragraphs[0]._p.xml
    assert 'w:val="left"' in section.even_page_footer.paragraphs[0]._p.xml
    assert " PAGE " in section.footer._element.xml


def test_children_stand_in_the_order_that_word_asks(case: CaseContext) -> None:
    for paper in all_papers():
        content = drawn(paper, case)
        document = opened(content)
        for root in (document.element, document.styles.element):
            for name, order in ORDER.items():
                for element in root.iter(qn(f"w:{name}")):
                    found = [child.tag.split("}")[1] for child in element]
                    assert found == sorted(found, key=order.index), (paper, name)


def test_the_same_case_gives_the_same_bytes(case: CaseContext) -> None:
    first = drawn("village_review", case)
    layout.layout.cache_clear()
    assert drawn("village_review", case) == first
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in archive.namelist()


def test_letters_that_xml_forbids_are_shown_as_boxes(case: CaseContext) -> None:
    odd = "张\x00三\x1f\ud800<&>\"'\u202e四\ufffe"
    context = replace(case, household=replace(case.household, head_name=odd))
    text = "\n".join(
        cell.text
        for table in opened(drawn("application", context)).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "张□三□□<&>\"'四□" in text


def test_a_rare_letter_gets_a_font_that_has_it(case: CaseContext) -> None:
    context = replace(case, household=replace(case.household, head_name="𠅤三"))
    xml = part(drawn("notice", replace(context, notice=replace(
        case.notice, households=(replace(case.notice.households[0], head_name="𠅤三"),)
    ))), "word/document.xml")  # fmt: skip
    rare = xml[: xml.index("𠅤")].rsplit("<w:rPr>", 1)[1]
    assert 'w:eastAsia="宋体-ExtB"' in rare
    assert '<w:t xml:space="preserve">三</w:t>' in xml


def test_long_names_and_forty_members_stay_whole(case: CaseContext) -> None:
    name = "阿卜杜热西提·" * 12 + "明江"
    members = tuple(Member(name=f"{name}{n}", relation="其他") for n in range(40))
    context = replace(case, household=Household(head_name=name, members=members))
    for paper in all_papers():
        for element in filled(paper, context).elements:
            if isinstance(element, Table):
                assert all(sum(cell.span for cell in row.cells) == len(element.widths)
                           for row in element.rows)  # fmt: skip
        opened(drawn(paper, context))


def test_rows_of_a_list_repeat_their_heading_and_are_not_cut(case: CaseContext) -> None:
    xml = part(drawn("notice", case), "word/document.xml")
    assert xml.count("<w:tblHeader/>") == 1
    assert "<w:tr><w:trPr><w:cantSplit/>" in xml


@pytest.mark.parametrize("paper", ["notice", "announcement", "county_decision"])
def test_a_list_that_is_published_or_approved_leaves_no_row_to_write_a_name_into(
    case: CaseContext, paper: str
) -> None:
    tables = [e for e in filled(paper, case).elements if isinstance(e, Table)]
    rows = next(table for table in tables if table.rows[0].is_heading).rows
    assert [len(table.rows) for table in tables][:1] == [1 + len(case.notice.households)]
    assert all(row.cells[1].paras[0].text for row in rows)


def test_a_choice_is_ticked_and_one_outside_the_list_is_added(case: CaseContext) -> None:
    assert "☑突发严重困难户" in words(filled("village_review", case))
    other = replace(case, check=replace(case.check, category="低保边缘家庭"))
    text = words(filled("village_review", other))
    assert "☑低保边缘家庭" in text
    assert "□突发严重困难户" in text


def test_a_paper_says_what_it_lacks() -> None:
    lacking = filled("village_review", CaseContext()).lacks
    assert [lack.path for lack in lacking][:2] == ["review.held_on", "review.expected"]
    assert lacking[0].zh == "评议日期"


def test_a_vote_of_none_is_a_vote(case: CaseContext) -> None:
    context = replace(case, review=replace(case.review, against=0))
    assert "0票" in words(filled("village_review", context))


@pytest.mark.parametrize(
    ("value", "slot", "wanted"),
    [
        (date(2026, 1, 5), Slot("x"), "2026年1月5日"),
        (date(2026, 1, 5), Slot("x", "month"), "2026年1月"),
        (date(2026, 1, 5), Slot("x", "day"), "2026-01-05"),
        (Decimal("21300"), Slot("x"), "21,300"),
        (Decimal("8600.5"), Slot("x"), "8,600.50"),
        (True, Slot("x"), "是"),
        (("甲", "乙"), Slot("x"), "甲、乙"),
        ("张小三", Slot("x", "masked"), "张*三"),
    ],
)
def test_values_are_printed_as_papers_print_them(value: object, slot: Slot, wanted: str) -> None:
    assert values.printed(value, slot, layout.layout()) == wanted


@pytest.mark.parametrize("text", ["{a b}", "{a|big}", "{", "}", "{a.B}", "{a:123}"])
def test_a_brace_that_is_no_slot_is_refused(text: str) -> None:
    with pytest.raises(BadSlot):
        parse(text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{household.head_name}，住", "{household.hed_name}，住", "household.hed_name"),
        ("name: title,", "name: titel,", "titel"),
        ("status: unverified", "status: maybe", "maybe"),
        ("labels: [申请人签字, 代办人签字]", "labels: []", "nobody signs"),
        ("id: application", "id: petition", "not the name of the file"),
        ('"{household.risks}"', '"{household.members}"', "whole list"),
    ],
)
def test_a_spoilt_paper_is_told_by_file_and_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    folder = copied_papers(tmp_path, "application")
    path = folder / "application.yaml"
    text = path.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, problems = loader.examine([folder])
    [problem] = problems
    assert problem.params["file"] == "application.yaml"
    assert line - 2 <= problem.params["line"] <= line
    assert told in problem.params["problem"] + problem.params["remedy"]


def test_every_problem_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    folder = copied_papers(tmp_path, "application", "village_review")
    for name in ("application", "village_review"):
        path = folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8").replace("name: title,", "name: titel,")
        path.write_text(text, encoding="utf-8")
    _, problems = loader.examine([folder])
    assert {problem.params["file"] for problem in problems} == {
        "application.yaml",
        "village_review.yaml",
    }


def test_the_version_in_force_on_a_day_is_taken_and_two_of_a_day_are_refused(
    tmp_path: Path,
) -> None:
    folder = copied_papers(tmp_path, "application")
    text = (folder / "application.yaml").read_text(encoding="utf-8")
    newer = folder / "application_2027.yaml"
    newer.write_text(text.replace("2021-05-01", "2027-01-01", 1), encoding="utf-8")
    book, problems = loader.examine([folder])
    assert problems == ()
    assert book.get("application", date(2026, 12, 31)).valid_from == date(2021, 5, 1)
    assert book.get("application", date(2027, 1, 1)).valid_from == date(2027, 1, 1)
    newer.write_text(text, encoding="utf-8")
    assert "begins twice" in loader.examine([folder])[1][0].params["problem"]


def test_a_county_lays_its_own_paper_over_the_national_one(tmp_path: Path) -> None:
    text = (PAPERS / "application.yaml").read_text(encoding="utf-8")
    own = text.replace("防止返贫致贫监测对象申请书", "农户申报表")
    (tmp_path / "application.yaml").write_text(own, encoding="utf-8")
    book = loader.load((PAPERS, tmp_path))
    assert book.get("application", DAY).title["zh"] == "农户申报表"
    assert set(book.papers) == set(all_papers())


def test_an_unknown_paper_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound) as refused:
        loader.load().get("petition", DAY)
    assert "application" in refused.value.params["known"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"household": {"population": "4"}}', "household.population"),
        ('{"household": {"members": [{"age": true}]}}', "household.members[0].age"),
        ('{"made_on": "2026-02-30"}', "made_on"),
        ('{"check": {"net_income": "NaN"}}', "check.net_income"),
        ('{"surprise": 1}', "surprise"),
        ("[]", "$"),
    ],
)
def test_a_wrong_value_of_a_context_is_told_by_its_path(text: str, path: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_context(text)
    assert refused.value.params["path"] == path


def test_a_context_that_is_no_json_is_told_by_line() -> None:
    with pytest.raises(Refused) as refused:
        read_context('{\n"a": ')
    assert refused.value.params["line"] == 2


@pytest.mark.parametrize("paper", ["county_decision", "clearing_decision"])
def test_a_decision_bears_the_number_of_its_list_and_no_year_of_its_printing(
    paper: str, case: CaseContext
) -> None:
    decided = replace(case.decision, approval_no="云溪批复2026第9号", decided_on=date(2026, 10, 21))
    printed = filled(paper, replace(case, decision=decided, made_on=date(2027, 7, 23)))
    numbers = [para.text for para in printed.paras() if para.style == "number"]
    assert (printed.number, numbers) == ("云溪批复2026第9号", ["云溪批复2026第9号"])
    assert "2026年10月21日" in words(printed)
    assert "2027" not in words(printed)
    # Printed before the county decided: a blank for the hand.
    waiting = replace(case, decision=replace(decided, approval_no=None, decided_on=None))
    assert "〔2027〕" not in words(filled(paper, replace(waiting, made_on=date(2027, 7, 23))))
