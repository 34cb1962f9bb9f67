"""F23: a list of deaths never touches anybody who merely has the same name."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from bangfu.domains.feeds import selectors
from bangfu.domains.feeds.services import lake
from bangfu.foundation.crypto.tokens import person_token
from bangfu.foundation.intake.domain import BatchState
from bangfu.standards import errors
from tests.feeds_kit import DEATH_HEAD, YUNXI, county, id_number, take_in, write_csv

pytestmark = pytest.mark.django_db


def test_f23_a_row_without_an_id_number_is_a_bad_row_and_lands_nowhere(tmp_path) -> None:
    rows = [
        [id_number(1), "王建国", "2026-10-03", "2026-10-08", "户籍注销"],
        ["", "王建国", "2026-10-04", "2026-10-08", "户籍注销"],
    ]
    result = take_in(write_csv(tmp_path / "a.csv", DEATH_HEAD, rows), "police/death")
    assert (result.counts["good"], result.counts["bad"]) == (1, 1)
    assert [(issue["row"], issue["column"]) for issue in result.issues] == [(3, "id_number")]
    live = selectors.get_landing(county(), result.batch_id)
    table = pq.read_table(lake.lake_root() / live.path, partitioning=None)
    assert table.column("person_token").to_pylist() == [person_token(id_number(1))]
    assert "name" not in table.column_names


def test_f23_a_list_of_names_without_an_id_column_is_refused(tmp_path) -> None:
    path = write_csv(
        tmp_path / "a.csv", DEATH_HEAD[1:], [["王建国", "2026-10-03", "2026-10-08", ""]]
    )
    result = take_in(path, "police/death")
    assert result.state == BatchState.REFUSED
    reason = result.errors[0]
    assert "身份证号" in errors.text(reason["code"], reason["params"], "zh").message
    assert selectors.list_landings(county(), county=YUNXI) == []


@pytest.mark.evidence("T6")
def test_f23_one_number_under_two_names_is_set_aside(tmp_path) -> None:
    rows = [
        [id_number(1), "王建国", "2026-10-03", "2026-10-08", ""],
        [id_number(1), "李建国", "2026-10-03", "2026-10-08", ""],
        [id_number(2), "赵四", "2026-10-05", "2026-10-08", ""],
    ]
    result = take_in(write_csv(tmp_path / "a.csv", DEATH_HEAD, rows), "police/death")
    assert [(issue["row"], issue["code"]) for issue in result.issues] == [
        (2, "E-FEED-CONTRADICTION"),
        (3, "E-FEED-CONTRADICTION"),
    ]
    assert result.counts["landed"] == 1
