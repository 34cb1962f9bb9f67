"""GET /households/export."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from tests.api.conftest import CANARIES
from tests.cast import YUNXI


def read(response):
    content = b"".join(response.streaming_content)
    sheet = load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_it_holds_the_list_as_on_the_screen(jia):
    response = jia.get("/api/v1/households/export")
    assert response.status_code == 200
    head, *rows = read(response)
    assert head[:4] == ["户编号", "户主", "乡镇", "村"]
    assert [row[0] for row in rows] == ["H9901010001", "H9901010003", "H9901010002"]
    assert rows[0][1:4] == ["王大山", "清溪镇", "上坪村"]
    assert "自付 21,300 元" in rows[0]


def test_it_follows_the_filters_and_the_language(jia):
    response = jia.get(
        "/api/v1/households/export", {"hint": "urgent"}, headers={"Accept-Language": "en"}
    )
    head, *rows = read(response)
    assert head[0] == "Household no."
    assert [row[0] for row in rows] == ["H9901010001"]


@pytest.mark.evidence("T9")
def test_f10_a_formula_in_a_name_stays_text(jia):
    with activate(command_scope(YUNXI, "tests")):
        Household.objects.filter(household_no="H9901010001").update(head_name="=HYPERLINK(1)")
    content = b"".join(jia.get("/api/v1/households/export").streaming_content)
    cell = load_workbook(io.BytesIO(content)).active["B2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


@pytest.mark.evidence("T2")
def test_f51_not_a_byte_of_the_neighbour_is_in_the_file(jia):
    cells = [str(cell) for row in read(jia.get("/api/v1/households/export")) for cell in row]
    assert not [cell for cell in cells for canary in CANARIES if canary in cell]


def test_the_neighbour_exports_the_own_county(bing):
    rows = read(bing.get("/api/v1/households/export"))[1:]
    assert [row[0] for row in rows] == ["H9901020001", "H9901020002"]


def test_the_neighbours_region_cannot_be_exported(jia):
    assert jia.get("/api/v1/households/export", {"region": "990102"}).status_code == 404


@pytest.mark.evidence("GB22239-8.1.4.3-a", "ASVS-16.2.5")
def test_it_is_written_to_the_audit_log_without_the_search_text(jia):
    read(jia.get("/api/v1/households/export", {"q": "王大山"}))
    with activate(command_scope(YUNXI, "tests")):
        event = AuditEvent.objects.get(action="reports.households.exported")
    assert event.detail["rows"] == 1
    assert event.detail["searched"] is True
    assert "王大山" not in str(event.detail)


@pytest.mark.evidence("ASVS-8.2.1")
def test_a_cadre_without_the_permission_cannot_export(world):
    response = world.client(world.cast.cadre).get("/api/v1/households/export")
    assert (response.status_code, response.json()["code"]) == (403, "E-API-PERMISSION")


@pytest.mark.evidence("ASVS-5.4.1", "ASVS-5.4.2")
def test_the_file_name_says_place_and_day(jia):
    name = jia.get("/api/v1/households/export")["Content-Disposition"]
    assert "households-990101-" in name
    assert str(date.today().year) in name
