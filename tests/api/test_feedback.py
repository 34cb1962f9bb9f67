"""数据校核反馈单: POST /feeds/feedback, the list, one, its steps, and the form for the owner."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from bangfu.domains.feeds import feedback, feedback_view
from bangfu.domains.feeds.models import Feedback
from bangfu.domains.registry.models import Membership
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.period import Period
from tests.api.conftest import id_number
from tests.cast import SHIQIAO, YUNXI
from tests.feeds_kit import county

# 王大山 of 云溪县's first household.
CARD = id_number("990101", 1)


def body(**more: Any) -> dict[str, Any]:
    return {
        "dataset": "civil/dibao",
        "period": "2026-10",
        "household_no": "H9901010001",
        "column": "status",
        "stated": "享受中",
        "expected": "2026年8月已终止",
        "reason": "本人出示终止通知书",
        **more,
    }


def person_of(household_no: str = "H9901010001", region: Any = YUNXI) -> str:
    with activate(county(region)):
        return str(Membership.objects.get(household__household_no=household_no).person_id)


def call(client: Any, path: str, **data: Any) -> Any:
    return client.post(f"/api/v1/feeds/feedback{path}", data, content_type="application/json")


@pytest.fixture
def made(jia) -> dict[str, Any]:
    response = call(jia, "", **body(person_id=person_of()))
    assert response.status_code == 201, response.content.decode()
    return response.json()


def test_a_draft_says_what_is_wrong_and_names_nobody_in_full(made):
    assert (made["state"], made["no"][:7], made["no"][-5:]) == ("DRAFT", "990101-", "-0001")
    assert made["person_name_masked"] == "王*山"
    assert (made["column_zh"], made["column_en"]) == ("救助状态", "Status")
    assert (made["department_zh"], made["title_zh"]) == ("民政局", "最低生活保障对象清单")
    assert (made["due_on"], made["overdue"], made["answer"]) == (None, False, None)
    assert made["allowed"] == ["send", "withdraw"]
    assert "王大山" not in str(made)
    assert CARD not in str(made)


def test_sent_on_a_monday_before_the_holidays_it_is_due_after_ten_working_days(world):
    # 2026-09-28 is a Monday. Working days after it: 29, 30 September; 8, 9 October; Saturday the
    # 10th is worked in exchange; 12, 13, 14, 15, 16. The tenth is Friday, 16 October.
    scope, at = county(), datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
    draft = feedback.Draft("civil/dibao", Period("2026-08"), "status", "享受中", "终止", "已核实")
    found = feedback.create_feedback(scope=scope, at=at, region=YUNXI, draft=draft)
    feedback.step_feedback(scope=scope, at=at, feedback_id=found, step="send")
    on_time = feedback_view.get_feedback(scope, found, today=date(2026, 10, 16))
    assert (on_time["sent_on"], on_time["due_on"]) == (date(2026, 9, 28), date(2026, 10, 16))
    assert on_time["overdue"] is False
    assert feedback_view.get_feedback(scope, found, today=date(2026, 10, 17))["overdue"] is True


def test_it_is_sent_answered_sent_back_answered_and_closed_and_every_step_is_kept(jia, made):
    path = f"/{made['id']}"
    for step, note, state in (
        ("send", "", "SENT"),
        ("answer", "已更正", "ANSWERED"),
        ("send", "仍显示享受中", "SENT"),
        ("answer", "已重新报送", "ANSWERED"),
        ("close", "", "CLOSED"),
    ):
        found = call(jia, f"{path}/{step}", note=note)
        assert (found.status_code, found.json()["state"]) == (200, state), found.content.decode()
    found = found.json()
    assert found["answer"] == "已重新报送"
    assert [(one["state"], one["note"]) for one in found["steps"]] == [
        ("DRAFT", ""),
        ("SENT", ""),
        ("ANSWERED", "已更正"),
        ("SENT", "仍显示享受中"),
        ("ANSWERED", "已重新报送"),
        ("CLOSED", ""),
    ]
    assert all("jia" in one["by"] or "甲" in one["by"] for one in found["steps"])
    assert found["allowed"] == []


@pytest.mark.parametrize("step", ["answer", "close"])
def test_a_draft_is_neither_answered_nor_closed(jia, made, step):
    refused = call(jia, f"/{made['id']}/{step}", note="x")
    assert (refused.status_code, refused.json()["code"]) == (409, "E-FEED-FEEDBACK-STATE")


def test_withdrawing_needs_words(jia, made):
    refused = call(jia, f"/{made['id']}/withdraw", note=" ")
    assert (refused.status_code, refused.json()["code"]) == (400, "E-FEED-FEEDBACK-TEXT")
    done = call(jia, f"/{made['id']}/withdraw", note="民政局已自行更正").json()
    assert (done["state"], done["allowed"]) == ("WITHDRAWN", [])


def test_only_the_form_names_the_person_and_that_it_was_made_is_recorded(jia, made):
    call(jia, f"/{made['id']}/send", note="")
    response = jia.get(f"/api/v1/feeds/feedback/{made['id']}/form.xlsx")
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = dict(sheet.iter_rows(min_row=2, values_only=True))
    assert (rows["姓名"], rows["身份证号"], rows["编号"]) == ("王大山", CARD, made["no"])
    assert rows["提出单位"] == "云溪县"
    assert rows["盖章"] in ("", None)
    with activate(county()):
        row = Feedback.objects.get()
        stored = " ".join(str(value) for value in vars(row).values())
        kept = AuditEvent.objects.filter(action="feeds.feedback.form_made")
        assert [one.detail["names_a_person"] for one in kept] == [True]
    assert CARD not in stored
    assert "王大山" not in stored


def test_f10_a_formula_in_the_form_stays_text(jia):
    made = call(jia, "", **body(stated="=1+1", expected="@SUM(1)")).json()
    response = jia.get(f"/api/v1/feeds/feedback/{made['id']}/form.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if cell.value in ("=1+1", "@SUM(1)"))


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"dataset": "no/such"}, 400, "E-FEED-UNKNOWN"),
        ({"column": "colour"}, 400, "E-DATASET-COLUMN"),
        ({"period": "2026-13"}, 400, "E-PERIOD-FORMAT"),
        ({"household_no": "H9901020001"}, 404, "E-API-NOT-FOUND"),
        ({"household_no": "H1"}, 404, "E-API-NOT-FOUND"),
        ({"person_id": "nobody"}, 400, "E-FEED-FEEDBACK-PERSON"),
        ({"person_id": str(UUID(int=7))}, 400, "E-FEED-FEEDBACK-PERSON"),
        ({"region": "990102"}, 404, "E-API-NOT-FOUND"),
        ({"reason": "  "}, 400, "E-FEED-FEEDBACK-TEXT"),
        ({"reason": f"他的号码是{CARD}"}, 400, "E-FEED-PERSONAL"),
        ({"stated": "１３８００００００００"}, 400, "E-FEED-PERSONAL"),
    ],
)
def test_a_wrong_draft_is_refused_with_its_reason(jia, more, status, code):
    response = call(jia, "", **body(**more))
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_the_persons_own_name_stays_out_of_the_texts(jia):
    refused = call(jia, "", **body(person_id=person_of(), reason="王大山出示终止通知书"))
    assert (refused.status_code, refused.json()["code"]) == (400, "E-FEED-PERSONAL")


def test_numbers_run_on_by_county_and_the_list_is_newest_first(jia, bing):
    first, second = (call(jia, "", **body()).json() for _ in range(2))
    other = call(bing, "", **body(household_no=None)).json()
    assert (first["no"][-4:], second["no"][-4:]) == ("0001", "0002")
    assert (other["no"][:7], other["no"][-4:]) == ("990102-", "0001")
    page = jia.get("/api/v1/feeds/feedback", {"limit": 1}).json()
    assert [one["no"] for one in page["items"]] == [second["no"]]
    page = jia.get("/api/v1/feeds/feedback", {"limit": 1, "cursor": page["next_cursor"]}).json()
    assert ([one["no"] for one in page["items"]], page["next_cursor"]) == ([first["no"]], None)
    assert jia.get("/api/v1/feeds/feedback", {"state": "SENT"}).json()["items"] == []
    assert len(jia.get("/api/v1/feeds/feedback", {"dataset": "civil/dibao"}).json()["items"]) == 2
    assert jia.get("/api/v1/feeds/feedback", {"state": "GONE"}).status_code == 400


def test_a_township_reads_what_concerns_its_villages_and_sends_nothing(world, jia):
    here = call(jia, "", **body()).json()
    call(jia, "", **body(household_no="H9901010003"))  # of the other town
    yi = world.client(world.cast.township)
    assert [one["id"] for one in yi.get("/api/v1/feeds/feedback").json()["items"]] == [here["id"]]
    assert yi.get(f"/api/v1/feeds/feedback/{here['id']}").json()["allowed"] == []
    assert call(yi, f"/{here['id']}/send", note="").status_code == 403
    assert yi.get(f"/api/v1/feeds/feedback/{here['id']}/form.xlsx").status_code == 403


def test_f50_the_neighbour_finds_no_request_and_takes_no_step(world, bing, made):
    assert bing.get("/api/v1/feeds/feedback").json()["items"] == []
    assert bing.get("/api/v1/feeds/feedback", {"region": "990101"}).status_code == 404
    for path in ("", "/form.xlsx"):
        assert bing.get(f"/api/v1/feeds/feedback/{made['id']}{path}").status_code == 404
    for step in ("send", "answer", "close", "withdraw"):
        assert call(bing, f"/{made['id']}/{step}", note="x").status_code == 404


def test_f50_row_security_alone_hides_requests_and_their_versions(without_filter, world):
    scope, at = county(), datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
    draft = feedback.Draft("civil/dibao", Period("2026-08"), "status", "享受中", "终止", "已核实")
    found = feedback.create_feedback(scope=scope, at=at, region=YUNXI, draft=draft)
    feedback.step_feedback(scope=scope, at=at, feedback_id=found, step="send")
    with activate(county(SHIQIAO)):
        assert Feedback.objects.count() == 0
        assert Feedback.pgh_event_model.objects.count() == 0
    with activate(scope):
        assert Feedback.pgh_event_model.objects.count() == 1
