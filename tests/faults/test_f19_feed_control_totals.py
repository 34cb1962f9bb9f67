"""F19: a file that does not have the rows, totals or bytes of its manifest is refused whole."""

from __future__ import annotations

import hashlib
import json

import pytest

from bangfu.domains.feeds import selectors
from bangfu.domains.feeds.domain import Manifest
from bangfu.domains.feeds.services import lake
from bangfu.foundation.intake.domain import BatchState
from bangfu.standards import errors
from tests.feeds_kit import CLAIM_HEAD, YUNXI, claim, county, take_in, write_csv

pytestmark = pytest.mark.django_db

ROWS = [claim(1, paid="100.10", year="3,200.20"), claim(2, paid="99.95", year="5000")]
AGREED = {
    "dataset": "medical/claim",
    "county": "990101",
    "period": "2026-10",
    "rows": 2,
    "sums": {"self_paid": "200.05", "self_paid_year": "8200.20"},
}


def taken(tmp_path, lines=ROWS, **change):
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, lines)
    return take_in(path, manifest=Manifest.parse(json.dumps({**AGREED, **change})))


def message(result) -> str:
    (reason,) = result.errors
    return errors.text(reason["code"], reason["params"], "zh").message


def test_f19_a_file_that_agrees_with_its_manifest_is_taken(tmp_path) -> None:
    digest = hashlib.sha256(
        write_csv(tmp_path / "same.csv", CLAIM_HEAD, ROWS).read_bytes()
    ).hexdigest()
    result = taken(tmp_path, hash={"algorithm": "sha256", "value": digest})
    assert result.state == BatchState.COMMITTED
    assert result.sums == {"self_paid": "200.05", "self_paid_year": "8200.20"}


@pytest.mark.evidence("T14", "ASVS-2.2.3")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rows": 3}, "交接清单写明 3 行，文件里有 2 行，整份文件没有入库。"),
        (
            {"sums": {"self_paid": "200.06"}},
            "“self_paid”的合计应为 200.06，文件里是 200.05，整份文件没有入库。",
        ),
        (
            {"sums": {"grade": "1"}},
            "交接清单里有“grade”的合计，文件里却没有这一列金额。",
        ),
        (
            {"hash": {"algorithm": "sm3", "value": "0" * 64}},
            "文件内容与交接清单里的 sm3 校验值不一致。",
        ),
    ],
)
def test_f19_any_difference_refuses_the_file_whole(tmp_path, change: dict, text: str) -> None:
    result = taken(tmp_path, **change)
    assert result.state == BatchState.REFUSED
    assert message(result) == text
    assert selectors.list_landings(county(), county=YUNXI) == []
    assert not (lake.lake_root() / lake.staged_path(result.batch_id)).exists()


def test_f19_totals_count_the_bad_rows_too(tmp_path) -> None:
    broken = ["99010119700102000X", *claim(2, paid="99.95", year="5000")[1:]]
    result = taken(tmp_path, lines=[ROWS[0], broken])
    assert result.state == BatchState.COMMITTED
    assert (result.counts["good"], result.counts["bad"]) == (1, 1)
    assert result.sums == {"self_paid": "100.10", "self_paid_year": "3200.20"}


def test_f19_an_amount_that_cannot_be_read_agrees_with_no_total(tmp_path) -> None:
    result = taken(tmp_path, lines=[ROWS[0], claim(2, paid="九十九", year="5000")])
    assert message(result) == "“self_paid”的合计应为 200.05，文件里是 ?，整份文件没有入库。"
