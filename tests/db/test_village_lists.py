"""The list of the month: one a village under one number, printed, entered back, never twice."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from docx import Document

from bangfu.domains.monitoring.models import Proceeding, ProceedingStep
from bangfu.domains.monitoring.papers import photos
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.monitoring.services import take
from bangfu.domains.monitoring.villagelists import entering, lists, paper
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.notifications.models import Message
from bangfu.kernel.errors import NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, Cast
from tests.clues_kit import MONDAY, SCOPE, add_homes, clues, hit, make, pair, run_of
from tests.evidence_samples import png

pytestmark = pytest.mark.django_db
VILLAGE = str(YUNXI_VILLAGE)
NATION = RegionCode("000000000000")
DAY = timedelta(days=1)
OCTOBER = Period("2026-10")
OUTCOME = 7


@pytest.fixture
def given(cast: Cast) -> list[Proceeding]:
    """Four clues of the village handed to its cadre."""
    homes = add_homes(VILLAGE, VILLAGE, VILLAGE, VILLAGE)
    for home in homes:
        pair(cast, home)
    make(run_of(), *(hit(home) for home in homes))
    return clues()


def made(cast: Cast) -> lists.ListRecord:
    (record,) = lists.make_lists(
        scope=cast.township.scope,  # type: ignore[arg-type]
        at=MONDAY + DAY,
        region=YUNXI_TOWN,
        month=OCTOBER,
        contact="孙敏",
    )
    return record


def printed(cast: Cast, record: lists.ListRecord) -> bytes:
    scope = cast.township.scope
    assert scope is not None
    return paper.make_paper(scope=scope, at=MONDAY + DAY, list_id=record.id)[1]


def filled(content: bytes, *answers: tuple[str, ...]) -> bytes:
    """Write answers into the rows of a list, as a village would."""
    document = Document(io.BytesIO(content))
    for row, texts in enumerate(answers, start=1):
        for column, text in enumerate(texts, start=OUTCOME):
            document.tables[0].rows[row].cells[column].paragraphs[0].add_run(text)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def enter(cast: Cast, record: lists.ListRecord, content: bytes, **more: bool) -> entering.Entered:
    return entering.enter(
        scope=cast.township.scope,  # type: ignore[arg-type]
        at=MONDAY + 3 * DAY,
        list_id=record.id,
        content=content,
        **more,
    )


def told(entered: entering.Entered) -> tuple[int, ...]:
    return (*entered.results.values(), entered.unchanged, entered.still_open)


def test_a_village_has_one_list_a_month_that_takes_in_what_comes_later(
    cast: Cast, given: list[Proceeding]
) -> None:
    first = made(cast)
    assert (first.no, first.rows, first.answered) == (f"{VILLAGE}-202610", 4, 0)
    assert first.due_on == given[0].next_due_on
    assert made(cast) == first
    home = given[0].household_id
    assert home is not None
    make(run_of("2026-10"), hit(home, "water_unsafe", risk="WATER"), at=MONDAY + DAY)
    assert (made(cast).no, made(cast).rows) == (first.no, 5)
    with activate(SCOPE):
        assert AuditEvent.objects.filter(action=lists.MADE).count() == 2


def test_a_household_is_one_row_with_its_several_reasons_and_one_answer_for_all(
    cast: Cast,
) -> None:
    one, two = add_homes(VILLAGE, VILLAGE)
    for home in (one, two):
        pair(cast, home)
    water = hit(one, "water_unsafe", risk="WATER", reason_zh="饮水不安全", reason_en="water")
    make(run_of(), hit(one), water, hit(two))
    record = made(cast)
    assert record.rows == 2
    _, (first, second) = lists.get_list(cast.county.scope, record.id)  # type: ignore[arg-type]
    said = {"medical_ordinary 自付 21,300 元", "饮水不安全"}
    assert (set(first.reason_zh.split("；")), first.place) == (said, 1)
    assert second.reason_zh == "medical_ordinary 自付 21,300 元"
    content = filled(printed(cast, record), ("1", "1", "10月14日", "结对干部", ""))
    found = enter(cast, record, content)
    assert (told(found), found.problems) == ((1, 0, 0, 0, 1), [])
    with activate(SCOPE):
        rows = Proceeding.objects.order_by("household_no", "no")
        assert [row.state for row in rows] == ["NO_RISK", "NO_RISK", "DISPATCHED"]
    assert made(cast).answered == 1
    # What comes once the list is out is a row more.
    make(run_of("2026-10"), hit(two), hit(two, "h", risk="HOUSING"), at=MONDAY + 2 * DAY)
    assert made(cast).rows == 3


def test_the_village_is_told_of_its_list_which_the_months_clues_bring(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    pair(cast, home)
    make(run_of(), hit(home))
    system = system_scope(YUNXI, "monitoring.clues")
    lists.make_this_month(system, MONDAY, YUNXI)
    lists.make_this_month(system, MONDAY + DAY, YUNXI)
    assert lists.make_this_month in Ports.made
    with activate(system_scope(NATION, "messages")):
        found = Message.objects.filter(subject="monitoring.village_list")
        (only,) = found.filter(user_id=cast.cadre.user.pk)
    assert only.params == {"place": VILLAGE, "month": "2026-10", "count": 1}
    (record,) = lists.list_lists(cast.county.scope)  # type: ignore[arg-type]
    assert (record.month, record.contact, record.rows) == ("2026-10", "", 1)


def test_each_answer_takes_the_step_that_it_means(cast: Cast, given: list[Proceeding]) -> None:
    record = made(cast)
    content = filled(
        printed(cast, record),
        ("1", "1", "10月14日", "结对干部", ""),
        ("有变化", "入户", "10月14日", "结对干部", "务工中断"),
        ("3紧急", "1", "10月15日", "结对干部、乙", "断水断粮"),
    )
    tried = enter(cast, record, content, dry_run=True)
    assert (told(tried), tried.problems) == ((1, 1, 1, 0, 1), [])
    assert {row.state for row in clues()} == {"DISPATCHED"}
    found = enter(cast, record, content)
    assert (told(found), found.problems, found.is_repeat) == ((1, 1, 1, 0, 1), [], False)
    assert [row.state for row in clues()] == ["NO_RISK", "CHECKING", "URGENT", "DISPATCHED"]
    with activate(SCOPE):
        noted = ProceedingStep.objects.filter(proceeding=given[1]).order_by("at", "id")
        assert [one.step for one in noted][-2:] == ["ACKNOWLEDGE", "NOTE_CHECK"]
        event = AuditEvent.objects.get(action=entering.ENTERED)
        assert (event.detail["CLOSED"], event.detail["problems"]) == (1, 0)
    head, rows = lists.get_list(cast.county.scope, record.id)  # type: ignore[arg-type]
    assert (head.answered, [row.result for row in rows]) == (3, ["CLOSED", "NOTED", "ALARM", ""])


def test_a_row_is_answered_as_its_clue_is_to_be_checked(cast: Cast) -> None:
    """An illness is visited, work may be asked about by telephone, a house needs its photo."""
    homes = add_homes(VILLAGE, VILLAGE, VILLAGE)
    for home, risk in zip(homes, ("ILLNESS", "UNSTABLE_JOB", "HOUSING"), strict=True):
        pair(cast, home)
        make(run_of(), hit(home, f"rule_{risk.lower()}", risk=risk))
    record = made(cast)
    # The paper says so before somebody goes or calls in vain.
    table = Document(io.BytesIO(printed(cast, record))).tables[0]
    reasons = [row.cells[OUTCOME - 2].text for row in table.rows[1:4]]
    said = [reason.partition("（须")[2].rstrip("）") for reason in reasons]
    assert said == ["入户", "", "入户、须拍照"]
    phoned = ("1", "电话", "10月14日", "结对干部", "")
    visited = ("1", "入户", "10月14日", "结对干部", "")
    found = enter(cast, record, filled(printed(cast, record), phoned, phoned, visited))
    assert told(found) == (1, 0, 0, 0, 0)
    assert [(one.row, one.code) for one in found.problems] == [
        (1, "E-CLUES-CHECK-WAY"),
        (3, "E-CLUES-CHECK-PHOTO"),
    ]
    assert [row.state for row in clues()] == ["DISPATCHED", "NO_RISK", "DISPATCHED"]
    # With its photo on file the same answer is taken.
    photos.keep_photo(
        scope=cast.cadre.scope,  # type: ignore[arg-type]
        at=MONDAY + 3 * DAY,
        proceeding_id=clues()[2].id,
        name="a.png",
        content=png(),
    )
    again = enter(cast, record, filled(printed(cast, record), (), (), visited))
    assert (told(again)[0], again.problems) == (1, [])
    assert [row.state for row in clues()] == ["DISPATCHED", "NO_RISK", "NO_RISK"]


def test_f16_the_same_file_and_the_same_answers_change_nothing(
    cast: Cast, given: list[Proceeding]
) -> None:
    record = made(cast)
    content = filled(printed(cast, record), ("1", "1", "10月14日", "结对干部", ""))
    enter(cast, record, content)
    with activate(SCOPE):
        before = ProceedingStep.objects.count()
    again = enter(cast, record, content)
    assert (again.is_repeat, told(again)) == (True, (0, 0, 0, 0, 0))
    # The list printed anew carries the answer; another row is filled in.
    more = filled(printed(cast, record), (), ("1", "1", "10月15日", "结对干部", ""))
    second = enter(cast, record, more)
    assert (told(second), second.problems) == ((1, 0, 0, 1, 2), [])
    with activate(SCOPE):
        assert ProceedingStep.objects.count() == before + 2


def test_a_row_with_a_mistake_is_said_and_the_others_are_entered(
    cast: Cast, given: list[Proceeding]
) -> None:
    record = made(cast)
    void = {"void_reason": "重复"}
    take(
        scope=cast.township.scope,  # type: ignore[arg-type]
        at=MONDAY + 2 * DAY,
        proceeding_id=given[2].id,
        step="VOID",
        facts=void,
    )
    content = filled(
        printed(cast, record),
        ("9", "1", "10月14日", "结对干部", ""),
        ("1", "1", "10月14日", "某某某", ""),
        ("1", "1", "10月14日", "结对干部", ""),
        ("1", "1", "10月14日", "结对干部", ""),
    )
    found = enter(cast, record, content)
    assert told(found) == (1, 0, 0, 0, 0)
    assert [(one.row, one.code) for one in found.problems] == [
        (1, "E-PAPERS-LIST-CHOICE"),
        (2, "E-CLUES-LIST-CHECKER"),
        (3, "E-PROCEDURE-STEP-NOT-NOW"),
    ]
    assert [row.state for row in clues()] == ["DISPATCHED", "DISPATCHED", "VOID", "NO_RISK"]
    # Mended, the file is another one; a row that says otherwise than before is refused.
    other = filled(printed(cast, record), (), (), (), ())
    assert told(enter(cast, record, other))[0] == 0


def test_an_answer_is_not_written_over_by_another(cast: Cast, given: list[Proceeding]) -> None:
    record = made(cast)
    blank = printed(cast, record)
    enter(cast, record, filled(blank, ("2", "1", "10月14日", "结对干部", "务工中断")))
    found = enter(cast, record, filled(blank, ("1", "1", "10月14日", "结对干部", "")))
    assert [one.code for one in found.problems] == ["E-CLUES-LIST-ENTERED"]
    assert clues()[0].state == "CHECKING"


def test_a_reason_of_health_is_for_those_who_may_and_whose_duty_it_is(
    cast: Cast, given: list[Proceeding]
) -> None:
    record = made(cast)
    for scope in (cast.county.scope, cast.township.scope, cast.cadre.scope):
        assert scope is not None
        rows = lists.get_list(scope, record.id)[1]
        assert {row.reason_zh for row in rows} == {"medical_ordinary 自付 21,300 元"}
    for row in given:
        take(
            scope=cast.township.scope,  # type: ignore[arg-type]
            at=MONDAY + 2 * DAY,
            proceeding_id=row.id,
            step="REASSIGN",
            facts={"handlers": (str(cast.township.user.pk),), "handover_reason": "出差"},
        )
    assert cast.cadre.scope is not None
    rows = lists.get_list(cast.cadre.scope, record.id)[1]
    assert all("21,300" not in row.reason_zh for row in rows)


def test_others_have_no_such_list(cast: Cast, given: list[Proceeding]) -> None:
    record = made(cast)
    neighbour = cast.neighbour.scope
    assert neighbour is not None
    with pytest.raises(NotFound, match="E-CLUES-LIST"):
        lists.get_list(neighbour, record.id)
    with pytest.raises(NotFound, match="E-CLUES-LIST"):
        paper.make_paper(scope=neighbour, at=MONDAY, list_id=record.id)
    with pytest.raises(NotFound, match="E-CLUES-LIST"):
        entering.enter(scope=neighbour, at=MONDAY, list_id=record.id, content=b"x")
    assert lists.list_lists(neighbour) == []
    with pytest.raises(NotAllowed):
        lists.make_lists(scope=neighbour, at=MONDAY, region=YUNXI_TOWN, month=OCTOBER)
    with pytest.raises(NotAllowed):
        lists.make_lists(
            scope=cast.cadre.scope,  # type: ignore[arg-type]
            at=MONDAY,
            region=YUNXI_VILLAGE,
            month=OCTOBER,
        )
    with pytest.raises(Refused, match="E-CLUES-LIST-MONTH"):
        lists.make_lists(scope=neighbour, at=MONDAY, region=SHIQIAO, month=Period("2026-09"))
