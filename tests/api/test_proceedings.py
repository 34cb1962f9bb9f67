"""The interface of proceedings, asked by the whole cast; what the handler of a clue sees of it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from tests.api.conftest import World
from tests.cast import YUNXI, YUNXI_VILLAGE, _player

HOUSE = "H9901010001"  # 王大山's, 上坪村 of 清溪镇
JSON = "application/json"
WORDS, REPORTER = "肺上长了东西", "王二 13900000000"


def day() -> str:
    """Yesterday: a day that has come whatever the hour."""
    return (timezone.localdate() - timedelta(days=1)).isoformat()


def clue(**changed: Any) -> dict[str, Any]:
    """Return the body of a report."""
    facts = {"clue_on": day(), "source": "SELF", "matter": WORDS}
    given = {"household_no": HOUSE, "risk": "ILLNESS", "words": WORDS, "reporter": REPORTER}
    return {**given, "facts": facts, **changed}


def people_of(world: World) -> dict[str, Client]:
    """Everybody signed in, with two officers of the village, one of the next and a department."""
    cast = world.cast
    players = {
        "county": cast.county,
        "town": cast.township,
        "cadre": cast.cadre,
        "neighbour": cast.neighbour,
        "auditor": cast.auditor,
        "public": cast.public,
        "village": _player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE),
        "next": _player("xia", "下坪", "VILLAGE_OFFICER", RegionCode("990101101202")),
        "department": _player("police", "公安", "DEPARTMENT_USER", YUNXI),
    }
    clients = {name: world.client(player) for name, player in players.items()}
    clients["nobody"] = Client(raise_request_exception=False)
    return clients


@pytest.fixture
def people(world: World) -> dict[str, Client]:
    return people_of(world)


def send(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = client.post(f"/api/v1{path}", body, content_type=JSON)
    assert response.status_code == status, response.content.decode()
    return response.json()


def read(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v1{path}")
    assert response.status_code == status, response.content.decode()
    return response.json()


def step(client: Client, one: dict[str, Any], name: str, status: int = 200, **facts: Any) -> Any:
    body = {"step": name, "facts": facts}
    return send(client, f"/proceedings/{one['id']}/steps", body, status)


def account(people: dict[str, Client], one: dict[str, Any], name: str) -> str:
    """Return an account's id as the list of people tells it."""
    found = read(people["county"], f"/proceedings/{one['id']}/people")
    return next(each["id"] for each in found if each["name"] == name)


@pytest.fixture
def reported(people: dict[str, Client]) -> Any:
    """A clue that the township reported."""
    return send(people["town"], "/proceedings", clue(), 201)


@pytest.fixture
def given(people: dict[str, Client], reported: Any) -> Any:
    """The clue, in the hands of the paired cadre."""
    me = account(people, reported, "结对干部")
    step(people["town"], reported, "DISPATCH", handlers=[me])
    return step(people["cadre"], reported, "ACKNOWLEDGE")


@pytest.mark.evidence("ASVS-8.2.2", "T2")
def test_who_of_the_cast_lists_opens_and_steps(people: dict[str, Client], reported: Any) -> None:
    paths = [f"/proceedings/{reported['id']}{part}" for part in ("", "/timeline", "/offers")]
    expected = {
        **dict.fromkeys(("county", "town", "cadre", "village"), (200, 1, 200)),
        **dict.fromkeys(("neighbour", "next", "department"), (200, 0, 404)),
        **dict.fromkeys(("auditor", "public"), (403, None, 403)),
        "nobody": (401, None, 401),
    }
    for name, (listed, total, opened) in expected.items():
        answer = people[name].get("/api/v1/proceedings")
        assert (answer.status_code, answer.json().get("total")) == (listed, total), name
        for path in [*paths, f"{paths[0]}/people"]:
            assert people[name].get(f"/api/v1{path}").status_code == opened, (name, path)
        if opened != 200:
            step(people[name], reported, "VOID", opened, void_reason="误报")


