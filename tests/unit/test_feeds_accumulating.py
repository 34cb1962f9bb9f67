"""Feeds whose months add up: which batches count, and when a sum over a year is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from bangfu.domains.feeds.domain import LandingRecord, LandingState, in_force
from bangfu.engine.comparison.coverage import Delivery, judge
from bangfu.engine.comparison.reasons import NO_DATA, STALE
from bangfu.engine.contracts.catalog import feed_table
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.workdays import WorkCalendar
from bangfu.standards import clocks, datasets
from bangfu.standards.contract_reading import read_contract

WAGE = feed_table(datasets.get("labour/wage"))
OCTOBER = Period("2026-10")
YEAR = [str(Period("2025-10").plus(step)) for step in range(12)]


def delivered(*months: str) -> list[Delivery]:
    return [
        Delivery("labour/wage", "990101", Period(month), f"b{month}", date(2026, 1, 1))
        for month in months
    ]


def gap(*months: str) -> int:
    return judge(WAGE, "990101", delivered(*months), OCTOBER).gap


def test_the_twelve_months_before_the_period_are_enough_and_the_period_itself_may_be_missing():
    assert gap(*YEAR) == 0
    assert gap(*YEAR, "2026-10") == 0


@pytest.mark.parametrize("month", YEAR[:-1])
def test_any_one_month_missing_makes_the_year_unknown(month):
    assert gap(*(each for each in YEAR if each != month)) == NO_DATA


def test_the_newest_months_missing_means_the_data_are_old():
    assert gap(*YEAR[:-1]) == STALE
    assert gap(*YEAR[:-1], "2026-10") == NO_DATA
    assert gap("2025-10") == STALE
    assert gap("2024-10") == STALE
    assert gap() == NO_DATA


def test_every_month_of_the_window_counts_and_none_before_it():
    state = judge(WAGE, "990101", delivered("2025-09", *YEAR, "2026-10", "2026-11"), OCTOBER)
    assert state.batches == tuple(f"b{month}" for month in [*YEAR, "2026-10"])
    assert state.period == OCTOBER


def test_another_countys_month_fills_no_hole():
    theirs = [replace(one, county="990102") for one in delivered("2026-03")]
    mine = delivered(*(month for month in YEAR if month != "2026-03"))
    assert judge(WAGE, "990101", [*mine, *theirs], OCTOBER).gap == NO_DATA


def landing(month: str) -> LandingRecord:
    return LandingRecord(
        batch_id=UUID(int=int(month.replace("-", ""))),
        dataset="labour/wage",
        county="990101000000",
        period=Period(month),
        as_of=date(2026, 1, 1),
        state=LandingState.LIVE,
        path="",
        content_sm3="",
        rows=1,
        matched=1,
        unmatched=0,
        sums={},
        supersedes=None,
        reason="",
    )


def test_the_lake_gives_the_engine_the_same_months():
    live = [landing(month) for month in ["2025-09", *YEAR, "2026-10", "2026-11"]]
    found = in_force(live, OCTOBER, valid_months=13, coverage="FULL", accumulates=True)
    assert [str(one.period) for one in found] == [*YEAR, "2026-10"]
    newest = in_force(live, OCTOBER, valid_months=13, coverage="FULL")
    assert [str(one.period) for one in newest] == ["2026-10"]


CONTRACT = """\
id: labour/wage
title: {zh: 工资, en: Wages}
department: human_resources
basis: ASSET
coverage: FULL
cadence: MONTHLY
key: [person]
accumulates: true
balance: {total: net, plus: [gross], minus: [tax]}
needs:
  - {column: tax, when: kind, codes: [ENTERPRISE]}
by_period_end: [paid_on]
source: {document: 通知, status: unverified}
columns:
  - {name: id_number, zh: 身份证号, en: ID, type: id_number}
  - {name: gross, zh: 应发, en: Gross, type: money}
  - {name: tax, zh: 税, en: Tax, type: money}
  - {name: net, zh: 实发, en: Net, type: money}
  - {name: kind, zh: 类别, en: Kind, type: code, code_list: payer_kind}
  - {name: paid_on, zh: 发放日期, en: Paid on, type: date, example: "2026-08-15"}
"""


def contract_file(folder: Path, text: str) -> Path:
    path = folder / "labour" / "wage.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_a_contract_says_that_it_accumulates_balances_and_needs(tmp_path):
    found = read_contract(contract_file(tmp_path, CONTRACT))
    assert found.accumulates
    assert found.balance is not None
    assert (found.balance.total, found.balance.plus, found.balance.minus) == (
        "net",
        ("gross",),
        ("tax",),
    )
    assert [(need.column, need.when, need.codes) for need in found.needs] == [
        ("tax", "kind", ("ENTERPRISE",))
    ]
    assert found.by_period_end == ("paid_on",)
    assert found.column("paid_on").example == "2026-08-15"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("coverage: FULL", "coverage: CHANGES", "accumulates"),
        ("accumulates: true", "accumulates: yes please", "accumulates"),
        ("plus: [gross]", "plus: [pay]", "balance"),
        ("plus: [gross]", "plus: gross", "balance"),
        ("{total: net, plus: [gross], minus: [tax]}", "[net]", "balance"),
        ("codes: [ENTERPRISE]", "codes: [BANK]", "needs"),
        ("codes: [ENTERPRISE]", "codes: []", "needs"),
        ("when: kind", "when: gross", "needs"),
        ("{column: tax, when: kind, codes: [ENTERPRISE]}", "tax", "needs"),
        ("by_period_end: [paid_on]", "by_period_end: [gross]", "by_period_end"),
        ("by_period_end: [paid_on]", "by_period_end: [day]", "by_period_end"),
    ],
)
def test_a_malformed_promise_is_refused_with_its_field(tmp_path, old, new, field):
    assert CONTRACT.count(old) == 1
    path = contract_file(tmp_path, CONTRACT.replace(old, new))
    with pytest.raises(Refused) as caught:
        read_contract(path)
    assert caught.value.code == "E-STANDARD-MALFORMED"
    assert caught.value.params["field"] == field


def test_working_days_leave_out_weekends_and_holidays_and_count_days_worked_in_exchange():
    calendar = WorkCalendar(
        off=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), worked=frozenset({date(2026, 10, 3)})
    )
    # Wednesday 30 September; 1 and 2 October are off, Saturday the 3rd is worked.
    assert calendar.add(date(2026, 9, 30), 1) == date(2026, 10, 3)
    assert calendar.add(date(2026, 9, 30), 2) == date(2026, 10, 5)
    assert calendar.add(date(2026, 9, 30), 0) == date(2026, 9, 30)
    assert WorkCalendar().add(date(2030, 3, 1), 1) == date(2030, 3, 4), "a Friday to a Monday"


def test_every_clock_is_dated_and_says_its_document():
    for name in ("feeds.delivery", "feeds.feedback"):
        clock = clocks.get(name, date(2026, 10, 31))
        assert clock.document
        assert clock.value > 0
        assert clock.status == "unverified"
    assert clocks.get("feeds.feedback", date(2000, 1, 1)).value > 0
    with pytest.raises(Exception, match="E-STANDARD-CLOCK"):
        clocks.get("no.such", date(2026, 1, 1))
