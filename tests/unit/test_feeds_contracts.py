"""Every departmental contract: its template, its example row, and rows with one thing wrong."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bangfu.domains.feeds import landing
from bangfu.domains.feeds.checking import Checked, file_totals, read_feed
from bangfu.foundation.sheets.templates import example_of, write_template
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.period import Period
from bangfu.kernel.uuid7 import uuid7
from bangfu.standards import codelists, datasets
from bangfu.standards.datasets import Dataset

FEEDS = [
    d
    for d in datasets.list_datasets()
    if d.coverage != "REGISTER" and not d.id.startswith("registry/")
]
AUGUST = Period("2026-08")
TODAY = date(2026, 9, 5)
# 990101199003070129: 1990-03-07, a woman of 990101.
CARD = example_of(datasets.get("civil/dibao").column("id_number"))


def check(path: Path, contract: Dataset) -> Checked:
    return read_feed(path, contract, period=AUGUST, today=TODAY, step=lambda name: None)


def write_rows(path: Path, contract: Dataset, *changes: dict[str, str]) -> Path:
    """Write the example row once for each set of changes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([column.zh for column in contract.columns])
        for change in changes:
            assert set(change) <= {column.name for column in contract.columns}
            rows.writerow([change.get(c.name, example_of(c)) for c in contract.columns])
    return path


@pytest.mark.parametrize("contract", FEEDS, ids=lambda contract: contract.id)
def test_the_template_filled_with_its_own_example_has_nothing_wrong(tmp_path, contract):
    path = tmp_path / "template.xlsx"
    write_template(path, contract)
    book = openpyxl.load_workbook(path)
    notes = {row[0]: row[4] for row in book["填表说明"].iter_rows(min_row=3, values_only=True)}
    sheet = book.worksheets[0]
    for place, cell in enumerate(sheet[1], start=1):
        sheet.cell(2, place, notes[cell.value.rstrip("*")])
    book.save(path)
    checked = check(path, contract)
    assert (checked.sheet.issues, checked.reasons) == ([], [])
    assert checked.counts()["good"] == 1
    assert all(checked.sheet.columns[column.name] != [None] for column in contract.columns)


@pytest.mark.parametrize("contract", FEEDS, ids=lambda contract: contract.id)
def test_a_row_lands_with_a_token_and_without_a_name(tmp_path, contract, monkeypatch):
    monkeypatch.setattr(landing, "tokens", lambda numbers: ["f" * 64 for _ in numbers])
    checked = check(write_rows(tmp_path / "a.csv", contract, {}), contract)
    day = AUGUST.last_day
    rows = landing.to_lake(contract, checked, period=AUGUST, batch_id=uuid7(), as_of=day).table
    landed = rows.to_pylist()[0]
    assert landed["person_token"] == "f" * 64
    told = " ".join(str(value) for value in landed.values())
    for secret in (CARD, "张三", f"{CARD}43"):
        assert secret not in told
    hidden = {column.name for column in contract.columns if not column.in_lake}
    assert not hidden & set(landed)


@pytest.mark.parametrize("contract", FEEDS, ids=lambda contract: contract.id)
def test_a_row_without_what_is_required_is_set_aside(tmp_path, contract):
    for column in contract.columns:
        if column.required:
            checked = check(write_rows(tmp_path / "a.csv", contract, {column.name: ""}), contract)
            assert ("E-CELL-EMPTY", column.name) in {
                (i.code, i.column) for i in checked.sheet.issues
            }


@pytest.mark.parametrize("contract", FEEDS, ids=lambda contract: contract.id)
def test_every_contract_says_where_it_comes_from_and_whose_it_is(contract):
    assert contract.status in codelists.STATUSES
    assert len(contract.source_document) > 10
    assert codelists.get("department").by_code(contract.department.upper()) is not None
    assert contract.columns[0].name == "id_number"
    assert contract.columns[1].name == "name"
    assert not contract.columns[1].in_lake
    assert all(column.doc for column in contract.columns)
    assert all(column.unit == "yuan" for column in contract.columns if column.type == "money")


