"""Notices and objections: nothing hangs unscanned, the web version goes by itself, and nobody
objects after the days are over."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from bangfu.domains.publicity import objections, selectors, services
from bangfu.domains.publicity.domain import NoticeState, NoticeWay, ObjectionState, ObjectionWay
from bangfu.domains.publicity.objections import Answer, ObjectionForm
from bangfu.foundation import files
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound, Refused
from tests.api.conftest import World, build
from tests.cast import YUNXI, YUNXI_VILLAGE, Cast
from tests.publicity_kit import UNTIL, at, form, hang, line

HOME = "H9901010001"


@pytest.fixture
def world(cast: Cast) -> World:
    return build(cast)


@pytest.fixture
def yi(world: World):
    return world.cast.township.scope


def wang(world: World, **changed):
    return line(world.households[HOME], HOME, "王大山", **changed)


def said(subject_id, day: int = 3) -> ObjectionForm:
    return ObjectionForm(subject_id, date(2026, 11, day), "村民甲", ObjectionWay.ORAL, "他家有车")


def text_of(scope, file_id) -> str:
    with files.open_file(scope, file_id) as file:
        document = docx.Document(io.BytesIO(file.read()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(para.text for para in document.paragraphs), *cells])


def test_a_board_shows_head_group_people_and_category_and_no_number_of_his(world, yi):
    notice = hang(yi, form(YUNXI_VILLAGE, wang(world)))
    assert (notice.state, notice.no) == (NoticeState.PUBLISHED, "上坪示〔2026〕1号")
    shown = text_of(yi, notice.board_file_id)
    assert all(word in shown for word in ("王大山", "一组", "突发严重困难户", "2026年11月6日"))
    assert notice.no in shown
    assert HOME not in shown
    assert "9901011970" not in shown


def test_f61_a_notice_that_tells_too_much_is_refused_and_stays_a_draft(world, yi):
    # His telephone was typed into the field of the group.
    drafted = services.draft(
        scope=yi, at=at(1), form=form(YUNXI_VILLAGE, wang(world, group="13900000001"))
    )
    with pytest.raises(Refused) as refused:
        services.scan(scope=yi, at=at(1), notice_id=drafted.id)
    assert refused.value.code == "E-PAPERS-PRIVATE"
    assert "13900000001" not in str(refused.value.params)
    assert selectors.get_notice(yi, drafted.id).state is NoticeState.DRAFT
    with pytest.raises(Conflict):
        services.publish(scope=yi, at=at(1), notice_id=drafted.id, until_on=UNTIL)


def test_f61_illness_does_not_stand_on_a_board(world, yi):
    drafted = services.draft(
        scope=yi, at=at(1), form=form(YUNXI_VILLAGE, wang(world, category="因患癌症"))
    )
    with pytest.raises(Refused):
        services.scan(scope=yi, at=at(1), notice_id=drafted.id)


def test_the_web_version_is_masked_and_gone_after_its_days_without_any_worker(world, yi):
    notice = hang(yi, form(YUNXI_VILLAGE, wang(world), way=NoticeWay.BOARD_AND_WEB))
    _, file_id = selectors.web_file(yi, notice.id, UNTIL)
    assert "王大山" not in text_of(yi, file_id)
    with pytest.raises(Conflict) as refused:
        selectors.web_file(yi, notice.id, date(2026, 11, 7))
    assert refused.value.code == "E-PUBLICITY-WEB-OVER"


def test_the_clock_ends_notices_once_and_only_those_whose_days_are_over(world, yi):
    notice = hang(yi, form(YUNXI_VILLAGE, wang(world)))
    assert services.end_due(at=at(6)) == 0
    assert services.end_due(at=at(7)) == 1
    assert services.end_due(at=at(7)) == 0
    assert selectors.get_notice(yi, notice.id).state is NoticeState.ENDED


def test_an_objection_is_taken_on_the_last_day_and_refused_on_the_next(world, yi):
    mine = wang(world)
    notice = hang(yi, form(YUNXI_VILLAGE, mine))
    late = said(mine.subject_id, 7)
    with pytest.raises(Conflict) as refused:
        objections.raise_objection(scope=yi, at=at(8), notice_id=notice.id, form=late)
    assert (refused.value.code, refused.value.params) == (
        "E-PUBLICITY-OBJECTION-LATE",
        {"until_on": "2026-11-06"},
    )
    made = objections.raise_objection(
        scope=yi, at=at(8), notice_id=notice.id, form=said(mine.subject_id, 6)
    )
    assert made.number == 1
    result = Answer(False, date(2026, 11, 7), ("孙敏", "刘志强"), "车是女儿家的")
    asked = {"scope": yi, "at": at(8), "county": YUNXI, "subject_id": mine.subject_id}
    asked["result"] = result
    assert [objections.answer(**asked), objections.answer(**asked)] == [1, 0]
    [answered] = objections.list_of(yi, [mine.subject_id])[mine.subject_id]
    assert (answered.state, answered.finding) == (ObjectionState.UNFOUNDED, "车是女儿家的")


def test_who_objected_is_told_to_whoever_looks_into_it_and_not_to_the_village(world, yi):
    from tests.cast import _player

    village = _player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE).scope
    mine = wang(world)
    notice = hang(yi, form(YUNXI_VILLAGE, mine))
    objections.raise_objection(scope=yi, at=at(3), notice_id=notice.id, form=said(mine.subject_id))
    [by_town] = selectors.get_notice(yi, notice.id).objections
    [by_village] = selectors.get_notice(village, notice.id).objections
    assert (by_town.raised_by, by_village.raised_by) == ("村民甲", "")
    assert by_village.words == "他家有车"


def test_a_household_stands_on_one_live_notice_of_a_matter(world, yi):
    mine = wang(world)
    hang(yi, form(YUNXI_VILLAGE, mine))
    with pytest.raises(Conflict) as refused:
        services.draft(scope=yi, at=at(1), form=form(YUNXI_VILLAGE, mine))
    assert refused.value.code == "E-PUBLICITY-ALREADY"


def test_the_next_notice_may_hang_from_the_day_after_the_last_without_any_worker(world, yi):
    mine = wang(world)
    hang(yi, form(YUNXI_VILLAGE, mine))
    again = {"posted_on": UNTIL, "until_on": date(2026, 11, 12)}
    with pytest.raises(Conflict):
        services.draft(scope=yi, at=at(6), form=form(YUNXI_VILLAGE, mine, **again))
    again["posted_on"] = date(2026, 11, 7)
    second = services.draft(scope=yi, at=at(7), form=form(YUNXI_VILLAGE, mine, **again))
    assert second.no == "上坪示〔2026〕2号"


def test_a_notice_of_too_few_days_or_without_a_telephone_is_no_notice(world, yi):
    for changed in ({"until_on": date(2026, 11, 5)}, {"report_phone": " "}, {"lines": ()}):
        with pytest.raises(InvalidValue):
            services.draft(scope=yi, at=at(1), form=form(YUNXI_VILLAGE, wang(world), **changed))


def test_a_notice_is_not_drawn_up_for_a_day_that_has_passed(world, yi):
    with pytest.raises(InvalidValue) as refused:
        services.draft(scope=yi, at=at(2), form=form(YUNXI_VILLAGE, wang(world)))
    assert (refused.value.code, refused.value.params) == (
        "E-PUBLICITY-POSTED-BEFORE",
        {"posted_on": "2026-11-01", "today": "2026-11-02"},
    )
    assert selectors.list_notices(yi, selectors.NoticeFilter())[1] == 0


def test_a_notice_that_is_noted_late_hangs_the_longer_and_the_web_says_so(world, yi):
    wanted = form(YUNXI_VILLAGE, wang(world), way=NoticeWay.BOARD_AND_WEB)
    drafted = services.draft(scope=yi, at=at(1), form=wanted)
    scanned = services.scan(scope=yi, at=at(1), notice_id=drafted.id)
    # Drawn up for the 1st and noted on the 3rd: its five full days are the 4th to the 8th.
    late = {"scope": yi, "at": at(3), "notice_id": drafted.id}
    with pytest.raises(InvalidValue):
        services.publish(**late, until_on=date(2026, 11, 3))
    notice = services.publish(**late, until_on=date(2026, 11, 8))
    assert (notice.posted_on, notice.until_on) == (date(2026, 11, 1), date(2026, 11, 8))
    assert notice.board_file_id == scanned.board_file_id, "the paper on the board is what it is"
    _, file_id = selectors.web_file(yi, notice.id, date(2026, 11, 8))
    assert "2026年11月8日" in text_of(yi, file_id)
    assert services.end_due(at=at(8)) == 0


def test_bing_finds_no_notice_of_ours(world, yi):
    bing = world.cast.neighbour.scope
    notice = hang(yi, form(YUNXI_VILLAGE, wang(world)))
    with pytest.raises(NotFound):
        selectors.get_notice(bing, notice.id)
    with pytest.raises(NotFound):
        services.withdraw(scope=bing, at=at(2), notice_id=notice.id, reason="误")
    with pytest.raises(NotFound):
        services.draft(scope=bing, at=at(1), form=form(YUNXI_VILLAGE, wang(world)))
    assert selectors.list_notices(bing, selectors.NoticeFilter())[1] == 0
