"""What a dry run says would become of a month: people new, changed, unchanged, gone."""

from __future__ import annotations

import pytest

from tests.feeds_kit import CLAIM_HEAD, DEATH_HEAD, claim, id_number, take_in, write_csv

pytestmark = pytest.mark.django_db

KEYS = ("new", "changed", "unchanged", "gone")


def changes(result) -> dict[str, int]:
    return {key: result.counts[key] for key in KEYS}


def test_a_first_file_is_new_whole(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1), claim(2)])
    result = take_in(path, commit=False)
    assert changes(result) == {"new": 2, "changed": 0, "unchanged": 0, "gone": 0}


def test_the_next_month_is_compared_with_the_last_one_person_by_person(tmp_path) -> None:
    september = [claim(n, month="2026-09") for n in (1, 2, 3)]
    take_in(write_csv(tmp_path / "9.csv", CLAIM_HEAD, september), period="2026-09")
    # The settled month differs in each row, so 1 and 2 are changed, 3 is gone, 4 is new.
    october = [claim(1), claim(2), claim(4)]
    result = take_in(write_csv(tmp_path / "10.csv", CLAIM_HEAD, october), commit=False)
    assert changes(result) == {"new": 1, "changed": 2, "unchanged": 0, "gone": 1}


def test_a_correction_is_compared_with_what_it_would_replace(tmp_path) -> None:
    rows = [claim(1), claim(2), claim(3)]
    take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    corrected = [claim(1), claim(2, paid="101.00"), claim(5), claim(6)]
    result = take_in(
        write_csv(tmp_path / "b.csv", CLAIM_HEAD, corrected),
        supersede=True,
        reason="更正",
        commit=False,
    )
    assert changes(result) == {"new": 2, "changed": 1, "unchanged": 1, "gone": 1}


def test_the_order_of_rows_is_no_change(tmp_path) -> None:
    two = ["门诊", "住院"]
    rows = [[*claim(1)[:2], kind, *claim(1)[3:]] for kind in two]
    take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, [*rows, claim(2)]))
    turned = [claim(2), *reversed(rows), claim(3)]
    result = take_in(
        write_csv(tmp_path / "b.csv", CLAIM_HEAD, turned),
        supersede=True,
        reason="更正",
        commit=False,
    )
    assert changes(result) == {"new": 1, "changed": 0, "unchanged": 2, "gone": 0}


def test_the_deaths_of_a_month_are_not_compared_with_those_of_another(tmp_path) -> None:
    first = [[id_number(1), "王建国", "2026-09-03", "2026-09-08", ""]]
    take_in(write_csv(tmp_path / "9.csv", DEATH_HEAD, first), "police/death", period="2026-09")
    rows = [[id_number(2), "李建国", "2026-10-03", "2026-10-08", ""]]
    path = write_csv(tmp_path / "10.csv", DEATH_HEAD, rows)
    result = take_in(path, "police/death", commit=False)
    assert changes(result) == {"new": 1, "changed": 0, "unchanged": 0, "gone": 0}
