"""GET /feeds/board, GET /feeds/landings/{id}, POST /feeds/landings/{id}/revert."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bangfu.domains.feeds import board
from bangfu.domains.feeds.services import record_use
from bangfu.kernel.period import Period
from bangfu.standards import datasets
from tests.cast import SHIQIAO, YUNXI
from tests.feeds_kit import (
    CLAIM_HEAD,
    DEATH_HEAD,
    NOW,
    claim,
    county,
    id_number,
    take_in,
    write_csv,
)


def line_of(found: dict[str, Any], dataset: str) -> dict[str, Any]:
    return next(one for one in found["datasets"] if one["dataset"] == dataset)


@pytest.fixture
def october(tmp_path, world):
    """Medical claims of September and October, deaths of October only."""
    september = [claim(1, month="2026-09")]
    take_in(write_csv(tmp_path / "9.csv", CLAIM_HEAD, september), period="2026-09")
    last = take_in(write_csv(tmp_path / "10.csv", CLAIM_HEAD, [claim(1), claim(2)]))
    row = [id_number(3), "王建国", "2026-10-03", "2026-10-08", "户籍注销"]
    take_in(write_csv(tmp_path / "d.csv", DEATH_HEAD, [row]), "police/death")
    return last


def test_every_dataset_stands_on_the_board_with_twelve_months(get, october):
    found = get("/feeds/board", period="2026-10")
    feeds = [d.id for d in datasets.list_datasets() if d.coverage != "REGISTER"]
    assert [one["dataset"] for one in found["datasets"]] == feeds
    assert (found["months"][0], found["months"][-1]) == ("2025-11", "2026-10")
    assert all(len(one["cells"]) == 12 for one in found["datasets"])
    assert found["region"] == {"code": str(YUNXI), "name": "云溪县"}
    assert sum(found["totals"].values()) == len(feeds)


def test_a_month_in_use_one_that_is_over_and_one_that_never_came(get, october):
    found = get("/feeds/board", period="2026-10")
    claims = line_of(found, "medical/claim")
    assert claims["state"] == "LIVE"
    assert [cell["state"] for cell in claims["cells"]] == ["NONE"] * 10 + ["OLD", "LIVE"]
    assert (claims["period"], claims["rows"], claims["matched"]) == ("2026-10", 2, 2)
    assert claims["cells"][-1]["batch_id"] == str(october.batch_id)
    assert claims["landed_by"] == "test"
    assert claims["department_zh"] == "医保局"
    assert "不在清单里为资料不足" in claims["says_zh"]
    assert line_of(found, "civil/dibao")["state"] == "NEVER"
    assert line_of(found, "medical/enrolment")["state"] == "SILENT"
    assert line_of(found, "traffic/vehicle")["says_en"].endswith("authorisation in force")


def test_two_months_later_the_list_of_october_is_too_old(get, october):
    later = get("/feeds/board", period="2026-12")
    assert line_of(later, "medical/claim")["state"] == "STALE"
    assert [cell["state"] for cell in line_of(later, "medical/claim")["cells"]][-3:] == [
        "OLD",
        "NONE",
        "NONE",
    ]
    assert line_of(get("/feeds/board", period="2026-11"), "medical/claim")["state"] == "LIVE"


def test_the_next_list_is_due_on_the_fifth_of_the_month_after_it(world, october):
    # The list of November is awaited: it is due on 5 December, and late from the 6th on.
    for today, overdue in ((date(2026, 12, 5), False), (date(2026, 12, 6), True)):
        found = board.get_board(county(), YUNXI, Period("2026-11"), today=today)
        claims = line_of(found, "medical/claim")
        assert (claims["due_on"], claims["overdue"]) == (date(2026, 12, 5), overdue)
    assert line_of(found, "bank/deposit")["due_on"] is None


def test_a_hole_in_wages_shows_as_a_hole(world, tmp_path):
    head = ["身份证号", "姓名", "工资所属月份", "应发工资", "单位类别", "单位名称"]
    months = [str(Period("2025-10").plus(step)) for step in range(12)]
    for month in months:
        if month != "2026-03":
            rows = [[id_number(1), "王小一", month, "3000.00", "企业", "甲厂"]]
            path = write_csv(tmp_path / f"{month}.csv", head, rows)
            assert take_in(path, "labour/wage", period=month).state == "COMMITTED"
    scope, today = county(), date(2026, 10, 20)
    found = line_of(board.get_board(scope, YUNXI, Period("2026-10"), today=today), "labour/wage")
    assert found["state"] == "HOLE"
    assert [c["state"] for c in found["cells"]] == [
        "LIVE" if month in months and month != "2026-03" else "NONE"
        for month in [str(Period("2025-11").plus(step)) for step in range(12)]
    ]
    rows = [[id_number(1), "王小一", "2026-03", "3000.00", "企业", "甲厂"]]
    late = write_csv(tmp_path / "late.csv", head, rows)
    take_in(late, "labour/wage", period="2026-03", supersede=True, reason="补交")
    found = board.get_board(scope, YUNXI, Period("2026-10"), today=today)
    assert line_of(found, "labour/wage")["state"] == "LIVE"


def test_a_township_reads_its_countys_board_and_the_neighbour_another(world, october):
    yi = world.client(world.cast.township)
    found = yi.get("/api/v1/feeds/board", {"period": "2026-10"}).json()
    assert found["region"]["code"] == str(YUNXI)
    assert line_of(found, "medical/claim")["state"] == "LIVE"
    bing = world.client(world.cast.neighbour)
    found = bing.get("/api/v1/feeds/board", {"period": "2026-10"}).json()
    assert found["region"]["code"] == str(SHIQIAO)
    assert line_of(found, "medical/claim")["state"] == "NEVER"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"region": "990102"}, 404, "E-API-NOT-FOUND"),
        ({"region": "9901"}, 404, "E-API-NOT-FOUND"),
        ({"region": "990101101"}, 400, "E-FEED-COUNTY"),
        ({"period": "2026-13"}, 400, "E-PERIOD-FORMAT"),
        ({"months": "3"}, 400, "E-API-FILTER"),
    ],
)
def test_a_wrong_question_is_refused(jia, query, status, code):
    response = jia.get("/api/v1/feeds/board", query)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_who_has_neither_the_register_nor_hints_reads_no_board(world):
    assert world.client(world.cast.auditor).get("/api/v1/feeds/board").status_code == 403
    assert world.client(world.cast.public).get("/api/v1/feeds/board").status_code == 403
    assert world.client(world.cast.cadre).get("/api/v1/feeds/board").status_code == 200


def test_f22_taking_a_landing_back_lists_what_used_it(jia, october):
    record_use(
        scope=county(),
        at=NOW,
        batch_ids=[october.batch_id],
        used_by_kind="screening.run",
        used_by_id="run-1",
        label="2026-10",
    )
    path = f"/api/v1/feeds/landings/{october.batch_id}"
    found = jia.get(path).json()
    assert (found["state"], found["rows"], found["period"]) == ("LIVE", 2, "2026-10")
    assert [(one["kind"], one["id"]) for one in found["dependants"]] == [("screening.run", "run-1")]
    refused = jia.post(f"{path}/revert", {"reason": " "}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "E-FEED-REASON")
    done = jia.post(f"{path}/revert", {"reason": "医保局撤回"}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "REVERTED")
    assert len(done.json()["dependants"]) == 1
    again = jia.post(f"{path}/revert", {"reason": "再来"}, content_type="application/json")
    assert again.status_code == 409
    cells = line_of(jia.get("/api/v1/feeds/board", {"period": "2026-10"}).json(), "medical/claim")[
        "cells"
    ]
    assert [cell["state"] for cell in cells[-2:]] == ["LIVE", "REVERTED"]


def test_f50_the_neighbour_finds_no_landing_and_a_township_takes_none_back(world, october):
    path = f"/api/v1/feeds/landings/{october.batch_id}"
    bing, yi = world.client(world.cast.neighbour), world.client(world.cast.township)
    body = {"reason": "x"}
    assert bing.get(path).status_code == 404
    assert bing.post(f"{path}/revert", body, content_type="application/json").status_code == 404
    assert yi.get(path).status_code == 200
    assert yi.post(f"{path}/revert", body, content_type="application/json").status_code == 403
