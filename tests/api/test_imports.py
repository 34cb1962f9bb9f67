"""POST /imports, GET /imports, GET /imports/{id}, commit, cancel, errors.xlsx, datasets."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from bangfu.foundation.jobs import services as job_services
from bangfu.kernel.region import RegionCode
from tests.api.conftest import id_number
from tests.cast import SHIQIAO, YUNXI

HEAD = "身份证号,姓名,死亡日期,登记日期,数据来源\n"


def deaths(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("死亡名单.csv", (HEAD + "\n".join(rows) + "\n").encode())


def good_row(serial: int = 1) -> str:
    return f"{id_number('990101', serial)},王大山,2026-10-03,2026-10-08,户籍注销"


def hand_in(client: Any, file: SimpleUploadedFile, **form: str) -> Any:
    wanted = {"dataset": "police/death", "region": "990101", "period": "2026-10", **form}
    return client.post("/api/v1/imports", {**wanted, "file": file})


def work_off(job_id: str, region: RegionCode = YUNXI) -> None:
    """Do what the worker does."""
    job_services.run_queued(job_id, region)


def taken_in(client: Any, *rows: str) -> dict[str, Any]:
    """Hand in a file, let the worker check it, and return the import."""
    started = hand_in(client, deaths(*rows)).json()
    work_off(started["job_id"])
    return client.get(f"/api/v1/imports/{started['batch_id']}").json()


def test_a_file_is_taken_and_its_job_is_known_at_once(jia):
    response = hand_in(jia, deaths(good_row()))
    assert response.status_code == 202
    started = response.json()
    waiting = jia.get(f"/api/v1/imports/{started['batch_id']}").json()
    assert (waiting["state"], waiting["dataset"]) == ("RECEIVED", "police/death")
    assert waiting["job"]["state"] == "QUEUED"
    assert waiting["file_name"] == "死亡名单.csv"


def test_the_checked_import_shows_mapping_counts_and_state(jia):
    found = taken_in(jia, good_row(1), good_row(2))
    assert found["state"] == "STAGED"
    assert found["counts"]["rows"] == 2
    assert found["counts"]["bad"] == 0
    assert {"header": "死亡日期", "column": "died_on"}.items() <= next(
        one for one in found["mapping"] if one["column"] == "died_on"
    ).items()
    assert found["job"]["state"] == "DONE"


def test_a_bad_row_is_told_with_code_remedy_and_a_masked_value(jia):
    wrong = id_number("990101", 1)[:-1] + "9"
    if wrong == id_number("990101", 1):
        wrong = wrong[:-1] + "8"
    found = taken_in(jia, good_row(2), f"{wrong},王大山,2026-10-03,2026-10-08,户籍注销")
    assert found["counts"]["bad"] == 1
    issue = found["issues"][0]
    assert issue["code"] == "E-ID-CHECKSUM"
    assert issue["row"] == 3
    assert issue["message"]
    assert issue["remedy"]
    assert wrong not in str(found)
    assert found["has_error_workbook"] is True


def test_the_error_workbook_can_be_fetched(jia):
    found = taken_in(jia, good_row(2), "123,王大山,2026-10-03,2026-10-08,户籍注销")
    response = jia.get(f"/api/v1/imports/{found['id']}/errors.xlsx")
    assert response.status_code == 200
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert "王大山" in str([list(row) for row in book.worksheets[0].values])


def test_committing_puts_it_in_force_once(jia):
    found = taken_in(jia, good_row())
    started = jia.post(f"/api/v1/imports/{found['id']}/commit")
    assert started.status_code == 202
    work_off(started.json()["job_id"])
    assert jia.get(f"/api/v1/imports/{found['id']}").json()["state"] == "COMMITTED"
    again = taken_in(jia, good_row())
    assert again["state"] == "CANCELLED"
    assert again["duplicate_of"] == found["id"]


def test_cancelling_gives_it_up(jia):
    found = taken_in(jia, good_row())
    assert jia.post(f"/api/v1/imports/{found['id']}/cancel").json()["state"] == "CANCELLED"
    refused = jia.post(f"/api/v1/imports/{found['id']}/cancel")
    assert refused.status_code == 409


def test_the_list_has_the_newest_first(jia):
    first, second = taken_in(jia, good_row(1)), taken_in(jia, good_row(2))
    page = jia.get("/api/v1/imports", {"limit": 1}).json()
    assert [one["id"] for one in page["items"]] == [second["id"]]
    page = jia.get("/api/v1/imports", {"limit": 1, "cursor": page["next_cursor"]}).json()
    assert [one["id"] for one in page["items"]] == [first["id"]]


@pytest.mark.evidence("ASVS-2.2.1")
@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"dataset": "no/such"}, "E-REPORTS-DATASET"),
        ({"period": ""}, "E-REPORTS-PERIOD"),
        ({"period": "2026-13"}, "E-PERIOD-FORMAT"),
        ({"dataset": "registry/household"}, "E-REPORTS-AS-OF"),
        ({"region": "99010"}, "E-REGION-LENGTH"),
    ],
)
def test_a_wrong_form_is_refused_with_its_reason(jia, form, code):
    response = hand_in(jia, deaths(good_row()), **form)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_f50_the_neighbour_finds_neither_import_nor_job_nor_workbook(jia, bing):
    found = taken_in(jia, "123,王大山,2026-10-03,2026-10-08,户籍注销", good_row())
    for path in (found["id"], found["job"]["id"], f"{found['id']}/errors.xlsx"):
        assert bing.get(f"/api/v1/imports/{path}").status_code == 404
    assert bing.get(f"/api/v1/jobs/{found['job']['id']}").status_code == 404
    assert bing.get("/api/v1/imports").json()["items"] == []
    assert bing.post(f"/api/v1/imports/{found['id']}/commit").status_code == 404


def test_a_file_for_the_neighbours_county_is_refused(jia):
    assert hand_in(jia, deaths(good_row()), region=str(SHIQIAO)).status_code == 404


def test_a_township_officer_may_not_import(world):
    client = world.client(world.cast.township)
    assert hand_in(client, deaths(good_row())).status_code == 403
    seen = client.get("/api/v1/datasets").json()
    assert seen
    assert not any(one["may_import"] for one in seen)


def test_the_datasets_say_what_they_are_and_who_may_import(get):
    found = {one["id"]: one for one in get("/datasets")}
    assert found["traffic/vehicle"]["basis"] == "ASSET"
    assert found["registry/household"]["has_period"] is False
    assert found["police/death"]["may_import"] is True
    assert found["police/death"]["columns"][0]["name"] == "id_number"


def test_the_template_of_a_dataset_has_its_columns(jia):
    response = jia.get("/api/v1/datasets/police/death/template.xlsx")
    book = load_workbook(io.BytesIO(response.content))
    assert "身份证号" in str([list(row) for row in book.worksheets[0].values])
    assert jia.get("/api/v1/datasets/no/such/template.xlsx").status_code == 400


def test_the_list_of_households_comes_first_and_every_dataset_says_whose_it_is(get):
    found = get("/datasets")
    assert found[0]["id"] == "registry/household"
    assert found[-1]["id"] == "feeds/authorization"
    assert {one["id"] for one in found} >= {"civil/dibao", "labour/wage", "bank/deposit"}
    whose = {one["id"]: (one["department_zh"], one["department_en"]) for one in found}
    assert whose["civil/dibao"] == ("民政局", "Civil affairs")


def test_every_template_is_downloadable_in_both_languages(get, jia):
    for one in get("/datasets"):
        response = jia.get(f"/api/v1/datasets/{one['id']}/template.xlsx")
        assert response.status_code == 200, one["id"]
        assert response.content[:2] == b"PK"


def result_of(client: Any, **form: str) -> dict[str, Any]:
    started = hand_in(client, deaths(good_row(1), good_row(2)), **form)
    assert started.status_code == 202, started.content.decode()
    work_off(started.json()["job_id"])
    return client.get(f"/api/v1/imports/{started.json()['batch_id']}").json()


def test_f19_the_control_totals_of_the_form_are_compared(jia):
    wrong = result_of(jia, rows="3")
    assert (wrong["state"], [one["code"] for one in wrong["errors"]]) == (
        "REFUSED",
        ["E-FEED-CONTROL-ROWS"],
    )
    assert result_of(jia, rows="2")["state"] == "STAGED"


def test_f19_a_total_in_the_form_is_exact_to_the_fen(jia):
    head = "户主身份证号,户主姓名,产业类型,风险情形,损失金额,上报日期\n"
    row = f"{id_number('990101', 1)},王大山,养殖业,疫病,{{}},2026-10-08\n"

    def handed(total: str) -> dict[str, Any]:
        file = SimpleUploadedFile("a.csv", (head + row.format("0.10")).encode())
        form = {"dataset": "agriculture/industry", "rows": "1", "sums": total}
        started = hand_in(jia, file, **form).json()
        work_off(started["job_id"])
        return jia.get(f"/api/v1/imports/{started['batch_id']}").json()

    wrong = handed('{"loss_amount": 0.11}')
    assert [one["code"] for one in wrong["errors"]] == ["E-FEED-CONTROL-SUM"]
    assert handed('{"loss_amount": 0.1}')["state"] == "STAGED"
    assert handed('{"loss_amount": "0.10"}')["state"] == "STAGED"


def test_f18_another_file_for_a_month_in_force_is_taken_with_a_reason_only(jia):
    first = result_of(jia)
    work_off(jia.post(f"/api/v1/imports/{first['id']}/commit").json()["job_id"])

    def another(**form: str) -> dict[str, Any]:
        started = hand_in(jia, deaths(good_row(1), good_row(3)), **form).json()
        work_off(started["job_id"])
        return jia.get(f"/api/v1/imports/{started['batch_id']}").json()

    assert [one["code"] for one in another()["errors"]] == ["E-FEED-OVERLAP"]
    staged = another(supersede="true", reason="公安局更正")
    assert (staged["state"], staged["counts"]["new"], staged["counts"]["gone"]) == ("STAGED", 1, 1)
    work_off(jia.post(f"/api/v1/imports/{staged['id']}/commit").json()["job_id"])
    assert jia.get(f"/api/v1/imports/{first['id']}").json()["state"] == "SUPERSEDED"


@pytest.mark.evidence("ASVS-2.2.3")
@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"supersede": "true"}, "E-FEED-REASON"),
        ({"supersede": "true", "reason": "  "}, "E-FEED-REASON"),
        ({"sums": '{"x": 1}'}, "E-FEED-MANIFEST"),
        ({"rows": "1", "sums": "{"}, "E-FEED-MANIFEST"),
        ({"rows": "1", "sums": '{"x": "much"}'}, "E-FEED-MANIFEST"),
        ({"rows": "-1"}, "E-FEED-MANIFEST"),
        (
            {"dataset": "registry/household", "as_of": "2026-10-31", "supersede": "true"},
            "E-REPORTS-NO-MANIFEST",
        ),
    ],
)
def test_a_wrong_handover_is_refused_before_the_file_is_kept(jia, form, code):
    response = hand_in(jia, deaths(good_row()), **form)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_f21_amounts_that_look_like_ten_thousands_are_pointed_out_and_still_exact(jia):
    """Twenty households whose loss is written as 1.5 where yuan are asked for."""
    head = "户主身份证号,户主姓名,产业类型,风险情形,损失金额,上报日期\n"
    rows = [f"{id_number('990101', n)},王大山,养殖业,疫病,1.5,2026-10-08\n" for n in range(1, 21)]
    file = SimpleUploadedFile("a.csv", (head + "".join(rows)).encode())
    started = hand_in(jia, file, dataset="agriculture/industry").json()
    work_off(started["job_id"])
    found = jia.get(f"/api/v1/imports/{started['batch_id']}").json()
    assert (found["state"], found["counts"]["bad"]) == ("STAGED", 0)
    assert [one["code"] for one in found["warnings"]] == ["E-SHEET-UNIT-SUSPECT"]
    assert "损失金额" in found["warnings"][0]["message"]
    assert found["warnings"][0]["remedy"]