# One thing wrong in an otherwise good row: dataset, what is wrong, the code, the column.
WRONG = [
    ("medical/enrolment", {"scheme": "商业保险"}, "E-CODE-UNKNOWN", "scheme"),
    ("medical/enrolment", {"insurance_year": "26"}, "E-NUMBER-LOW", "insurance_year"),
    ("medical/enrolment", {"insurance_year": "2026.5"}, "E-NUMBER-INTEGER", "insurance_year"),
    # 8000 + 1200 + 600 − 2000 = 7800
    ("education/cost", {"net_cost": "7800.01"}, "E-ROW-SUM", "net_cost"),
    # 8000 + 1200 + 600 − 12000 is below nought, and stands as nought
    ("education/cost", {"aid": "12000", "net_cost": "-2200"}, "E-NUMBER-LOW", "net_cost"),
    ("education/cost", {"aid": "12000", "net_cost": "1"}, "E-ROW-SUM", "net_cost"),
    ("civil/dibao", {"status": "终止", "ended_on": ""}, "E-ROW-NEEDS", "status"),
    ("civil/dibao", {"ended_on": "2026-08-30"}, "E-ROW-ORDER", "recognised_on"),
    (
        "civil/dibao",
        {"recognised_on": "2026-09-01", "ended_on": ""},
        "E-FEED-AFTER-PERIOD",
        "recognised_on",
    ),
    ("civil/dibao", {"monthly_amount": "1e9"}, "E-MONEY-NOTATION", "monthly_amount"),
    ("civil/dibao", {"monthly_amount": "-1"}, "E-NUMBER-LOW", "monthly_amount"),
    ("civil/dibao", {"monthly_amount": "0.001"}, "E-MONEY-PRECISION", "monthly_amount"),
    ("civil/dibao", {"monthly_amount": "NaN"}, "E-MONEY-FORMAT", "monthly_amount"),
    ("civil/dibao", {"monthly_amount": "9999999999.99"}, "E-NUMBER-HIGH", "monthly_amount"),
    ("civil/tekun", {"status": "退出", "ended_on": ""}, "E-ROW-NEEDS", "status"),
    ("civil/tekun", {"care_level": "很好"}, "E-CODE-UNKNOWN", "care_level"),
    ("civil/temporary_relief", {"granted_on": "2026-02-30"}, "E-DATE-IMPOSSIBLE", "granted_on"),
    ("civil/temporary_relief", {"cause": "因懒"}, "E-CODE-UNKNOWN", "cause"),
    ("civil/near_dibao", {"valid_until": "2026-08-01"}, "E-ROW-ORDER", "recognised_on"),
    ("civil/rigid_expense", {"expense": "四万"}, "E-MONEY-FORMAT", "expense"),
    ("disability/certificate", {"kind": "听力残疾"}, "E-ROW-CERTIFICATE-DIGIT", "kind"),
    ("disability/certificate", {"grade": "一级"}, "E-ROW-CERTIFICATE-DIGIT", "grade"),
    (
        "disability/certificate",
        {"certificate_no": f"{IdNumber.build('990101', date(1990, 3, 7), 14).value}43"},
        "E-ROW-CERTIFICATE",
        "certificate_no",
    ),
    ("health/serious_disease", {"disease": "感冒"}, "E-CODE-UNKNOWN", "disease"),
    (
        "health/serious_disease",
        {"diagnosed_on": "2026-09-02"},
        "E-FEED-AFTER-PERIOD",
        "diagnosed_on",
    ),
    ("labour/employment", {"status": "失业", "unemployed_on": ""}, "E-ROW-NEEDS", "status"),
    ("labour/wage", {"amount": "3200.005"}, "E-MONEY-PRECISION", "amount"),
    ("labour/wage", {"month": "2026年13月"}, "E-MONTH-FORMAT", "month"),
    ("labour/public_post", {"ended_on": "2026-08-30"}, "E-ROW-ORDER", "started_on"),
    ("land/property", {"area": "-3"}, "E-NUMBER-LOW", "area"),
    ("land/property", {"registered_on": "2026-10-01"}, "E-FEED-AFTER-PERIOD", "registered_on"),
    ("market/entity", {"credit_code": "91990101MA00000000"}, "E-CREDIT-CHECKSUM", "credit_code"),
    ("market/entity", {"capital": "五百万"}, "E-MONEY-FORMAT", "capital"),
    ("water/supply", {"outage_days": "400"}, "E-NUMBER-HIGH", "outage_days"),
    ("water/supply", {"safe": "大概"}, "E-BOOLEAN-UNKNOWN", "safe"),
    ("emergency/disaster", {"casualties": "1.5"}, "E-NUMBER-INTEGER", "casualties"),
    ("emergency/disaster", {"house_damage": "漏雨"}, "E-CODE-UNKNOWN", "house_damage"),
    ("traffic/road", {"distance_km": "5公里"}, "E-NUMBER-FORMAT", "distance_km"),
    ("power/usage", {"kwh": "inf"}, "E-NUMBER-FORMAT", "kwh"),
    ("agriculture/industry", {"event": "不好"}, "E-CODE-UNKNOWN", "event"),
    ("agriculture/machinery", {"bought_on": "2026-13-01"}, "E-DATE-IMPOSSIBLE", "bought_on"),
    ("bank/deposit", {"exceeds": "5万"}, "E-BOOLEAN-UNKNOWN", "exceeds"),
]


