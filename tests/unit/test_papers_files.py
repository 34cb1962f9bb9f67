"""The file of a case: what is missing, all of it as one .docx, all of it as a zip."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest
import yaml
from docx.oxml.ns import qn

from bangfu.foundation import papers
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.context_steps import Township
from bangfu.kernel.errors import NotFound, Refused
from bangfu.standards.paths import packs_root
from tests.papers_kit import DAY, drawn, example, opened, part

# The steps of an identification (domain: 承诺授权 to 录入), in the order of the procedure.
IDENTIFICATION = [
    "application",
    "authorisation",
    "home_check",
    "comparison",
    "village_review",
    "notice",
    "notice_web",
    "objection",
    "notice_result",
    "township_review",
    "county_decision",
    "announcement",
    "register_entry",
]


@pytest.fixture(scope="module")
def case() -> CaseContext:
    return example()


def listed(context: CaseContext, **more: object) -> list[papers.PaperState]:
    return list(papers.list_papers("identification", context, on=DAY, **more))  # type: ignore[arg-type]


def test_a_case_asks_for_the_papers_of_its_steps_in_order(case: CaseContext) -> None:
    assert [state.paper for state in listed(case)] == IDENTIFICATION
    assert {state.state for state in listed(case)} == {papers.READY}


def test_a_paper_whose_occasion_never_came_is_not_asked_for(case: CaseContext) -> None:
    quiet = replace(case, objections=(), notice=replace(case.notice, web_until=None))
    names = [state.paper for state in listed(quiet)]
    assert "objection" not in names
    assert "notice_web" not in names
    assert "fast_track" not in names


def test_an_incomplete_paper_names_what_it_lacks(case: CaseContext) -> None:
    waiting = replace(case, township=Township(reviewed_on=date(2026, 10, 26)))
    [state] = [state for state in listed(waiting) if state.state == papers.INCOMPLETE]
    assert state.paper == "township_review"
    assert [lack.zh for lack in state.lacks] == ["审核意见"]


def test_one_checker_is_one_too_few(case: CaseContext) -> None:
    alone = replace(case, check=replace(case.check, checkers=("王建国",)))
    [state] = [state for state in listed(alone) if state.state == papers.INCOMPLETE]
    assert [lack.zh for lack in state.lacks] == ["核查人（两人以上）"]


def test_what_is_signed_and_on_file_is_not_missing(case: CaseContext) -> None:
    held = {
        name: papers.HeldPaper(number="青石评〔2026〕第3号", dated_on=date(2026, 10, 17))
        for name in IDENTIFICATION
        if name not in ("notice", "notice_web")
    }
    states = listed(case, held=held)
    assert [state.paper for state in papers.missing(states)] == ["notice"]  # the web's is optional
    review = next(state for state in states if state.paper == "village_review")
    assert (review.state, review.number) == (papers.HELD, "青石评〔2026〕第3号")


def test_only_steps_that_the_case_has_come_to_are_asked_for(case: CaseContext) -> None:
    found = listed(case, reached={"OPEN", "AUTHORISE"})
    assert [state.paper for state in found] == ["application", "authorisation"]


def test_the_whole_file_has_a_section_a_paper_and_numbers_from_one(case: CaseContext) -> None:
    content = papers.make_file("identification", case, on=DAY)
    document = opened(content)
    assert len(document.sections) == 1 + len(IDENTIFICATION)
    starts = document.element.body.findall(f".//{qn('w:pgNumType')}")
    assert [start.get(qn("w:start")) for start in starts] == ["1"]
    xml = part(content, "word/document.xml")
    marks = re.findall(r'w:bookmarkStart w:id="(\d+)" w:name="(paper_\d+)"', xml)
    wanted = re.findall(r"PAGEREF (paper_\d+)", xml)
    assert wanted == [name for _, name in marks] == [f"paper_{n}" for n in range(1, 14)]
    assert len({number for number, _ in marks}) == 13


def test_the_contents_tell_number_day_and_what_is_missing(case: CaseContext) -> None:
    content = papers.make_file("identification", replace(case, township=Township()), on=DAY)
    contents = opened(content).tables[2]
    rows = [[cell.text for cell in row.cells] for row in contents.rows]
    assert rows[0] == ["序号", "文号", "题名", "日期", "页号"]
    by_title = {row[2]: row for row in rows}
    review = by_title["监测对象识别村级民主评议会议记录"]
    assert review[1:4] == ["青石评〔2026〕第3号", "监测对象识别村级民主评议会议记录", "2026-10-17"]
    assert by_title["监测对象识别乡镇审核表"][4] == "缺"
    assert len(opened(content).sections) == len(IDENTIFICATION)


def test_a_file_without_any_paper_is_its_cover_and_contents() -> None:
    document = opened(papers.make_file("clearing", CaseContext(), on=DAY))
    assert len(document.sections) == 1
    assert [row.cells[4].text for row in document.tables[2].rows[1:]] == ["缺"] * 9


def test_the_zip_holds_the_same_papers_and_attachments_by_clean_names(case: CaseContext) -> None:
    scans = {"../../批复?.pdf": b"%PDF", "村\x00影像.jpg": b"\xff\xd8"}
    content = papers.make_zip("identification", case, on=DAY, attachments=scans)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert names[:2] == ["00-卷内目录.docx", "01-防止返贫致贫监测对象申请书.docx"]
        assert names[-2:] == ["附件/01-_.._批复_.pdf", "附件/02-村_影像.jpg"]
        assert archive.read("05-监测对象识别村级民主评议会议记录.docx") == drawn(
            "village_review", case
        )


def test_file_and_zip_repeat_byte_for_byte(case: CaseContext) -> None:
    assert papers.make_file("identification", case, on=DAY) == papers.make_file(
        "identification", case, on=DAY
    )
    assert papers.make_zip("clearing", case, on=DAY) == papers.make_zip("clearing", case, on=DAY)


def test_f61_a_file_with_a_notice_that_tells_too_much_is_refused(case: CaseContext) -> None:
    row = replace(case.notice.households[0], category="因病 突发严重困难户")
    loose = replace(case, notice=replace(case.notice, households=(row,)))
    with pytest.raises(Refused) as refused:
        papers.make_file("identification", loose, on=DAY)
    assert refused.value.code == "E-PAPERS-PRIVATE"
    with pytest.raises(Refused):
        papers.make_zip("identification", loose, on=DAY)
    with pytest.raises(Refused):
        papers.make_paper("notice", loose, on=DAY)


KINDS = {
    "identification": "identification", "refusal": "identification", "withdrawal": "identification",
    "clearing": "clearing", "clearing_refusal": "clearing", "clearing_withdrawal": "clearing",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_belongs_to_an_event_of_the_procedure(kind: str) -> None:
    path = packs_root() / "national" / "procedures" / f"{KINDS[kind]}.yaml"
    written = yaml.safe_load(path.read_text("utf-8"))
    known = {one["name"] for one in [*written["opening"], *written["steps"]]}
    assert {step for filed in papers.load().file(kind).papers for step in filed.steps} <= known


def test_there_is_a_file_for_each_end() -> None:
    assert set(papers.load().files) == set(KINDS)


@pytest.mark.parametrize("kind", ["refusal", "clearing_refusal"])
def test_the_papers_of_each_way_to_a_refusal_lie_in_its_file(kind: str) -> None:
    """A refusal rests on the paper of the step that refused: the minutes of a review that said
    no, the township's review, the county's list; on the check alone where it came with that."""
    filed = papers.load().file(kind).papers
    found = {step: one.paper for one in filed for step in one.steps}
    review, township, county = ("village_review", "township_review", "county_decision")
    if kind == "clearing_refusal":
        review, township, county = ("clearing_review", "clearing_township", "clearing_decision")
    assert found["REJECT_AT_REVIEW"] == found["HOLD_REVIEW"] == review
    assert found["TOWNSHIP_REFUSE"] == found["TOWNSHIP_AGREE"] == township
    assert found["COUNTY_REFUSE"] == county
    assert [one.paper for one in filed][-2:] == ["recheck", "county_recheck"]


def test_an_unknown_kind_of_file_is_refused(case: CaseContext) -> None:
    with pytest.raises(NotFound) as refused:
        papers.make_file("divorce", case, on=DAY)
    assert refused.value.code == "E-PAPERS-FILE"
