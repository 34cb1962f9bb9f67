"""F20: one bad row in a large file: the good ones are staged, nothing is in force until commit."""

from __future__ import annotations

import io

import openpyxl
import pytest

from bangfu.domains.feeds import selectors, services
from bangfu.foundation import files
from bangfu.foundation.intake.domain import BatchState
from tests.feeds_kit import CLAIM_HEAD, NOW, YUNXI, claim, county, id_number, take_in, write_csv

pytestmark = pytest.mark.django_db

# Columns are checked value by value, so the behaviour at 500,000 rows is that of 20,000.
ROWS = 20_000


@pytest.mark.slow
def test_f20_good_rows_wait_and_the_bad_one_can_be_downloaded(tmp_path) -> None:
    rows = [
        [id_number(i % 1000, f"{1950 + i // 1000}0102"), "王小明", *claim(1)[2:]]
        for i in range(ROWS)
    ]
    rows[12_345][3] = "1e9"
    staged = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows), commit=False)
    assert staged.state == BatchState.STAGED
    assert (staged.counts["rows"], staged.counts["good"], staged.counts["bad"]) == (
        ROWS,
        ROWS - 1,
        1,
    )
    assert [(issue["row"], issue["column"]) for issue in staged.issues] == [(12_347, "self_paid")]
    assert selectors.list_landings(county(), county=YUNXI) == []
    assert staged.error_file_id is not None
    with files.open_file(county(), staged.error_file_id) as stored:
        book = openpyxl.load_workbook(io.BytesIO(stored.read()))
    cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "1e9" in cells
    assert len([cell for cell in cells if cell == "王小明"]) == 1
    done = services.commit_batch(scope=county(), at=NOW, batch_id=staged.batch_id)
    assert done.state == BatchState.COMMITTED
    assert [item.rows for item in selectors.list_landings(county(), county=YUNXI)] == [ROWS - 1]
