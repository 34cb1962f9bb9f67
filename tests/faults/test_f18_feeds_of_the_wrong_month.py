"""F18: a wrong month, an older one, or one that is in force already."""

from __future__ import annotations

import json

import pytest

from bangfu.domains.feeds import selectors, services
from bangfu.domains.feeds.domain import LandingState, Manifest
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake.domain import BatchState
from bangfu.kernel.errors import Refused
from bangfu.standards import errors
from tests.feeds_kit import CLAIM_HEAD, NOW, YUNXI, claim, county, take_in, write_csv

pytestmark = pytest.mark.django_db


def october(tmp_path, name: str, paid: str = "100.00"):
    return write_csv(tmp_path / name, CLAIM_HEAD, [claim(1, paid=paid)])


def september(tmp_path, name: str = "9.csv"):
    return write_csv(tmp_path / name, CLAIM_HEAD, [claim(1, month="2026-09")])


def codes(result) -> list[str]:
    return [reason["code"] for reason in result.errors]


def text(result) -> str:
    reason = result.errors[0]
    return errors.text(reason["code"], reason["params"], "zh").message


def test_f18_a_month_that_has_not_begun_is_refused_even_with_supersede(tmp_path) -> None:
    path = write_csv(tmp_path / "12.csv", CLAIM_HEAD, [claim(1, month="2026-12")])
    result = take_in(path, period="2026-12", supersede=True, reason="提前")
    assert (result.state, codes(result)) == (BatchState.REFUSED, ["E-FEED-FUTURE"])
    assert text(result) == "所选月份 2026-12 还没有到。"


def test_f18_a_second_file_for_a_month_in_force_is_refused(tmp_path) -> None:
    first = take_in(october(tmp_path, "a.csv"))
    second = take_in(october(tmp_path, "b.csv", paid="101.00"))
    assert codes(second) == ["E-FEED-OVERLAP"]
    assert (
        text(second) == f"2026-10 的这项数据已经生效（批次 {first.batch_id}），两份文件的内容不同。"
    )
    live = selectors.list_landings(county(), county=YUNXI)
    assert [item.batch_id for item in live] == [first.batch_id]


def test_f18_an_older_month_is_refused(tmp_path) -> None:
    take_in(october(tmp_path, "a.csv"))
    result = take_in(september(tmp_path), period="2026-09")
    assert codes(result) == ["E-FEED-OLDER"]
    assert text(result) == "2026-09 比已生效的最新月份 2026-10 更早。"


def test_f18_an_older_month_is_taken_with_a_reason(tmp_path) -> None:
    take_in(october(tmp_path, "a.csv"))
    result = take_in(september(tmp_path), period="2026-09", supersede=True, reason="补交")
    assert result.state == BatchState.COMMITTED
    assert len(selectors.list_landings(county(), county=YUNXI)) == 2


def test_f18_superseding_replaces_the_batch_and_keeps_the_reason(
    tmp_path, django_capture_on_commit_callbacks
) -> None:
    first = take_in(october(tmp_path, "a.csv"))
    old = selectors.get_landing(county(), first.batch_id)
    with django_capture_on_commit_callbacks(execute=True):
        second = take_in(
            october(tmp_path, "b.csv", paid="101.00"), supersede=True, reason="医保局更正"
        )
    assert second.state == BatchState.COMMITTED
    live = selectors.list_landings(county(), county=YUNXI)
    assert [item.batch_id for item in live] == [second.batch_id]
    assert live[0].supersedes == first.batch_id
    assert live[0].reason == "医保局更正"
    replaced = selectors.get_landing(county(), first.batch_id)
    assert replaced.state == LandingState.SUPERSEDED
    assert batches.get_batch(county(), first.batch_id).state == BatchState.SUPERSEDED
    root = services.lake.lake_root()
    assert not (root / old.path).exists()
    assert (root / replaced.path).is_file()
    assert replaced.path == ".withdrawn/" + old.path


def test_f18_superseding_without_a_reason_is_refused(tmp_path) -> None:
    with pytest.raises(Refused) as caught:
        take_in(october(tmp_path, "a.csv"), supersede=True, reason="  ")
    assert caught.value.code == "E-FEED-REASON"


def test_f18_the_check_is_repeated_at_commit(tmp_path) -> None:
    waiting = take_in(october(tmp_path, "a.csv"), commit=False)
    take_in(october(tmp_path, "b.csv", paid="101.00"))
    with pytest.raises(Refused) as caught:
        services.commit_batch(scope=county(), at=NOW, batch_id=waiting.batch_id)
    assert caught.value.code == "E-FEED-OVERLAP"
    assert batches.get_batch(county(), waiting.batch_id).state == BatchState.STAGED


@pytest.mark.evidence("T14")
def test_f18_a_file_of_another_month_is_refused_whole(tmp_path) -> None:
    rows = [claim(1, month="2026-09"), claim(2, month="2026-09"), claim(3)]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert codes(result) == ["E-FEED-WRONG-MONTH"]
    assert text(result) == "文件里有 2 行是 2026-09 的数据，而导入的月份是 2026-10。"


def test_f18_a_stray_row_of_another_month_is_a_bad_row(tmp_path) -> None:
    rows = [claim(1, month="2026-09"), claim(2), claim(3)]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert result.state == BatchState.COMMITTED
    assert (result.counts["good"], result.counts["bad"]) == (2, 1)
    assert [(issue["row"], issue["code"]) for issue in result.issues] == [(2, "E-FEED-ROW-MONTH")]


def test_f18_a_manifest_of_another_month_is_refused(tmp_path) -> None:
    stated = {"dataset": "medical/claim", "county": "990101", "period": "2026-09", "rows": 1}
    result = take_in(october(tmp_path, "a.csv"), manifest=Manifest.parse(json.dumps(stated)))
    assert codes(result) == ["E-FEED-MANIFEST-OTHER"]
    assert text(result) == "交接清单的 period 写的是 2026-09，本次导入的是 2026-10。"
