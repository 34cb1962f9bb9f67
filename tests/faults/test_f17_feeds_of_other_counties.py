"""F17: a file for another county, and rows about people whom the county does not have."""

from __future__ import annotations

import json

import pytest

from bangfu.domains.feeds import selectors
from bangfu.foundation.intake.domain import BatchState
from bangfu.foundation.intake.models import Batch
from bangfu.foundation.intake.selectors import list_batches
from bangfu.kernel.errors import NotAllowed, NotFound
from tests.feeds_kit import CLAIM_HEAD, SHIQIAO, YUNXI, claim, county, id_number, take_in, write_csv

pytestmark = pytest.mark.django_db


def test_f17_a_neighbour_may_not_import_for_our_county(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    with pytest.raises(NotAllowed) as caught:
        take_in(path, region=YUNXI, scope=county(SHIQIAO))
    assert caught.value.code == "E-ACCESS-REGION"
    assert list_batches(county()).items == []


def test_f17_people_who_are_not_registered_are_counted_and_never_echoed(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1), claim(2), claim(3)])
    result = take_in(path)
    assert result.state == BatchState.COMMITTED
    assert result.counts["matched"] == 0
    assert result.counts["unmatched"] == 3
    answer = json.dumps(result.as_dict(), ensure_ascii=False)
    for serial in (1, 2, 3):
        assert id_number(serial) not in answer
        assert f"王小{serial}" not in answer


def test_f17_a_neighbour_sees_nothing_of_what_was_landed(tmp_path, settings) -> None:
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)]))
    for is_filtered in (True, False):
        settings.BANGFU_SCOPE_FILTER = is_filtered
        assert selectors.list_landings(county(SHIQIAO)) == []
        with pytest.raises(NotFound):
            selectors.get_landing(county(SHIQIAO), result.batch_id)
    assert Batch.objects.count() == 0  # outside any scope there is no row
