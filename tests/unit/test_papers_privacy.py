"""What may stand on a notice: the definition's lock and the scan's (faults F61, F62)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bangfu.foundation.papers import loader, scanning
from bangfu.foundation.papers.context import CaseContext, Member
from bangfu.foundation.papers.context_steps import Listed
from bangfu.kernel.errors import Refused
from tests.papers_kit import PAPERS, copied_papers, example, filled, words

PUBLIC = sorted(
    name for name, versions in loader.load().papers.items() if versions[0].publicity != "none"
)


@pytest.fixture(scope="module")
def case() -> CaseContext:
    return example()


def with_listed(case: CaseContext, **changed: object) -> CaseContext:
    row = replace(case.notice.households[0], **changed)  # type: ignore[arg-type]
    return replace(case, notice=replace(case.notice, households=(row,)))


def kinds(paper: str, context: CaseContext) -> set[str]:
    return {finding.kind for finding in scanning.scan(filled(paper, context), context)}


def test_there_are_board_and_web_papers() -> None:
    assert PUBLIC == [
        "announcement",
        "clearing_announcement",
        "clearing_notice",
        "clearing_notice_web",
        "notice",
        "notice_web",
    ]


def test_a_plain_notice_passes(case: CaseContext) -> None:
    for paper in PUBLIC:
        assert scanning.scan(filled(paper, case), case) == ()
        assert scanning.scan(filled(paper, CaseContext()), CaseContext()) == ()


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("三组 990101196803124516", "ID"),
        ("９９０１０１１９６８０３１２４５１６", "ID"),
        ("990101 19680312 4516", "ID"),
        ("9901-0119-6803-1245-16", "ID"),
        ("99010119680312451X", "ID"),
        ("990101680312451", "ID"),
        ("九九〇一〇一一九六八〇三一二四五一六", "ID"),
        ("990101\u200b196803124516", "ID"),
        ("电话13912345678", "PHONE"),
        ("139 1234 5678", "PHONE"),
        ("幺三九一二三四五六七八，一三九一二三四五六七八", "PHONE"),
        ("0990-6210009", "PHONE"),
        ("+8613912345678", "PHONE"),
        ("6222 0212 3456 7890 128", "ACCOUNT"),
        ("6217001234567890123", "LONG_NUMBER"),
        ("户号 123456789", "LONG_NUMBER"),
        ("因病致贫", "HEALTH"),
        ("尿 毒 症", "HEALTH"),
        ("二级残疾", "HEALTH"),
        ("卡号见附件", "MONEY"),
        ("住12号", ""),
        ("三组 2026-10-31 2026-11-05", ""),
    ],
)
def test_f61_what_is_typed_into_a_free_field_is_found(
    case: CaseContext, typed: str, kind: str
) -> None:
    context = with_listed(case, group=typed)
    found = kinds("notice", context)
    assert (kind in found) if kind else found == set()


def test_f61_a_notice_with_a_number_is_refused_and_the_answer_does_not_repeat_it(
    case: CaseContext,
) -> None:
    context = with_listed(case, category="突发严重困难户 990101196803124516")
    with pytest.raises(Refused) as refused:
        scanning.guard(filled("notice", context), context)
    assert refused.value.code == "E-PAPERS-PRIVATE"
    assert "身份证号" in refused.value.params["found_zh"]
    assert "19680312" not in str(refused.value.params)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"group": "李秀兰之家"}, "MEMBER"),
        ({"group": "丈夫 李 秀 兰"}, "MEMBER"),
        ({"head_name": "张德福（妻李秀兰）"}, "MEMBER"),
        ({"category": "9901-0110-0201-2026-001"}, "KNOWN"),
    ],
)
def test_what_the_register_knows_is_found(
    case: CaseContext, changed: dict[str, str], kind: str
) -> None:
    assert kind in kinds("notice", with_listed(case, **changed))


def test_an_illness_outside_the_list_is_found_when_the_register_names_it(
    case: CaseContext,
) -> None:
    ill = Member(name="张德福", relation="户主", health="渐冻症")
    context = with_listed(case, group="三组渐冻症")
    assert kinds("notice", context) == set()
    context = replace(context, household=replace(context.household, members=(ill,)))
    assert kinds("notice", context) == {"KNOWN"}


def test_what_the_register_has_with_unseen_letters_in_it_is_found_without_them(
    case: CaseContext,
) -> None:
    ill = Member(name="李\u200b秀兰", health="渐\u200b冻症")
    context = replace(case, household=replace(case.household, members=(ill,)))
    context = with_listed(context, group="渐冻症，李秀兰家")
    assert kinds("notice", context) == {"KNOWN", "MEMBER"}


def test_another_head_of_the_same_name_as_a_member_is_no_finding(case: CaseContext) -> None:
    row = Listed(group="二组", head_name="李秀兰", people=3, category="边缘易致贫户")
    context = replace(case, notice=replace(case.notice, households=(row,)))
    assert kinds("notice", context) == set()


def test_the_number_of_an_office_may_stand_there_and_the_familys_may_not(
    case: CaseContext,
) -> None:
    assert "0990-6210002" in words(filled("notice", case))
    own = replace(case, notice=replace(case.notice, report_phone=case.household.phone))
    assert "PHONE" in kinds("notice", own)
    note = "0990-6210002 身份证990101196803124516"
    hidden = replace(case, notice=replace(case.notice, report_phone=note))
    assert "ID" in kinds("notice", hidden)
    number = replace(case, notice=replace(case.notice, report_phone="990101196803124516"))
    assert "ID" in kinds("notice", number)


def test_f62_a_name_on_the_web_is_masked_alike_on_every_paper(case: CaseContext) -> None:
    for paper in ("notice_web", "clearing_notice_web"):
        text = words(filled(paper, case))
        assert "张*福" in text
        assert "张德福" not in text
    context = with_listed(case, group="张德福家")
    assert "NAME" in kinds("notice_web", context)
    assert "NAME" not in kinds("notice", context)


def test_a_paper_that_stays_inside_is_not_searched(case: CaseContext) -> None:
    assert scanning.scan(filled("application", case), case) == ()
    assert "990101196803124516" in words(filled("application", case))


@pytest.mark.parametrize(
    ("paper", "old", "new", "told"),
    [
        ("notice", "{notice.contact:5}", "{household.phone}", "household.phone"),
        ("notice", 'value: "{category}"', 'value: "{reason}"', "notice.households.reason"),
        ("notice_web", "{head_name|masked}", "{head_name}", "not masked"),
        ("notice_web", "{place.county:6}", "{notice.contact}", "notice.contact"),
    ],
)
def test_a_public_paper_may_not_even_name_what_is_private(
    tmp_path: Path, paper: str, old: str, new: str, told: str
) -> None:
    folder = copied_papers(tmp_path, paper)
    path = folder / f"{paper}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, problems = loader.examine([folder])
    [problem] = problems
    assert told in problem.params["problem"]


def test_a_county_cannot_open_a_path_by_a_privacy_file_of_its_own(tmp_path: Path) -> None:
    """The national list holds for papers of every folder."""
    (tmp_path / "privacy.yaml").write_text("classes: []\n", encoding="utf-8")
    text = (PAPERS / "notice.yaml").read_text(encoding="utf-8")
    own = text.replace("{notice.contact:5}", "{household.phone}")
    (tmp_path / "notice.yaml").write_text(own, encoding="utf-8")
    _, problems = loader.examine([PAPERS, tmp_path])
    assert [problem.params["file"] for problem in problems] == ["notice.yaml"]
