"""GET /households."""

from __future__ import annotations

import pytest

from tests.api.conftest import CANARIES


def numbers(answer):
    return [item["household_no"] for item in answer["items"]]


def test_the_worst_hint_comes_first_and_only_ones_own_county_is_listed(get):
    answer = get("/households")
    assert numbers(answer) == ["H9901010001", "H9901010003", "H9901010002"]
    assert answer["total"] == 3
    assert answer["period"] == "2026-10"
    assert answer["next_cursor"] is None


def test_a_row_says_who_where_and_why(get):
    first = get("/households")["items"][0]
    assert first["head_name"] == "王大山"
    assert (first["town_name"], first["village_name"]) == ("清溪镇", "上坪村")
    assert first["household_type"]["code"] == "LIFTED"
    assert (first["hint"], first["reason_zh"]) == ("urgent", "自付 21,300 元")
    assert first["as_of"] == "2026-10-31"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"hint": ["urgent"]}, ["H9901010001"]),
        ({"hint": ["urgent", "attention"]}, ["H9901010001", "H9901010003"]),
        ({"hint": ["none"]}, ["H9901010002"]),
        ({"household_type": ["LIFTED"]}, ["H9901010001", "H9901010003"]),
        ({"region": "990101101"}, ["H9901010001", "H9901010002"]),
        ({"rule": "b"}, ["H9901010003"]),
        ({"rule": "no_such_rule"}, []),
        ({"q": "李"}, ["H9901010002"]),
        ({"q": "zhao"}, ["H9901010003"]),
        ({"q": "H990101000"}, ["H9901010001", "H9901010003", "H9901010002"]),
        ({"q": "%"}, []),
        ({"sort": "household_no"}, ["H9901010001", "H9901010002", "H9901010003"]),
        ({"sort": "name"}, ["H9901010002", "H9901010001", "H9901010003"]),
        ({"period": "2026-09"}, ["H9901010001", "H9901010002", "H9901010003"]),
    ],
)
def test_filters_search_and_order(get, query, expected):
    answer = get("/households", **query)
    assert numbers(answer) == expected
    assert answer["total"] == len(expected)


def test_pages_join_to_the_whole_list_without_gap_or_double(get):
    for sort in ("hint", "household_no", "name"):
        whole = numbers(get("/households", sort=sort))
        found, cursor = [], None
        for _ in range(3):
            page = get("/households", sort=sort, limit=1, **({"cursor": cursor} if cursor else {}))
            found += numbers(page)
            assert page["total"] == 3
            cursor = page["next_cursor"]
        assert found == whole
        assert cursor is None


@pytest.mark.evidence("ASVS-9.1.1")
def test_f52_a_forged_cursor_is_refused(jia, get):
    cursor = get("/households", limit=1)["next_cursor"]
    for forged in (cursor[:-2], "x", cursor + "A", "WyJoaW50IixbMF1d"):
        response = jia.get("/api/v1/households", {"cursor": forged})
        assert response.status_code == 400
        assert response.json()["code"] == "E-API-CURSOR"


@pytest.mark.evidence("ASVS-9.2.2")
def test_f52_a_cursor_of_another_order_is_refused(jia, get):
    cursor = get("/households", limit=1, sort="name")["next_cursor"]
    assert jia.get("/api/v1/households", {"cursor": cursor}).status_code == 400


def test_f52_a_cursor_of_another_county_shows_nothing_of_it(bing, get):
    cursor = bing.get("/api/v1/households", {"limit": 1}).json()["next_cursor"]
    answer = get("/households", cursor=cursor)
    assert all(number.startswith("H990101") for number in numbers(answer))


@pytest.mark.evidence("ASVS-15.3.7", "ASVS-2.2.1", "GB22239-8.1.4.4-d")
@pytest.mark.parametrize(
    "query", ["nosuch=1", "region=990101&region=990102", "hint=red", "limit=0", "limit=100000"]
)
def test_f54_an_unknown_doubled_or_wrong_filter_is_refused_never_ignored(jia, query):
    response = jia.get(f"/api/v1/households?{query}")
    assert response.status_code in (400, 422)
    assert "items" not in response.json()


def test_an_unknown_code_is_refused(jia):
    response = jia.get("/api/v1/households", {"household_type": "POOR"})
    assert (response.status_code, response.json()["code"]) == (400, "E-REPORTS-CODE")


@pytest.mark.evidence("T2")
def test_f54_a_search_never_reaches_the_neighbour(get):
    for q in ("卡那瑞", "kanarui", "H990102"):
        assert get("/households", q=q)["total"] == 0


def test_asking_for_the_neighbours_region_is_answered_like_one_that_does_not_exist(jia):
    theirs = jia.get("/api/v1/households", {"region": "990102"})
    nowhere = jia.get("/api/v1/households", {"region": "981234"})
    assert theirs.status_code == nowhere.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**nowhere.json(), "request_id": ""}


def test_a_township_officer_sees_the_township_only(world):
    answer = world.client(world.cast.township).get("/api/v1/households").json()
    assert numbers(answer) == ["H9901010001", "H9901010002"]
    assert answer["period"] == "2026-10"


def test_what_the_neighbour_sees_is_the_neighbours_own(bing):
    answer = bing.get("/api/v1/households").json()
    assert numbers(answer) == ["H9901020001", "H9901020002"]
    assert answer["items"][0]["reason_zh"] == "KANARUI-REASON"


@pytest.mark.evidence("T2")
def test_no_byte_of_the_neighbour_is_in_the_answer(jia):
    body = jia.get("/api/v1/households").content.decode()
    assert not [canary for canary in CANARIES if canary in body]


@pytest.mark.evidence("GB22239-8.1.4.2-d")
def test_an_auditor_without_the_permission_is_told_so(world):
    response = world.client(world.cast.auditor).get("/api/v1/households")
    assert (response.status_code, response.json()["code"]) == (403, "E-API-PERMISSION")


@pytest.mark.evidence("ASVS-7.2.1", "GB22239-8.1.4.2-a")
def test_nobody_signed_in_gets_401(client, db):
    assert client.get("/api/v1/households").status_code == 401