def test_f50_a_foreign_proceeding_is_answered_like_one_that_does_not_exist(
    people: dict[str, Client], reported: Any
) -> None:
    other = "01920000-0000-7000-8000-000000000000"
    for part in ("", "/timeline", "/offers", "/people"):
        foreign = read(people["neighbour"], f"/proceedings/{reported['id']}{part}", 404)
        missing = read(people["neighbour"], f"/proceedings/{other}{part}", 404)
        assert (foreign["code"], foreign["message"]) == (missing["code"], missing["message"])
    foreign = send(people["neighbour"], "/proceedings", clue(), 404)
    missing = send(people["neighbour"], "/proceedings", clue(household_no="H0000000000"), 404)
    assert foreign["code"] == missing["code"]


def test_a_report_of_the_same_matter_is_joined(people: dict[str, Client], reported: Any) -> None:
    again = send(people["village"], "/proceedings", clue(words="邻居也说"), 201)
    assert (again["no"], again["joined_now"]) == (reported["no"], True)
    found = read(people["county"], f"/proceedings/{reported['id']}/timeline")
    assert [one["words"] for one in found["origins"]] == [WORDS, "邻居也说"]


@pytest.mark.evidence("T7")
def test_the_handler_sees_the_reason_while_it_is_his_duty_and_others_by_their_classes(
    people: dict[str, Client], given: Any, world: World
) -> None:
    here = f"/proceedings/{given['id']}"

    def sees(name: str) -> tuple[bool, bool, bool, bool]:
        one, line = read(people[name], here), read(people[name], f"{here}/timeline")
        facts = {fact["name"] for fact in one["facts"]}
        (origin,) = line["origins"]
        assert (WORDS in str(one) + str(line)) == ("matter" in facts), name
        return (
            "因病" in one["title_zh"],
            "matter" in facts,
            bool(origin["reporter"]),
            one["by_duty"],
        )

    assert sees("county") == (True, True, True, False)
    assert sees("cadre") == (True, True, True, True)
    # A village officer may see income and assets and no health data.
    assert sees("village") == (False, False, False, False)
    found = read(people["village"], "/proceedings?risk=ILLNESS")
    assert found["total"] == 0
    assert read(people["cadre"], "/proceedings?risk=ILLNESS")["total"] == 1
    step(
        people["cadre"],
        given,
        "FIND_NO_RISK",
        checked_on=day(),
        check_way="VISIT",
        checkers=["me"],
        finding="已报销",
    )
    # The duty has ended with the clue, and with it what it opened.
    assert sees("cadre") == (False, False, False, False)
    with activate(world.cast.county.scope):
        seen = AuditEvent.objects.filter(action="monitoring.proceeding.viewed").order_by("at")
        told = [(one.actor_label, one.detail["by_duty"]) for one in seen]
    assert told == [("甲", False), ("结对干部", True), ("村干部", False), ("结对干部", False)]


def test_the_offers_name_one_next_step_and_what_it_asks_for(
    people: dict[str, Client], reported: Any
) -> None:
    found = read(people["town"], f"/proceedings/{reported['id']}/offers")
    assert (found["next_step"], found["revision"]) == ("DISPATCH", 1)
    (best,) = [one for one in found["offers"] if one["is_next"]]
    assert [(one["name"], one["type"]) for one in best["asks"]] == [("handlers", "PEOPLE")]
    assert read(people["village"], f"/proceedings/{reported['id']}/offers")["next_step"] == ""
    me = account(people, reported, "结对干部")
    step(people["town"], reported, "DISPATCH", handlers=[me])
    found = read(people["cadre"], f"/proceedings/{reported['id']}/offers")
    assert found["next_step"] == "ACKNOWLEDGE"