@pytest.mark.parametrize(("dataset", "change", "code", "column"), WRONG)
def test_f21_one_thing_wrong_sets_the_row_aside_and_says_what(
    tmp_path, dataset, change, code, column
):
    contract = datasets.get(dataset)
    path = write_rows(tmp_path / "a.csv", contract, change, {"id_number": _other_card()})
    checked = check(path, contract)
    # A certificate carries the ID number, so the second row is another person's there.
    expected = [(issue.code, issue.column) for issue in checked.sheet.issues if issue.row_no == 2]
    assert expected == [(code, column)]
    assert 0 not in checked.kept


# What may look odd and is right.
RIGHT = [
    ("education/cost", {"aid": "12000", "net_cost": "0"}),
    ("education/cost", {"aid": "9800", "net_cost": "0.00"}),
    ("civil/dibao", {"status": "暂停", "ended_on": ""}),
    ("civil/dibao", {"recognised_on": "2026-08-31", "ended_on": "2026-08-31"}),
    ("civil/near_dibao", {"valid_until": ""}),
    ("health/serious_disease", {"diagnosed_on": "2025-03-01"}),
    ("labour/employment", {"status": "灵活就业", "unemployed_on": "", "loss_cause": ""}),
    ("labour/public_post", {"ended_on": "2027-08-31"}),
    ("labour/wage", {"employer": ""}),
    ("market/entity", {"capital": "", "entity_name": "", "kind": "合作社"}),
    ("market/entity", {"credit_code": " 91990101ma0000000u "}),
    ("water/supply", {"litres_per_day": "", "trip_minutes": "", "quality_safe": ""}),
    ("emergency/disaster", {"loss_amount": "", "casualties": ""}),
    ("power/usage", {"kwh": "0", "disconnected": "是"}),
]


@pytest.mark.parametrize(("dataset", "change"), RIGHT)
def test_what_may_look_odd_and_is_right_is_taken(tmp_path, dataset, change):
    contract = datasets.get(dataset)
    checked = check(write_rows(tmp_path / "a.csv", contract, change), contract)
    assert checked.sheet.issues == []
    assert checked.counts()["good"] == 1


def _other_card() -> str:
    return IdNumber.build("990101", date(1991, 3, 7), 12).value


def test_a_row_that_is_good_stays_beside_one_that_is_not(tmp_path):
    contract = datasets.get("civil/dibao")
    wrong = {"status": "终止", "ended_on": ""}
    path = write_rows(tmp_path / "a.csv", contract, wrong, {"id_number": _other_card()})
    assert check(path, contract).kept == [1]


@pytest.mark.parametrize(
    ("cell", "kept"), [("1,234.5", "1234.50"), ("１２３", "123.00"), ("￥560元", "560.00")]
)
def test_f21_amounts_as_offices_write_them_are_exact(tmp_path, cell, kept):
    contract = datasets.get("civil/dibao")
    checked = check(write_rows(tmp_path / "a.csv", contract, {"monthly_amount": cell}), contract)
    assert checked.sheet.issues == []
    assert str(checked.sheet.columns["monthly_amount"][0]) == kept
    assert str(file_totals(contract, checked)["monthly_amount"]) == kept


@pytest.mark.parametrize(
    "dataset", [d.id for d in FEEDS if any(c.type == "money" for c in d.columns)]
)
def test_f21_amounts_that_look_like_units_of_ten_thousand_are_suspected(tmp_path, dataset):
    """Twenty people whose amounts in every money column are a few 万元 written as 1.2."""
    contract = datasets.get(dataset)
    money = [column.name for column in contract.columns if column.type == "money"]
    small = dict.fromkeys(money, "1.20")
    if contract.balance is not None:
        small[contract.balance.minus[0]] = "2.40"
    people = [IdNumber.build("990101", date(1990, 3, 7), n).value for n in range(1, 41, 2)]
    path = write_rows(tmp_path / "a.csv", contract, *({**small, "id_number": p} for p in people))
    suspected = {
        w.params["column"]
        for w in check(path, contract).sheet.warnings
        if w.code == "E-SHEET-UNIT-SUSPECT"
    }
    assert suspected == {contract.column(name).zh for name in money}


def test_the_parts_of_a_balance_may_be_absent(tmp_path):
    contract = datasets.get("education/cost")
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        kept = [c for c in contract.columns if c.name != "aid"]
        rows.writerow([c.zh for c in kept])
        rows.writerow([example_of(c) for c in kept])
    # `aid` is required, so a file without it is refused by name and not by a sum.
    with pytest.raises(Exception, match="E-SHEET"):
        check(path, contract)
