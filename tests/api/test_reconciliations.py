"""POST /reconciliations and what follows: the list, its items, setting one aside, the workbook."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from bangfu.foundation.jobs import services as job_services
from tests.api.isolation.asked import bytes_of
from tests.cast import YUNXI
from tests.registry_kit import person, write_list

DAY = "2026-11-01"


def hand_in(client: Any, path: Path, rows: list[list[Any]], **form: str) -> Any:
    file = write_list(path / "export.xlsx", rows)
    upload = SimpleUploadedFile("全国系统导出.xlsx", file.read_bytes())
    wanted = {"region": "990101", "as_of": DAY, **form}
    return client.post("/api/v1/reconciliations", {**wanted, "file": upload})


@pytest.fixture
def run(jia: Any, tmp_path: Path) -> dict[str, Any]:
    """An export with one household that the register lacks: its own three are to be entered."""
    started = hand_in(jia, tmp_path, [person("N1", 1, "新一")]).json()
    job_services.run_queued(started["job_id"], YUNXI)
    return jia.get(f"/api/v1/reconciliations/{started['id']}").json()


def test_an_export_is_taken_compared_by_a_job_and_told_by_kind(jia, run):
    assert (run["state"], run["file_name"], run["as_of"]) == ("DONE", "全国系统导出.xlsx", DAY)
    assert run["job"]["state"] == "DONE"
    assert run["by_kind"]["ENTER_HOUSEHOLD"] == 3
    assert run["by_kind"]["ONLY_THERE_HOUSEHOLD"] == 1
    assert run["counts"]["to_enter"] == 3
    listed = jia.get("/api/v1/reconciliations").json()["items"]
    assert [one["id"] for one in listed] == [run["id"]]


def test_items_are_filtered_and_paged(jia, run):
    path = f"/api/v1/reconciliations/{run['id']}/items"
    only = jia.get(path, {"kind": "ONLY_THERE_HOUSEHOLD"}).json()
    assert [(one["household_no"], one["head_name"]) for one in only["items"]] == [("N1", "新一")]
    first = jia.get(path, {"limit": 3}).json()
    rest = jia.get(path, {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert (first["total"], len(first["items"]), len(rest["items"])) == (4, 3, 1)
    assert rest["next_cursor"] is None
    assert jia.get(path, {"column": "nonsense"}).json()["code"] == "E-API-FILTER"
    assert jia.get(path, {"cursor": "forged"}).json()["code"] == "E-API-CURSOR"
    assert jia.get(path, {"kind": "NONSENSE"}).status_code == 422


def test_an_item_is_set_aside_with_a_reason_and_taken_back(jia, run):
    items = jia.get(f"/api/v1/reconciliations/{run['id']}/items").json()["items"]
    path = f"/api/v1/reconciliations/items/{items[0]['id']}/dismiss"
    empty = jia.post(path, {"reason": ""}, content_type="application/json")
    assert (empty.status_code, empty.json()["code"]) == (400, "E-RECONCILE-REASON")
    aside = jia.post(path, {"reason": "已迁出"}, content_type="application/json").json()
    assert (aside["state"], aside["reason"]) == ("DISMISSED", "已迁出")
    again = jia.post(path, {"reason": "再次"}, content_type="application/json")
    assert again.status_code == 409
    assert jia.delete(path).json()["state"] == "OPEN"


def test_the_workbook_holds_the_list(jia, run):
    response = jia.get(f"/api/v1/reconciliations/{run['id']}/export.xlsx")
    sheet = load_workbook(io.BytesIO(bytes_of(response))).active
    assert sheet.max_row == 5


def test_a_file_that_is_no_list_is_told_with_its_remedy(jia, tmp_path):
    upload = SimpleUploadedFile("x.csv", "随便\n1\n".encode())
    form = {"region": "990101", "as_of": DAY, "file": upload}
    started = jia.post("/api/v1/reconciliations", form).json()
    job_services.run_queued(started["job_id"], YUNXI)
    found = jia.get(f"/api/v1/reconciliations/{started['id']}").json()
    assert found["state"] == "REFUSED"
    assert found["errors"][0]["remedy"]


def test_the_standing_cast(world, run, tmp_path):
    path = f"/api/v1/reconciliations/{run['id']}"
    assert world.client(world.cast.neighbour).get(path).status_code == 404
    for player in (world.cast.township, world.cast.cadre, world.cast.auditor):
        client = world.client(player)
        assert client.get(path).status_code == 403
        assert hand_in(client, tmp_path, [person("N1", 1, "新一")]).status_code == 403