def test_who_looked_at_a_household_names_who_looked_at_its_proceedings(
    people: dict[str, Client], reported: Any
) -> None:
    read(people["town"], f"/proceedings/{reported['id']}")
    path = f"/households/{reported['household_no']}/access"
    newest = read(people["county"], path)["items"][0]
    told = [newest[key] for key in ("action", "by", "document")]
    assert told == ["OPENED", "乙", reported["no"]]
    assert newest["what"]["zh"] == "线索核实"
    read(people["neighbour"], path, 404)
    page = read(people["county"], f"{path}?limit=1")
    assert [one["id"] for one in page["items"]] == [newest["id"]]
    older = read(people["county"], f"{path}?limit=5&cursor={page['next_cursor']}")["items"]
    assert newest["id"] not in [one["id"] for one in older]


def test_a_handover_asks_to_whom_and_says_what_may_be_said_anew(
    people: dict[str, Client], reported: Any
) -> None:
    me = account(people, reported, "结对干部")
    step(people["town"], reported, "DISPATCH", handlers=[me])
    step(people["cadre"], reported, "ACKNOWLEDGE")
    nobody = step(people["town"], reported, "REASSIGN", 400, handover_reason="生病")
    assert nobody["code"] == "E-MONITORING-HANDLERS"
    step(people["town"], reported, "REASSIGN", handlers=[me], handover_reason="生病")
    step(people["cadre"], reported, "ACKNOWLEDGE")
    found = read(people["town"], f"/proceedings/{reported['id']}/offers")["offers"]
    named = {
        one["step"]: [[fact["name"] for fact in one[key]] for key in ("asks", "takes", "renews")]
        for one in found
    }
    assert named["REASSIGN"] == [["handlers"], [], ["handover_reason"]]
    assert named["TRANSFER"] == [["department", "transfer_reason"], [], []]


def test_f45_the_second_of_two_is_answered_409_and_what_is_missing_400(
    people: dict[str, Client], reported: Any
) -> None:
    me = account(people, reported, "结对干部")
    body = {"step": "DISPATCH", "facts": {"handlers": [me]}, "revision": 1}
    path = f"/proceedings/{reported['id']}/steps"
    send(people["county"], path, body)
    late = send(people["town"], path, body, 409)
    assert (late["code"], reported["no"] in late["message"]) == ("E-MONITORING-REVISION", True)
    lacking = step(people["town"], reported, "REASSIGN", 400)
    assert lacking["code"] == "E-PROCEDURE-STEP-LACKS"
    assert "改派原因" in lacking["message"]
    wrong = step(people["cadre"], reported, "ACKNOWLEDGE", 400, colour="红")
    assert "colour" in wrong["message"]
    assert step(people["cadre"], reported, "VOID", 403, void_reason="x")["code"] == (
        "E-PROCEDURE-STEP-OTHERS"
    )


def test_a_department_sees_what_it_is_asked_while_it_is_asked(
    people: dict[str, Client], given: Any
) -> None:
    asking = {"department": "POLICE", "transfer_reason": "请核实户籍"}
    step(people["cadre"], given, "TRANSFER", **asking)
    (line,) = read(people["department"], "/proceedings")["items"]
    assert (line["department_zh"], line["waits_for"]) == ("公安局", "SECTOR")
    one = read(people["department"], f"/proceedings/{given['id']}")
    assert {fact["name"] for fact in one["facts"]} == {"department", "transfer_reason"}
    assert WORDS not in str(read(people["department"], f"/proceedings/{given['id']}/timeline"))
    done = step(
        people["department"],
        given,
        "ANSWER",
        department_outcome="DONE",
        department_result="户籍属实",
    )
    assert (done["state"], done["department"]) == ("CHECKING", "")
    read(people["department"], f"/proceedings/{given['id']}", 404)


def test_f50_a_department_that_reports_is_told_nothing_of_the_family(
    people: dict[str, Client],
) -> None:
    body = clue(facts={"clue_on": day(), "source": "DEPARTMENT", "matter": WORDS})
    first = send(people["department"], "/proceedings", body, 202)
    again = send(people["department"], "/proceedings", body, 202)
    # The second is joined to the first, and nobody can tell from the answers.
    for answer in (first, again):
        assert answer.pop("received_at")
        assert answer == {"household_no": HOUSE}
    (line,) = read(people["county"], "/proceedings")["items"]
    origins = read(people["county"], f"/proceedings/{line['id']}/timeline")["origins"]
    assert [each["by"] for each in origins] == ["公安", "公安"]
    assert read(people["department"], "/proceedings")["total"] == 0


