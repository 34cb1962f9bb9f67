"""The monthly list printed, filled in by hand or in WPS, and read back by the town."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from bangfu.foundation import papers
from bangfu.foundation.papers import monthly
from bangfu.foundation.papers.context import CaseContext, ChecklistRow
from bangfu.foundation.papers.packing import save
from bangfu.foundation.returned import apart, opening
from bangfu.kernel.errors import Refused
from bangfu.standards import errors
from bangfu.standards.paths import standards_root
from tests.papers_kit import DAY, drawn, opened

TODAY = date(2026, 11, 12)
OUTCOME, WAY, CHECKED_ON, CHECKERS, NOTE = 7, 8, 9, 10, 11


def issued() -> CaseContext:
    path = standards_root() / "examples" / "monthly-list.json"
    return papers.read_context(path.read_text(encoding="utf-8"))


def handed_out() -> Document:
    return opened(drawn("monthly_list", issued()))


def write(document: Document, row: int, *answers: str) -> None:
    for column, text in enumerate(answers, start=OUTCOME):
        document.tables[0].rows[row].cells[column].paragraphs[0].add_run(text)


def read(document: Document | bytes) -> monthly.ReturnedList:
    content = document if isinstance(document, bytes) else save(document)
    paper = papers.load().get("monthly_list", DAY)
    return monthly.read_list(content, paper, today=TODAY, issued=issued().checklist)


def test_a_list_as_handed_out_is_open_in_every_row() -> None:
    found = read(handed_out())
    assert found.list_no == "990101001201-202611"
    assert found.still_open == ("XS2611-0001", "XS2611-0002", "XS2611-0003", "XS2611-0004")
    assert (found.rows, found.problems) == ((), ())


def test_answers_by_number_word_or_both_are_read() -> None:
    document = handed_out()
    write(document, 1, "2", "1", "2026-11-05", "王建国、刘志强", "已报医保救助")
    write(document, 2, "无变化", "电话", "11月6日", "陈桂英")
    write(document, 3, "３．紧急", "①", "2026年11月7日", "王建国 刘志强", "断水断粮")
    found = read(document)
    assert found.problems == ()
    assert found.still_open == ("XS2611-0004",)
    assert found.rows[0] == ChecklistRow(
        clue_no="XS2611-0001",
        head_name="张德福",
        group="三组",
        population=4,
        reason="住院自付21,300元，收入低于监测范围600元",
        due_on=date(2026, 11, 9),
        outcome="有变化",
        way="入户",
        checked_on=date(2026, 11, 5),
        checkers="王建国、刘志强",
        note="已报医保救助",
    )
    assert [(row.outcome, row.way, row.checked_on) for row in found.rows[1:]] == [
        ("无变化", "电话", date(2026, 11, 6)),
        ("紧急", "入户", date(2026, 11, 7)),
    ]


@pytest.mark.parametrize(
    ("answers", "column", "code"),
    [
        (("5", "1", "11月5日", "王"), "结果", "E-PAPERS-LIST-CHOICE"),
        (("2无变化", "1", "11月5日", "王"), "结果", "E-PAPERS-LIST-CHOICE"),
        (("正常", "1", "11月5日", "王"), "结果", "E-PAPERS-LIST-CHOICE"),
        (("1", "", "11月5日", "王"), "方式", "E-PAPERS-LIST-EMPTY"),
        (("1", "1", "", "王"), "核查日期", "E-PAPERS-LIST-EMPTY"),
        (("1", "1", "13月5日", "王"), "核查日期", "E-PAPERS-LIST-DAY"),
        (("1", "1", "上周", "王"), "核查日期", "E-PAPERS-LIST-DAY"),
        (("1", "1", "11月13日", "王"), "核查日期", "E-PAPERS-LIST-SPAN"),
        (("1", "1", "2026-10-30", "王"), "核查日期", "E-PAPERS-LIST-SPAN"),
        (("1", "1", "11月5日", ""), "核查人", "E-PAPERS-LIST-EMPTY"),
        (("2", "1", "11月5日", "王"), "说明", "E-PAPERS-LIST-EMPTY"),
        (("1", "1", "11月5日", "王", "长" * 501), "说明", "E-PAPERS-LIST-LONG"),
    ],
)
def test_a_mistake_is_told_by_row_column_and_remedy_and_the_others_are_taken(
    answers: tuple[str, ...], column: str, code: str
) -> None:
    document = handed_out()
    write(document, 1, "1", "1", "11月4日", "王建国")
    write(document, 2, *answers)
    found = read(document)
    assert [row.clue_no for row in found.rows] == ["XS2611-0001"]
    [problem] = found.problems
    assert (problem.row, problem.column, problem.code) == (2, column, code)
    for language in ("zh", "en"):
        told = errors.text(code, problem.params, language)
        assert "{" not in told.message + told.remedy
        assert "2" in told.message


def test_a_changed_name_a_strange_a_doubled_and_a_lost_row_are_told() -> None:
    document = handed_out()
    rows = document.tables[0].rows
    write(document, 1, "1", "1", "11月4日", "王建国")
    rows[1].cells[2].paragraphs[0].runs[0].text = "张得福"
    rows[2].cells[1].paragraphs[0].runs[0].text = "XS2611-0001"
    rows[3].cells[1].paragraphs[0].runs[0].text = "XS2611-9999"
    rows[4]._tr.getparent().remove(rows[4]._tr)
    found = read(document)
    assert found.rows == ()
    assert [(one.row, one.code) for one in found.problems] == [
        (1, "E-PAPERS-LIST-CHANGED"),
        (2, "E-PAPERS-LIST-TWICE"),
        (2, "E-PAPERS-LIST-CHANGED"),
        (3, "E-PAPERS-LIST-CLUE"),
        (0, "E-PAPERS-LIST-ABSENT"),
        (0, "E-PAPERS-LIST-ABSENT"),
        (0, "E-PAPERS-LIST-ABSENT"),
    ]


def test_words_struck_out_by_tracked_changes_do_not_count() -> None:
    document = handed_out()
    write(document, 1, "", "1", "11月4日", "王建国")
    cell = document.tables[0].rows[1].cells[OUTCOME].paragraphs[0]._p
    cell.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>3</w:delText></w:r></w:del>"))
    cell.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>1</w:t></w:r></w:ins>"))
    assert [row.outcome for row in read(document).rows] == ["无变化"]


def test_a_table_cut_in_two_is_read_whole() -> None:
    document = handed_out()
    write(document, 1, "1", "1", "11月4日", "王建国")
    write(document, 4, "1", "2", "11月4日", "王建国")
    table = document.tables[0]._tbl
    second = parse_xml(f"<w:tbl {nsdecls('w')}/>")
    for row in table.findall(qn("w:tr"))[3:]:
        second.append(row)
    table.addnext(second)
    second.addprevious(parse_xml(f"<w:p {nsdecls('w')}/>"))
    assert [row.clue_no for row in read(document).rows] == ["XS2611-0001", "XS2611-0004"]


def test_without_the_list_that_was_handed_out_the_rows_are_read_as_they_stand() -> None:
    document = handed_out()
    write(document, 3, "1", "1", "2026-11-04", "王建国")
    paper = papers.load().get("monthly_list", DAY)
    found = monthly.read_list(save(document), paper, today=TODAY)
    [row] = found.rows
    assert (row.clue_no, row.head_name) == ("XS2611-0003", "阿卜杜热西提·买买提明江")


def test_another_months_list_is_refused_whole() -> None:
    other = issued()
    other = replace(other, checklist=replace(other.checklist, list_no="990101001201-202610"))
    with pytest.raises(Refused) as refused:
        read(drawn("monthly_list", other))
    assert refused.value.code == "E-PAPERS-LIST-OTHER"


def zipped(body: bytes, name: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return made.getvalue()


ENTITY = (
    b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E-PAPERS-NOT-DOCX"),
        (b"%PDF-1.7", "E-PAPERS-NOT-DOCX"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "E-PAPERS-OLD-WORD"),
        (b"PK\x03\x04 broken", "E-PAPERS-DAMAGED"),
        (zipped(b"<x/>", "xl/workbook.xml"), "E-PAPERS-NOT-DOCX"),
        (zipped(b"<w:document"), "E-PAPERS-DAMAGED"),
        (zipped(ENTITY), "E-PAPERS-DAMAGED"),
        (zipped(b" " * (10 * 1024 * 1024 + 1)), "E-PAPERS-SIZE"),
        (b"\0" * (10 * 1024 * 1024 + 1), "E-PAPERS-SIZE"),
    ],
)
def test_f04_a_file_that_is_no_honest_docx_is_refused_by_what_it_is(
    content: bytes, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.code == code


@pytest.mark.evidence("F04")
def test_what_came_back_is_opened_by_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent parses nothing, and a child that dies is a refusal."""
    content, seen = drawn("application", issued()), []
    wanted = opening.open_paper(content)
    monkeypatch.setattr(opening, "parse_xml", seen.append)
    assert apart.open_apart(content) == wanted
    assert seen == []
    monkeypatch.setattr(apart, "_CHILD", "bangfu.foundation.returned.no_such_child")
    with pytest.raises(Refused) as refused:
        apart.open_apart(content)
    assert refused.value.code == "E-PAPERS-DAMAGED"


def test_a_docx_without_the_table_is_refused_with_the_headings_wanted() -> None:
    paper = papers.load().get("monthly_list", DAY)
    with pytest.raises(Refused) as refused:
        monthly.read_list(drawn("application", issued()), paper, today=TODAY)
    assert refused.value.code == "E-PAPERS-LIST-NONE"
    assert "线索编号" in refused.value.params["columns"]
