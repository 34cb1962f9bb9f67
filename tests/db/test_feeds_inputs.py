"""What a screening run is given: valid months, authorised asset rows, the coverage manifest."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from bangfu.domains.feeds import selectors
from bangfu.domains.feeds.authorizations import import_authorizations, revoke_authorization
from bangfu.domains.feeds.inputs import materialise_inputs
from bangfu.domains.feeds.services import lake
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.errors import NotAllowed, Refused
from bangfu.kernel.period import Period
from tests.feeds_kit import (
    CLAIM_HEAD,
    DEATH_HEAD,
    NOW,
    PAPER_HEAD,
    SHIQIAO,
    VEHICLE_HEAD,
    YUNXI,
    claim,
    county,
    id_number,
    take_in,
    write_csv,
)

pytestmark = pytest.mark.django_db

OCTOBER = Period("2026-10")


def vehicle(serial: int) -> list:
    return [id_number(serial), f"王小{serial}", f"演A{serial:05d}", "小型汽车", "", "52000", ""]


def paper(serial: int, signed: str = "2026-09-01", until: str = "2026-10-31") -> list:
    return [id_number(serial), f"王小{serial}", f"授{serial}", signed, "李干部", until]


def papers(tmp_path, *rows) -> None:
    path = write_csv(tmp_path / "papers.csv", PAPER_HEAD, rows)
    import_authorizations(scope=county(), at=NOW, file=path, region=YUNXI, commit=True)


def tokens_of(folder, table: str) -> list[str]:
    return pq.read_table(folder / "feeds" / f"{table}.parquet").column("person_token").to_pylist()


def test_every_promised_table_is_there_even_when_nothing_was_delivered(tmp_path) -> None:
    inputs = materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "in")
    promised = {table.name for table in default_catalog().tables.values() if table.is_feed}
    assert inputs.rows == dict.fromkeys(promised, 0)
    assert {"medical_claim", "wage", "bank_check"} < promised
    assert json.loads((tmp_path / "in" / "coverage.json").read_text()) == []
    assert pq.read_table(tmp_path / "in" / "authorization.parquet").column_names == [
        "person_token",
        "signed_on",
        "expires_on",
    ]


@pytest.mark.evidence("GB22239-8.1.4.11-a", "GB22239-8.1.4.11-b")
def test_asset_rows_come_only_of_people_with_a_paper_in_force(tmp_path) -> None:
    rows = [vehicle(serial) for serial in (1, 2, 3, 4)]
    take_in(write_csv(tmp_path / "v.csv", VEHICLE_HEAD, rows), "traffic/vehicle")
    papers(
        tmp_path,
        paper(1),
        paper(2, until="2026-10-30"),
        paper(3, signed="2026-11-01", until="2027-10-31"),
    )
    inputs = materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "in")
    assert tokens_of(tmp_path / "in", "vehicle") == [person_token(id_number(1))]
    assert inputs.authorizations == 1
    revoke_authorization(
        scope=county(),
        at=NOW,
        paper_no="授1",
        region=YUNXI,
        on=OCTOBER.last_day,
        reason="本人撤回",
    )
    materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "again")
    assert tokens_of(tmp_path / "again", "vehicle") == []


def test_the_newest_valid_list_is_used_and_lists_of_changes_add_up(tmp_path) -> None:
    for month, serial in (("2026-08", 1), ("2026-09", 2)):
        take_in(
            write_csv(tmp_path / "c.csv", CLAIM_HEAD, [claim(serial, month=month)]), period=month
        )
        death = [id_number(serial), "王", f"{month}-01", f"{month}-02", ""]
        take_in(
            write_csv(tmp_path / "d.csv", DEATH_HEAD[:4], [death[:4]]),
            "police/death",
            period=month,
        )
    inputs = materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "in")
    assert tokens_of(tmp_path / "in", "medical_claim") == [person_token(id_number(2))]
    assert sorted(tokens_of(tmp_path / "in", "death")) == sorted(
        [person_token(id_number(1)), person_token(id_number(2))]
    )
    used = [(item["dataset"], item["period"], item["used"]) for item in inputs.coverage]
    assert used == [
        ("medical/claim", "2026-08", False),
        ("medical/claim", "2026-09", True),
        ("police/death", "2026-08", True),
        ("police/death", "2026-09", True),
    ]
    entry = inputs.coverage[1]
    assert entry["list_threshold"] == {"column": "self_paid_year", "at_least": "3000.00"}
    assert (entry["coverage"], entry["valid_months"], entry["as_of"]) == (
        "THRESHOLD_LIST",
        2,
        "2026-09-30",
    )
    assert inputs.rows["medical_claim"] == 1


@pytest.mark.evidence("T17")
def test_equal_inputs_give_equal_bytes(tmp_path) -> None:
    take_in(write_csv(tmp_path / "c.csv", CLAIM_HEAD, [claim(2), claim(1)]))
    for name in ("one", "two"):
        materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / name)
    for path in sorted((tmp_path / "one").rglob("*.*")):
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == twin.read_bytes()


@pytest.mark.evidence("ASVS-16.5.3", "T6")
def test_a_lost_file_is_an_error_and_not_an_empty_list(tmp_path) -> None:
    result = take_in(write_csv(tmp_path / "c.csv", CLAIM_HEAD, [claim(1)]))
    path = selectors.get_landing(county(), result.batch_id).path
    lake.drop(path)
    with pytest.raises(Refused) as caught:
        materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "in")
    assert caught.value.code == "E-FEED-LAKE"


def test_a_neighbour_is_given_nothing(tmp_path) -> None:
    with pytest.raises(NotAllowed):
        materialise_inputs(county(SHIQIAO), YUNXI, OCTOBER, tmp_path / "in")


def test_freshness_says_what_is_stale(tmp_path) -> None:
    take_in(
        write_csv(tmp_path / "c.csv", CLAIM_HEAD, [claim(1, month="2026-08")]), period="2026-08"
    )
    rows = {
        item["dataset"]: (item["period"], item["rows"], item["stale"])
        for month in ("2026-09",)
        for item in selectors.list_freshness(county(), YUNXI, Period(month))
    }
    assert rows["medical/claim"] == ("2026-08", 1, False)
    assert rows["police/death"] == (None, 0, True)
    later = {
        item["dataset"]: item["stale"]
        for item in selectors.list_freshness(county(), YUNXI, OCTOBER)
    }
    assert later["medical/claim"] is True


def test_all_months_of_a_feed_that_accumulates_reach_the_engine(tmp_path) -> None:
    head = ["身份证号", "姓名", "工资所属月份", "应发工资", "单位类别", "单位名称"]
    months = [str(OCTOBER.plus(step)) for step in range(-13, 1)]
    for month in months:
        row = [id_number(1), "王小一", month, "3000.00", "企业", "甲厂"]
        path = write_csv(tmp_path / f"{month}.csv", head, [row])
        take_in(path, "labour/wage", period=month)
    papers(tmp_path, paper(1))
    materialise_inputs(county(), YUNXI, OCTOBER, tmp_path / "in")
    found = pq.read_table(tmp_path / "in" / "feeds" / "wage.parquet")
    # Thirteen months are valid: October and the twelve before it.
    assert sorted(found.column("month").to_pylist()) == months[1:]
    used = [one["used"] for one in json.loads((tmp_path / "in" / "coverage.json").read_text())]
    assert used == [False] + [True] * 13
