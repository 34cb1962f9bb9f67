"""The work list over HTTP: what each of the standing cast sees and may do."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from bangfu.domains.quality import services
from bangfu.domains.quality.models import QualityException, QualityItem
from bangfu.domains.registry.models import Household, Person
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.masks import mask_id
from tests.api.conftest import NOW, World, id_number
from tests.cast import SHIQIAO, YUNXI

pytestmark = pytest.mark.django_db

BASE = "/api/v1/quality"
ROAD = "road_distance"


@pytest.fixture
def checked(world: World) -> World:
    """In 云溪县 two households stand 6 km from the road, one in each town; 石桥县 has one."""
    distances = {"H9901010001": 6, "H9901010002": 1, "H9901010003": 6}
    for region, found in ((YUNXI, distances), (SHIQIAO, {"H9901020001": 9, "H9901020002": 1})):
        scope = command_scope(region, "tests")
        with activate(scope):
            for number, distance in found.items():
                Household.objects.filter(household_no=number).update(road_distance=distance)
        services.check_county(scope=scope, region=region, at=NOW)
    return world


def ask(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"{BASE}{path}", query)
    assert response.status_code == 200, response.content.decode()
    return response.json()


def numbers(client: Client, **query: Any) -> list[str]:
    return [item["household_no"] for item in ask(client, "/items", rule=ROAD, **query)["items"]]


def item_id(number: str = "H9901010001") -> UUID:
    region = SHIQIAO if number.startswith("H990102") else YUNXI
    with activate(command_scope(region, "tests")):
        return QualityItem.objects.get(household_no=number, rule_id=ROAD).id


def test_everybody_sees_the_items_of_their_own_place(checked: World):
    cast = checked.cast
    seen = {
        "county": numbers(checked.client(cast.county)),
        "township": numbers(checked.client(cast.township)),
        "cadre": numbers(checked.client(cast.cadre)),
        "neighbour": numbers(checked.client(cast.neighbour)),
    }
    assert seen == {
        "county": ["H9901010001", "H9901010003"],
        "township": ["H9901010001"],
        "cadre": ["H9901010001"],
        "neighbour": ["H9901020001"],
    }


@pytest.mark.parametrize(
    "path", ["/summary", "/items", "/items/export", "/rules"], ids=lambda path: path[1:]
)
def test_who_may_not_read_the_register_reads_no_work_list(checked: World, path: str):
    assert checked.client(checked.cast.auditor).get(f"{BASE}{path}").status_code == 403
    assert checked.client(checked.cast.public).get(f"{BASE}{path}").status_code == 403
    assert Client().get(f"{BASE}{path}").status_code == 401


def test_an_item_says_where_who_what_and_what_to_do(checked: World):
    [item] = ask(checked.client(checked.cast.township), "/items", rule=ROAD)["items"]
    assert item["rule_no"] == "B-18"
    assert item["region"] == {"code": "990101101201", "name": "上坪村"}
    assert (item["town_name"], item["village_name"]) == ("清溪镇", "上坪村")
    assert (item["head_name"], item["member_name"]) == ("王大山", None)
    assert item["column_zh"] == "与村主干路距离"
    assert item["message_zh"] == "与村主干路距离 6 公里，应填写且不超过 5 公里"
    assert item["remedy_zh"] == "实地核实，单位为公里"
    assert item["state"] == "NEW"
    assert item["exception"] is None


def test_the_summary_adds_up_and_opens_to_the_lists(checked: World):
    client = checked.client(checked.cast.county)
    found = ask(client, "/summary")
    assert found["checked_at"] is not None
    assert found["totals"]["open"] == ask(client, "/items")["total"]
    assert found["totals"]["new"] == ask(client, "/items", state="NEW")["total"]
    assert sum(one["open"] for one in found["by_child"]) == found["totals"]["open"]
    assert sum(one["open"] for one in found["by_rule"]) == found["totals"]["open"]
    road = next(one for one in found["by_rule"] if one["rule_id"] == ROAD)
    assert (road["open"], road["new"], road["fixed"], road["excepted"]) == (2, 2, 0, 0)
    assert [one["open"] for one in found["checks"]] == [found["totals"]["open"]]
    town = ask(checked.client(checked.cast.township), "/summary")
    of_town = next(one for one in found["by_child"] if one["region"]["name"] == "清溪镇")
    assert town["totals"]["open"] == of_town["open"]
    assert [one["open"] for one in town["checks"]] == [town["totals"]["open"]]


def test_before_the_first_check_the_summary_is_empty_and_says_so(world: World):
    found = ask(world.client(world.cast.county), "/summary")
    assert (found["checked_at"], found["check_id"], found["checks"]) == (None, None, [])
    assert found["totals"] == {"open": 0, "new": 0, "fixed": 0, "excepted": 0}


def test_items_are_found_by_number_and_by_the_heads_name(checked: World):
    client = checked.client(checked.cast.county)
    assert numbers(client, q="王大山") == ["H9901010001"]
    assert numbers(client, q="H9901010003") == ["H9901010003"]
    assert numbers(client, q="卡那瑞") == []


def except_item(client: Client, which: UUID, **body: Any) -> Any:
    return client.post(
        f"{BASE}/items/{which}/exception",
        {"reason": "10月20日村主任核实，住在山上", **body},
        content_type="application/json",
    )


def test_a_township_officer_excepts_and_undoes_in_their_town(checked: World):
    client = checked.client(checked.cast.township)
    made = except_item(client, item_id())
    assert made.status_code == 201, made.content
    assert made.json()["by"] == "乙"
    [item] = ask(client, "/items", state="EXCEPTED")["items"]
    assert item["exception"]["reason"] == "10月20日村主任核实，住在山上"
    assert client.delete(f"{BASE}/items/{item['id']}/exception").status_code == 204
    assert ask(client, "/items", state="EXCEPTED")["total"] == 0
    assert client.delete(f"{BASE}/items/{item['id']}/exception").status_code == 409


def test_nobody_excepts_what_lies_outside_their_place(checked: World):
    """丙, 乙 of the other town and an id that does not exist get the same answer."""
    other_town = item_id("H9901010003")
    answers = [
        except_item(checked.client(checked.cast.neighbour), item_id()),
        except_item(checked.client(checked.cast.township), other_town),
        except_item(checked.client(checked.cast.county), uuid4()),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    with activate(command_scope(YUNXI, "tests")):
        assert QualityException.objects.count() == 0


def test_a_village_cadre_reads_and_excepts_nothing(checked: World):
    assert except_item(checked.client(checked.cast.cadre), item_id()).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": ""}, 400),
        ({"reason": "x" * 501}, 422),
        ({"until": "2020-01-01"}, 400),
        ({"until": "2026-02-30"}, 422),
    ],
)
def test_an_exception_without_reason_or_with_a_wrong_day_is_refused(checked, body, status):
    answer = except_item(checked.client(checked.cast.county), item_id(), **body)
    assert answer.status_code == status


def test_the_county_starts_a_check_and_a_township_does_not(checked: World):
    def start(player: Any, region: str) -> int:
        answer = checked.client(player).post(
            f"{BASE}/checks", {"region": region}, content_type="application/json"
        )
        return answer.status_code

    assert start(checked.cast.county, "990101") == 202
    assert start(checked.cast.township, "990101") == 404
    assert start(checked.cast.township, "990101101") == 400
    assert start(checked.cast.cadre, "990101") == 403
    assert start(checked.cast.neighbour, "990101") == 404


def export(client: Client, **query: Any) -> Any:
    response = client.get(f"{BASE}/items/export", query)
    assert response.status_code == 200
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_the_workbook_has_a_sheet_for_each_town_and_a_summary(checked: World):
    book = export(checked.client(checked.cast.county), rule=ROAD)
    assert book.sheetnames == ["清溪镇", "白石镇", "问题汇总"]
    head, row = list(book["清溪镇"].iter_rows(values_only=True))
    shown = dict(zip(head, row, strict=True))
    assert shown["户主"] == "王大山"
    assert shown["规则编号"] == "B-18"
    assert shown["问题说明"] == "与村主干路距离 6 公里，应填写且不超过 5 公里"
    assert shown["修改建议"] == "实地核实，单位为公里"
    assert shown["状态"] == "新增"
    red = [cell for cell in book["清溪镇"][2] if cell.fill.fgColor.rgb == "FFFFC7CE"]
    assert [cell.value for cell in red] == [shown["问题说明"]]
    assert list(book["问题汇总"].iter_rows(min_row=2, values_only=True)) == [
        ("B-18", "与村主干路距离为空或过远", "实地核实，单位为公里", 2)
    ]


def test_within_a_town_the_workbook_has_a_sheet_for_each_village(checked: World):
    book = export(checked.client(checked.cast.township), rule=ROAD)
    assert book.sheetnames == ["上坪村", "问题汇总"]


def test_a_members_number_is_masked_in_the_workbook(checked: World):
    """C-01: the only member of each household has no ethnicity, once one of the county has."""
    scope = command_scope(YUNXI, "tests")
    with activate(scope):
        Person.objects.filter(name="李小溪").update(ethnicity="01")
    services.check_county(scope=scope, region=YUNXI, at=NOW + timedelta(days=1))
    book = export(checked.client(checked.cast.county), rule="ethnicity_missing")
    head, row = list(book["清溪镇"].iter_rows(values_only=True))
    shown = dict(zip(head, row, strict=True))
    assert (shown["成员"], shown["证件号码"]) == ("王大山", mask_id(id_number("990101", 1)))


def test_f10_a_name_that_looks_like_a_formula_stays_a_text(checked: World):
    with activate(command_scope(YUNXI, "tests")):
        Household.objects.filter(household_no="H9901010001").update(head_name="=cmd|'/c calc'!A0")
    book = export(checked.client(checked.cast.county), rule=ROAD)
    cell = book["清溪镇"]["D2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=cmd|'/c calc'!A0", "s", True)


def test_an_export_of_nothing_is_a_workbook_that_says_so(checked: World):
    book = export(checked.client(checked.cast.county), state="FIXED")
    assert book.sheetnames == ["没有问题", "问题汇总"]


def test_an_export_leaves_an_audit_row_without_the_search_text(checked: World):
    export(checked.client(checked.cast.county), q="王大山")
    with activate(command_scope(YUNXI, "tests")):
        event = AuditEvent.objects.get(action="quality.items.exported")
    assert event.detail["searched"] is True
    assert "王大山" not in str(event.detail)


def test_an_unknown_filter_is_refused(checked: World):
    client = checked.client(checked.cast.county)
    assert client.get(f"{BASE}/items", {"region_id": "990102"}).status_code == 400
    assert client.get(f"{BASE}/items", {"state": "DROPPED"}).status_code == 422
    assert client.get(f"{BASE}/items", {"cursor": "forged"}).status_code == 400


def test_f52_a_cursor_of_another_county_shows_nothing_of_it(checked: World):
    cursor = ask(checked.client(checked.cast.county), "/items", limit=1)["next_cursor"]
    client = checked.client(checked.cast.neighbour)
    shown = ask(client, "/items", cursor=cursor)["items"]
    assert {item["region"]["code"][:6] for item in shown} <= {"990102"}


def test_every_rule_tells_its_number_source_and_remedy(checked: World):
    rules = ask(checked.client(checked.cast.cadre), "/rules")
    assert len(rules) == 112
    road = next(one for one in rules if one["rule_id"] == ROAD)
    assert road["group"] == "living"
    assert road["source_status"] == "unverified"
    assert all(one["remedy_zh"] and one["remedy_en"] for one in rules)


def test_what_is_excepted_until_a_day_says_so(checked: World):
    client = checked.client(checked.cast.county)
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    assert except_item(client, item_id(), until=until).json()["until"] == until
