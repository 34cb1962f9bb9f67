"""Pairings through the interface: lists, pairing, handing over and back, lists as files."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from bangfu.domains.assistance.models import Pairing
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import granting
from tests.api.conftest import World
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Player, _player

HEADS = ["户编号", "户主", "帮扶责任人", "干部账号", "帮扶单位", "单位类型", "开始时间", "备注"]
HOME, LOWER_HOME = "H9901010001", "H9901010002"


@pytest.fixture
def second(world: World) -> Player:
    return _player("cadre2", "结对干部二", "PAIRED_CADRE", YUNXI_VILLAGE)


def body(player: Player, number: str = HOME, **more: Any) -> dict[str, Any]:
    return {
        "household_no": number,
        "user_id": str(player.user.pk),
        "valid_from": "2026-03-01",
        "office_kind": "COUNTY_OFFICE",
        **more,
    }


def post(client: Client, path: str, data: dict[str, Any], status: int = 200) -> Any:
    found = client.post(f"/api/v1{path}", data, content_type="application/json")
    assert found.status_code == status, found.content.decode()
    return found.json()


def give(world: World, second: Player, **more: Any) -> dict[str, Any]:
    return {
        "from_user_id": str(world.cast.cadre.user.pk),
        "to_user_id": str(second.user.pk),
        "on": "2026-10-01",
        "reason": "调离",
        "office_kind": "COUNTY_OFFICE",
        **more,
    }


def test_a_pairing_stands_in_the_list_and_with_its_cadre(
    world: World, jia: Client, get: Callable[..., Any]
) -> None:
    made = post(jia, "/pairings", body(world.cast.cadre, note="老户"), 201)
    assert (made["town_name"], made["village_name"]) == ("清溪镇", "上坪村")
    assert (made["office_kind_zh"], made["is_able"]) == ("省市县直单位", True)
    page = get("/pairings", q="王大")
    assert [one["id"] for one in page["items"]] == [made["id"]]
    assert (page["total"], page["orphaned"]) == (1, 0)
    [load] = get("/pairings/cadres", region=str(YUNXI_VILLAGE))
    assert (load["cadre_name"], load["total"], load["capacity"]) == ("结对干部", 1, 5)
    choices = get("/pairings/choices", region=str(YUNXI_VILLAGE))
    assert [(one["name"], one["total"]) for one in choices["cadres"]] == [("结对干部", 1)]
    assert "TOWNSHIP" in [one["kind"] for one in choices["offices"]]


def test_orphans_come_first_once_their_cadre_has_lost_the_post(
    world: World, jia: Client, get: Callable[..., Any], second: Player
) -> None:
    post(jia, "/pairings", body(second, office_kind="VILLAGE"), 201)
    scope = command_scope(YUNXI, "tests")
    assert second.post_id is not None
    granting.end_post(scope=scope, at=AT, post_id=second.post_id)
    page = get("/pairings", state="ORPHANED")
    assert [(one["household_no"], one["is_able"]) for one in page["items"]] == [(HOME, False)]
    assert page["orphaned"] == 1
    assert [one["orphaned"] for one in get("/pairings/cadres")] == [1]


def test_households_are_handed_over_and_back(
    world: World, jia: Client, get: Callable[..., Any], second: Player
) -> None:
    post(jia, "/pairings", body(world.cast.cadre), 201)
    done = post(jia, "/pairings/handovers", give(world, second), 201)
    assert (done["count"], done["from_name"], done["to_name"]) == (1, "结对干部", "结对干部二")
    assert [one["cadre_name"] for one in get("/pairings")["items"]] == ["结对干部二"]
    assert [one["valid_to"] for one in get("/pairings", state="ENDED")["items"]] == ["2026-09-30"]
    post(jia, f"/pairings/handovers/{done['id']}/undo", {})
    assert [one["cadre_name"] for one in get("/pairings")["items"]] == ["结对干部"]
    assert get("/pairings", state="ENDED")["items"] == []
    assert get("/pairings/handovers")[0]["undone_at"] is not None


def test_a_handover_of_one_place_leaves_the_others_alone(
    world: World, jia: Client, second: Player
) -> None:
    post(jia, "/pairings", body(world.cast.cadre), 201)
    asked = give(world, second, region="990101102201")
    assert post(jia, "/pairings/handovers", asked, 404)["code"] == "E-API-NOT-FOUND"


def test_an_ended_pairing_is_refused_a_second_time(world: World, jia: Client) -> None:
    made = post(jia, "/pairings", body(world.cast.cadre), 201)
    asked = {"on": "2026-10-01", "reason": "LEFT"}
    ended = post(jia, f"/pairings/{made['id']}/end", asked)
    assert (ended["valid_to"], ended["end_reason"]) == ("2026-10-01", "LEFT")
    again = post(jia, f"/pairings/{made['id']}/end", asked, 409)
    assert again["code"] == "E-ASSISTANCE-ENDED"


def test_bing_and_the_village_get_nothing_done(
    world: World, jia: Client, bing: Client, second: Player
) -> None:
    made = post(jia, "/pairings", body(world.cast.cadre), 201)
    assert bing.get("/api/v1/pairings").json()["items"] == []
    assert bing.get("/api/v1/pairings/cadres").json() == []
    post(bing, f"/pairings/{made['id']}/end", {"on": "2026-10-01", "reason": "LEFT"}, 404)
    post(bing, "/pairings/handovers", give(world, second), 404)
    post(bing, "/pairings", body(world.cast.cadre, LOWER_HOME), 404)
    village = world.client(world.cast.cadre)
    assert len(village.get("/api/v1/pairings").json()["items"]) == 1
    post(village, "/pairings", body(world.cast.cadre, LOWER_HOME), 403)


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def line(number: str = HOME, **more: Any) -> list[Any]:
    values = {
        "户编号": number,
        "帮扶责任人": "结对干部",
        "单位类型": "省市县直单位",
        "开始时间": "2026-03-01",
        **more,
    }
    return [values.get(head) for head in HEADS]


def hand_in(client: Client, content: bytes, path: str = "", **form: Any) -> Any:
    file = SimpleUploadedFile("list.xlsx", content)
    return client.post(f"/api/v1/pairings/import{path}", {"file": file, **form})


def pairings() -> list[tuple[str, str]]:
    with activate(command_scope(YUNXI, "tests")):
        found = Pairing.objects.filter(valid_to__isnull=True).order_by("household_no")
        return list(found.values_list("household_no", "cadre_name"))


def test_a_list_is_checked_then_taken_and_the_same_file_changes_nothing(
    world: World, jia: Client
) -> None:
    content = sheet(line(), line(LOWER_HOME))
    dry = hand_in(jia, content).json()
    assert (dry["rows"], dry["new"], dry["bad"], dry["is_committed"]) == (2, 1, 1, False)
    # The cadre of one village cannot act in the other.
    [issue] = dry["issues"]
    assert (issue["row"], issue["column"], issue["code"]) == (
        3,
        "帮扶责任人",
        "E-ASSISTANCE-CADRE",
    )
    assert issue["remedy"]
    assert pairings() == []
    done = hand_in(jia, content, commit=True).json()
    assert (done["new"], done["is_committed"]) == (1, True)
    assert pairings() == [(HOME, "结对干部")]
    again = hand_in(jia, content, commit=True).json()
    assert (again["new"], again["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (line("H404"), "E-ASSISTANCE-HOUSEHOLD"),
        # The neighbouring county's household does not exist here.
        (line("H9901020001"), "E-ASSISTANCE-HOUSEHOLD"),
        (line(户主="李四"), "E-ASSISTANCE-HEAD"),
        (line(帮扶责任人="没有这个人"), "E-ASSISTANCE-CADRE"),
        (line(干部账号="bing", 帮扶责任人="丙"), "E-ASSISTANCE-CADRE"),
        (line(干部账号="cadre", 帮扶责任人="另一个人"), "E-ASSISTANCE-CADRE"),
        (line(单位类型="月球"), "E-ASSISTANCE-OFFICE-KIND"),
        (line(开始时间="2099-01-01"), "E-ASSISTANCE-DATE"),
    ],
)
def test_a_row_that_is_not_in_order_is_told_with_its_remedy(
    world: World, jia: Client, row: list[Any], code: str
) -> None:
    found = hand_in(jia, sheet(row), commit=True).json()
    assert [one["code"] for one in found["issues"]] == [code]
    assert pairings() == []


def test_two_of_one_name_are_told_apart_by_their_accounts(world: World, jia: Client) -> None:
    _player("namesake", "结对干部", "RESIDENT_TEAM", YUNXI_VILLAGE)
    found = hand_in(jia, sheet(line())).json()
    assert [one["code"] for one in found["issues"]] == ["E-ASSISTANCE-CADRE-NAME"]
    assert hand_in(jia, sheet(line(干部账号="namesake")), commit=True).json()["new"] == 1


def test_a_row_changes_the_cadre_only_where_that_is_said(
    world: World, jia: Client, second: Player
) -> None:
    post(jia, "/pairings", body(world.cast.cadre), 201)
    content = sheet(line(帮扶责任人="结对干部二", 开始时间="2026-10-01"))
    refused = hand_in(jia, content, commit=True).json()
    assert [one["code"] for one in refused["issues"]] == ["E-ASSISTANCE-PAIRED"]
    done = hand_in(jia, content, commit=True, may_replace=True).json()
    assert (done["replaced"], pairings()) == (1, [(HOME, "结对干部二")])


def test_rows_beyond_a_cadres_capacity_are_left_over(
    world: World, jia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bangfu.domains.assistance import rows

    monkeypatch.setattr(rows, "count_held", lambda users, region: dict.fromkeys(users, 5))
    found = hand_in(jia, sheet(line()), commit=True).json()
    assert [one["code"] for one in found["issues"]] == ["E-ASSISTANCE-CAPACITY"]
    done = hand_in(jia, sheet(line()), commit=True, may_exceed=True).json()
    assert (done["new"], done["bad"]) == (1, 0)


def test_the_error_workbook_marks_the_cell_and_what_comes_out_goes_in(
    world: World, jia: Client
) -> None:
    marked = hand_in(jia, sheet(line(), line("H404")), "/errors.xlsx")
    assert marked.status_code == 200
    texts = [
        str(cell.value) for row in load_workbook(BytesIO(marked.content)).active for cell in row
    ]
    assert any("H404" in text and "没有户编号" in text for text in texts)
    post(jia, "/pairings", body(world.cast.cadre, office="县医保局"), 201)
    out = jia.get("/api/v1/pairings/export.xlsx")
    content = b"".join(out.streaming_content)
    values = list(load_workbook(BytesIO(content)).active.values)
    assert values[0][:5] == ("乡镇", "村", "户编号", "户主姓名", "帮扶责任人")
    assert values[1][:6] == ("清溪镇", "上坪村", HOME, "王大山", "结对干部", "县医保局")
    back = hand_in(jia, content, commit=True).json()
    assert (back["unchanged"], back["bad"]) == (1, 0)
    assert jia.get("/api/v1/pairings/template.xlsx").status_code == 200
