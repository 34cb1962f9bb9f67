"""F16–F20, F22 and F23 for every departmental dataset: one life of a file from its contract."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from bangfu.domains.feeds import selectors, services
from bangfu.domains.feeds.domain import Manifest
from bangfu.domains.feeds.selectors import feed_contracts
from bangfu.foundation.sheets.templates import example_of
from bangfu.kernel.id_number import IdNumber
from bangfu.standards.datasets import Dataset
from tests.feeds_kit import NOW, SHIQIAO, YUNXI, county, take_in

pytestmark = pytest.mark.django_db

FEEDS = feed_contracts()
each_feed = pytest.mark.parametrize("contract", FEEDS, ids=lambda contract: contract.id)
AUGUST = "2026-08"


def card(serial: int) -> str:
    return IdNumber.build("990101", date(1990, 3, 7), serial).value


def write_people(path: Path, contract: Dataset, *changes: dict[str, str]) -> Path:
    """Write one row a person, each the contract's example with an ID number of its own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([column.zh for column in contract.columns])
        for serial, change in enumerate(changes, start=1):
            own = {"id_number": card(serial), "certificate_no": f"{card(serial)}43"}
            if contract.id != "disability/certificate":
                del own["certificate_no"]
            row = {**own, **change}
            rows.writerow([row.get(c.name, example_of(c)) for c in contract.columns])
    return path


def codes(result) -> list[str]:
    return [reason["code"] for reason in result.errors]


@each_feed
def test_f16_f20_f22_f23_a_file_is_staged_put_in_force_once_and_taken_back(
    tmp_path, contract: Dataset
) -> None:
    """Two people, and one by name only, whom nobody may look up."""
    path = write_people(tmp_path / "a.csv", contract, {}, {}, {"id_number": ""})
    staged = take_in(path, contract.id, period=AUGUST, commit=False)
    assert (staged.state, staged.counts["good"], staged.counts["bad"]) == ("STAGED", 2, 1)
    assert {(issue["row"], issue["column"]) for issue in staged.issues} == {(4, "id_number")}
    assert staged.error_file_id is not None
    assert selectors.list_landings(county(), county=YUNXI) == [], "nothing is live before 生效"
    services.commit_batch(scope=county(), at=NOW, batch_id=staged.batch_id)
    (live,) = selectors.list_landings(county(), county=YUNXI)
    assert (live.dataset, live.rows) == (contract.id, 2)
    again = take_in(path, contract.id, period=AUGUST)
    assert (again.state, again.duplicate_of) == ("CANCELLED", staged.batch_id)
    done = services.revert_batch(scope=county(), at=NOW, batch_id=live.batch_id, reason="撤回")
    assert str(done["batch"].state) == "REVERTED"
    assert selectors.list_landings(county(), county=YUNXI) == []
    assert selectors.list_landings(county(SHIQIAO), county=SHIQIAO) == []


@each_feed
def test_f19_a_file_short_of_its_manifest_is_refused_whole(tmp_path, contract: Dataset) -> None:
    path = write_people(tmp_path / "a.csv", contract, {}, {})
    money = [column.name for column in contract.columns if column.type == "money"]
    said = {
        "dataset": contract.id,
        "county": "990101",
        "period": AUGUST,
        "rows": 3,
        "sums": dict.fromkeys(money, "0.01"),
    }
    manifest = Manifest.parse(json.dumps(said))
    result = take_in(path, contract.id, period=AUGUST, manifest=manifest)
    assert result.state == "REFUSED"
    assert codes(result) == ["E-FEED-CONTROL-ROWS"] + ["E-FEED-CONTROL-SUM"] * len(money)
    assert selectors.list_landings(county(), county=YUNXI) == []


DATED = [c for c in FEEDS if c.period_column or c.by_period_end]


@pytest.mark.parametrize("contract", DATED, ids=lambda contract: contract.id)
def test_f18_a_file_of_a_later_month_is_not_taken_for_an_earlier_one(
    tmp_path, contract: Dataset
) -> None:
    """The examples are of August; handed in as July, no row of them may land."""
    result = take_in(
        write_people(tmp_path / "a.csv", contract, {}, {}), contract.id, period="2026-07"
    )
    assert result.state == "REFUSED"
    assert codes(result) == [
        "E-FEED-WRONG-MONTH" if contract.period_column else "E-FEED-NO-GOOD-ROW"
    ]


def test_f18_nearly_every_list_can_tell_a_wrong_month() -> None:
    """What cannot: lists without any date of their own, which only the manifest can tell apart."""
    undated = {contract.id for contract in FEEDS} - {contract.id for contract in DATED}
    assert undated == {
        "education/cost",
        "medical/enrolment",
        "power/usage",
    }