def test_lists_are_filtered_paged_and_refuse_what_they_do_not_know(
    people: dict[str, Client], given: Any
) -> None:
    for number in range(3):
        send(people["town"], "/proceedings", clue(risk="OTHER", words=f"{number}"), 201)
    town = people["town"]
    for query, total in {
        "": 4,
        "state=RECEIVED": 3,
        "handler=me": 0,
        "waits_for=VILLAGE": 1,
        f"q={given['no'].lower()}": 1,
        "q=王大": 4,
        "q=%25": 0,
        f"household_no={HOUSE}": 4,
        "open=false": 0,
        "procedure=suspicion": 0,
        "region=990101102": 0,
    }.items():
        found = town.get(f"/api/v1/proceedings?{query}")
        if query.startswith("region"):
            assert found.status_code == 404
        else:
            assert (query, found.json()["total"]) == (query, total)
    assert read(people["cadre"], "/proceedings?handler=me")["total"] == 1
    for sort in ("due", "newest"):
        seen, cursor = [], ""
        while cursor is not None:
            found = read(town, f"/proceedings?sort={sort}&limit=2&cursor={cursor}")
            seen += [one["no"] for one in found["items"]]
            cursor = found["next_cursor"]
        assert len(seen) == len(set(seen)) == 4
    assert read(town, "/proceedings?colour=red", 400)["code"] == "E-API-FILTER"
    assert read(town, "/proceedings?cursor=forged", 400)["code"] == "E-MONITORING-CURSOR"


def test_the_list_as_a_workbook_withholds_what_the_screen_does(
    people: dict[str, Client], reported: Any
) -> None:
    answer = people["county"].get("/api/v1/proceedings/export.xlsx?procedure=clue")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    head, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    told = dict(zip(head, line, strict=True))
    assert (told["编号"], told["户主"]) == (reported["no"], "王大山")
    assert told["事由"] == "农户自主申报：因病"
    assert people["village"].get("/api/v1/proceedings/export.xlsx").status_code == 403
    assert people["neighbour"].get("/api/v1/proceedings/export.xlsx").status_code == 200


def test_the_procedures_are_told_with_their_words(people: dict[str, Client]) -> None:
    found = {one["procedure"]: one for one in read(people["cadre"], "/procedures")}
    assert {"clue", "suspicion", "identification", "clearing"} <= set(found)
    (first,) = [one for one in found["clue"]["steps"] if one["step"] == "DISPATCH"]
    assert (first["zh"], first["levels"], first["needs"]) == (
        "派发",
        ["TOWNSHIP", "COUNTY", "SYSTEM"],
        ["handlers"],
    )
    words = read(people["cadre"], "/procedures/matters")
    assert "ILLNESS" in {one["code"] for one in words["matters"]}


def test_the_households_page_tells_its_open_proceedings_and_the_assessed_level(
    people: dict[str, Client], given: Any
) -> None:
    def page(name: str) -> tuple[list[str], Any, Any]:
        found = read(people[name], f"/households/{HOUSE}")
        level, status = found["assessed_level"] or {}, found["handling_status"] or {}
        return [one["no"] for one in found["proceedings"]], level.get("code"), status.get("code")

    assert page("village")[:2] == ([given["no"]], None)
    assert page("village")[2] in ("OPEN", "DUE", "OVERDUE")
    people_who = {"checkers": ["me"], "assessed_by": ["me"]}
    check = {"checked_on": day(), "check_way": "VISIT", "finding": "负担重"}
    step(people["cadre"], given, "CONFIRM", **check, **people_who, assessed_level="YELLOW")
    nos, level, _ = page("county")
    assert (given["no"] in nos, level) == (False, "YELLOW")
