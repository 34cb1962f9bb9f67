"""Imports of departmental data: forms of files, what is staged, cancelled or left alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest

from bangfu.domains.feeds import selectors, services
from bangfu.domains.feeds.domain import Manifest
from bangfu.domains.feeds.services import lake
from bangfu.domains.feeds.sheets import write_feed_template
from bangfu.foundation.crypto.tokens import person_token
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake.domain import BatchState
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from bangfu.standards import datasets
from tests.feeds_kit import (
    CLAIM_HEAD,
    GRADE_HEAD,
    NOW,
    YUNXI,
    claim,
    county,
    id_number,
    take_in,
    write_csv,
)

pytestmark = pytest.mark.django_db


def landed_rows(result) -> list[dict]:
    record = selectors.get_landing(county(), result.batch_id)
    return pq.read_table(lake.lake_root() / record.path, partitioning=None).to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_delimited_file_lands_in_any_usual_encoding(tmp_path, encoding: str) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)], encoding)
    result = take_in(path)
    assert result.state == BatchState.COMMITTED
    assert landed_rows(result) == [
        {
            "person_token": person_token(id_number(1)),
            "batch_id": str(result.batch_id),
            "visit_kind": "INPATIENT",
            "self_paid": Decimal("100.00"),
            "self_paid_year": Decimal("3200.00"),
            "settled_month": "2026-10",
            "period": "2026-10",
            "as_of": date(2026, 10, 31),
        }
    ]


def test_a_workbook_with_title_and_total_rows_lands(tmp_path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["云溪县10月医保个人自付清单"])
    sheet.append(CLAIM_HEAD)
    sheet.append(claim(1))
    sheet.append(claim(2, paid="50.50", year="3000"))
    sheet.append(["合计", "", "", "150.50", "6200", ""])
    book.save(tmp_path / "a.xlsx")
    result = take_in(tmp_path / "a.xlsx")
    assert result.state == BatchState.COMMITTED
    assert (result.counts["rows"], result.counts["dropped"]) == (2, 1)
    assert result.sums == {"self_paid": "150.50", "self_paid_year": "6200.00"}


@pytest.mark.parametrize("dataset", [item.id for item in selectors.feed_contracts()])
def test_the_template_of_each_dataset_is_recognised_by_its_own_import(
    tmp_path, dataset: str
) -> None:
    path = tmp_path / "template.xlsx"
    write_feed_template(dataset, path)
    result = take_in(path, dataset, commit=False)
    assert result.mapping["problems"] == []
    assert result.mapping["missing"] == []
    found = {column["column"] for column in result.mapping["columns"]}
    assert found == {column.name for column in datasets.get(dataset).columns}


def test_a_dry_run_puts_nothing_in_force(tmp_path) -> None:
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)]), commit=False)
    assert result.state == BatchState.STAGED
    assert (lake.lake_root() / lake.staged_path(result.batch_id)).is_file()
    assert selectors.list_landings(county(), county=YUNXI) == []


def test_repeated_rows_land_once_and_contradicting_ones_not_at_all(tmp_path) -> None:
    rows = [claim(1), claim(1), claim(2), claim(2, paid="7.00"), claim(3)]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert result.counts["repeated"] == 1
    assert result.counts["landed"] == 2
    assert [(issue["row"], issue["code"], issue["params"]) for issue in result.issues] == [
        (4, "E-FEED-CONTRADICTION", {"rows": "5"}),
        (5, "E-FEED-CONTRADICTION", {"rows": "4"}),
    ]


def test_a_month_above_its_own_year_is_a_bad_row(tmp_path) -> None:
    rows = [claim(1, paid="3200.01", year="3200.00"), claim(2, paid="3200.00", year="3200.00")]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert [(issue["row"], issue["code"]) for issue in result.issues] == [(2, "E-ROW-ORDER")]
    assert result.counts["landed"] == 1


def test_findings_on_the_screen_show_no_full_id_number(tmp_path) -> None:
    wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
    rows = [[wrong, *claim(1)[1:]], claim(2)]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows), commit=False)
    assert [issue["column"] for issue in result.issues] == ["id_number"]
    assert wrong not in json.dumps(result.as_dict(), ensure_ascii=False)
    assert wrong not in json.dumps(
        batches.get_batch(county(), result.batch_id).issues, ensure_ascii=False
    )


def test_an_empty_list_of_everybody_is_refused_but_a_month_without_deaths_is_news(
    tmp_path,
) -> None:
    grades = take_in(write_csv(tmp_path / "g.csv", GRADE_HEAD, []), "housing/grade")
    assert [reason["code"] for reason in grades.errors] == ["E-FEED-EMPTY"]
    head = ["身份证号", "姓名", "死亡日期", "登记日期"]
    deaths = take_in(write_csv(tmp_path / "d.csv", head, []), "police/death")
    assert deaths.state == BatchState.COMMITTED
    assert landed_rows(deaths) == []


def test_a_file_without_one_good_row_is_refused_with_an_error_workbook(tmp_path) -> None:
    rows = [["123", *claim(1)[1:]]]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert [reason["code"] for reason in result.errors] == ["E-FEED-NO-GOOD-ROW"]
    assert result.error_file_id is not None


@pytest.mark.evidence("GB22239-8.1.4.10-b")
def test_cancelling_leaves_neither_file_nor_open_batch(tmp_path) -> None:
    class Stop(Exception):
        pass

    seen = []

    def check_cancelled() -> None:
        if "writing" in seen:
            raise Stop

    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    with pytest.raises(Stop):
        take_in(
            path,
            progress=lambda done, total, message: seen.append(message),
            check_cancelled=check_cancelled,
        )
    (batch,) = batches.list_batches(county()).items
    assert (batch.state, batch.reason) == (BatchState.CANCELLED, "Stop")
    assert not (lake.lake_root() / lake.staged_path(batch.id)).exists()


def test_a_commit_that_fails_leaves_no_file_in_the_partitions(tmp_path, monkeypatch) -> None:
    staged = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)]), commit=False)

    def broken(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(services.intake, "mark_committed", broken)
    with pytest.raises(OSError, match="disk full"):
        services.commit_batch(scope=county(), at=NOW, batch_id=staged.batch_id)
    monkeypatch.undo()
    assert list(lake.lake_root().glob(f"medical/**/{staged.batch_id}.parquet")) == []
    done = services.commit_batch(scope=county(), at=NOW, batch_id=staged.batch_id)
    assert done.state == BatchState.COMMITTED


def test_only_counties_and_known_feeds_are_taken(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    with pytest.raises(Refused) as town:
        take_in(path, region=RegionCode("990101100000"))
    assert town.value.code == "E-FEED-COUNTY"
    for dataset in ("registry/household", "feeds/authorization", "../../etc/passwd"):
        with pytest.raises(Refused) as other:
            take_in(path, dataset)
        assert other.value.code == "E-FEED-UNKNOWN"


def test_the_as_of_day_comes_from_the_manifest_or_is_the_months_end(tmp_path) -> None:
    stated = {
        "dataset": "medical/claim",
        "county": "990101",
        "period": "2026-10",
        "rows": 1,
        "as_of": "2026-10-28",
    }
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    result = take_in(path, manifest=Manifest.parse(json.dumps(stated)))
    assert selectors.get_landing(county(), result.batch_id).as_of == date(2026, 10, 28)
