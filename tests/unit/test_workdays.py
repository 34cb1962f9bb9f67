"""Working days: published years, computed years, a county's own days, and deadlines over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.kernel.errors import InvalidValue, Refused
from bangfu.kernel.workdays import (
    BEIJING,
    Due,
    Unit,
    WorkCalendar,
    add_months,
    end_of_day,
    local_day,
)
from bangfu.standards import festivals, holidays

NATION = holidays.work_calendar()
DAYS = st.dates(date(2005, 1, 1), date(2040, 12, 31))


def test_a_published_year_keeps_its_days_off_and_its_days_worked():
    # 国务院办公厅 2026: 1–8 October off but for the 8th; Saturday the 10th is worked.
    assert not NATION.is_working(date(2026, 10, 7))
    assert NATION.is_working(date(2026, 10, 8))
    assert NATION.is_working(date(2026, 10, 10))
    assert NATION.add(date(2026, 9, 30), 3) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("除夕", "2027-02-05"),
        ("初一", "2027-02-06"),
        ("初三", "2027-02-08"),
        ("初一是周六，补休", "2027-02-09"),
        ("初二是周日，补休", "2027-02-10"),
        ("清明", "2027-04-05"),
        ("劳动节是周六和周日，补休", "2027-05-04"),
        ("端午", "2027-06-09"),
        ("中秋", "2027-09-15"),
        ("国庆3日是周日，补休", "2027-10-04"),
        ("闰十一月之后的春节", "2034-02-20"),
    ],
)
def test_a_year_nobody_published_has_its_statutory_days(name, day):
    assert not NATION.is_working(date.fromisoformat(day)), name


def test_a_computed_year_has_the_thirteen_days_and_nothing_more():
    """2027 has 261 weekdays; by Order 795 thirteen of its days are given, weekends made good."""
    weekdays = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(day.weekday() < 5 for day in weekdays) == 261
    assert sum(NATION.is_working(day) for day in weekdays) == 261 - 13


@pytest.mark.parametrize("year", [2014, 2016, 2018, 2022, 2024, 2025, 2026])
def test_a_computed_year_has_as_many_working_days_as_the_published_one(year):
    """Which days are exchanged nobody can foresee; how many are worked in all follows."""
    lists = holidays._statutory()
    computed = WorkCalendar(festivals.days_off(year, lists))
    start, end = date(year - 1, 12, 31), date(year, 12, 31)
    assert computed.between(start, end) == NATION.between(start, end)


def test_the_years_before_the_first_list_have_their_weekends_only():
    assert festivals.days_off(2003, holidays._statutory()) == frozenset()


def test_a_deadline_over_days_that_are_not_published_is_provisional():
    five = Unit.WORKING_DAYS
    assert NATION.due(date(2026, 12, 18), 5, five) == Due(date(2026, 12, 25))
    # 28 December is the last settled day: the next year's arrangement may reach back.
    assert NATION.due(date(2026, 12, 18), 6, five) == Due(date(2026, 12, 28))
    assert NATION.due(date(2026, 12, 18), 7, five) == Due(date(2026, 12, 29), is_provisional=True)
    assert NATION.due(date(2026, 12, 18), 15, Unit.DAYS) == Due(date(2027, 1, 2))
    assert NATION.due(date(2030, 1, 1), 0, five) == Due(date(2030, 1, 1))


def test_a_provisional_deadline_is_settled_when_the_calendar_arrives():
    start = date(2026, 12, 25)
    before = NATION.due(start, 5, Unit.WORKING_DAYS)
    assert before == Due(date(2027, 1, 4), is_provisional=True)
    # As if the New Year of 2027 had Saturday 26 December worked for 31 December off.
    arrived = WorkCalendar(
        off=frozenset({date(2026, 12, 31), date(2027, 1, 1)}),
        worked=frozenset({date(2026, 12, 26)}),
        settled=(date(2004, 1, 1), date(2027, 12, 28)),
    )
    assert arrived.due(start, 5, Unit.WORKING_DAYS) == Due(date(2027, 1, 4))
    assert arrived.due(start, 1, Unit.WORKING_DAYS) == Due(date(2026, 12, 26))


def test_a_year_written_into_the_data_stands_in_place_of_the_computed_one(tmp_path, monkeypatch):
    original = (holidays.standards_root() / "holidays.yaml").read_text("utf-8")
    year = (
        "years:\n  - name: '2027'\n    document: 试\n    status: verified\n"
        "    closed: ['2026-12-31', '2027-01-01']\n    worked: ['2026-12-26']\n"
    )
    (tmp_path / "holidays.yaml").write_text(original + year, "utf-8")
    monkeypatch.setattr(holidays, "standards_root", lambda: tmp_path)
    published = holidays.published.__wrapped__()
    assert published[2027].worked == {date(2026, 12, 26)}
    monkeypatch.setattr(holidays, "published", lambda: published)
    found = holidays.work_calendar.__wrapped__()
    assert found.settled == (date(2004, 1, 1), date(2027, 12, 28))
    assert found.is_working(date(2026, 12, 26))
    assert found.is_working(date(2027, 2, 9)), "only what was published is off"
    assert not found.is_working(date(2028, 1, 3)), "Saturday 1 January 2028 is given back"


def read_all():
    holidays._statutory.__wrapped__()
    holidays.work_calendar.__wrapped__()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('settled_until: "12-28"', 'settled_until: "13-28"', "settled_until"),
        ("term: 清明", "term: 谷雨", "term"),
        ('solar: ["01-01"]', 'solar: ["13-01"]', "solar"),
        ("lunar: ", "moon: ", "moon"),
        ('valid_from: "2008-01-01"', "valid_from: soon", "valid_from"),
    ],
)
def test_a_slip_in_the_data_is_refused_with_its_line(tmp_path, monkeypatch, old, new, field):
    text = (holidays.standards_root() / "holidays.yaml").read_text("utf-8")
    (tmp_path / "holidays.yaml").write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(holidays, "standards_root", lambda: tmp_path)
    with pytest.raises(Refused) as refused:
        read_all()
    assert refused.value.code == "E-STANDARD-MALFORMED"
    assert refused.value.params["field"].endswith(field)
    assert refused.value.params["line"] > 1


DAYS_FILE = """\
days:
  - name: "2026-04-20"
    kind: CLOSED
    region: "990101"
    zh: 云溪县建县纪念日
    en: Founding day of Yunxi
    document: 云溪县人民政府令第1号
    status: unverified
  - name: "2026-10-07"
    kind: WORKED
    region: "990101"
    zh: 抢险
    en: Flood duty
    document: 云溪县防汛〔2026〕3号
    status: unverified
"""


def test_a_county_keeps_days_of_its_own_and_its_neighbour_does_not(tmp_path):
    (tmp_path / "yunxi.yaml").write_text(DAYS_FILE, "utf-8")
    days = holidays.read_local_days(tmp_path / "yunxi.yaml")
    yunxi = holidays.local_calendar(days, "990101102203")
    neighbour = holidays.local_calendar(days, "990102000000")
    assert not yunxi.is_working(date(2026, 4, 20))
    assert yunxi.is_working(date(2026, 10, 7))
    assert neighbour.is_working(date(2026, 4, 20))
    assert not neighbour.is_working(date(2026, 10, 7))
    assert yunxi.settled == NATION.settled


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"2026-04-20"', '"2026-04-31"', "name"),
        ("kind: CLOSED", "kind: OFF", "kind"),
        ('region: "990101"', 'region: "99010"', "region"),
        ('"2026-10-07"', '"2026-04-20"', "name"),
        ("document: 云溪县人民政府令第1号", "status: unverified", "status"),
    ],
)
def test_a_slip_in_a_countys_days_is_refused_with_its_line(tmp_path, old, new, field):
    (tmp_path / "yunxi.yaml").write_text(DAYS_FILE.replace(old, new, 1), "utf-8")
    with pytest.raises(Refused) as refused:
        holidays.read_local_days(tmp_path / "yunxi.yaml")
    assert refused.value.params["field"].endswith(field)


def test_five_full_days_of_a_notice_end_before_the_next_step():
    posted = date(2026, 10, 1)
    assert NATION.free_after(posted, 5, Unit.DAYS) == Due(date(2026, 10, 7))
    # Working days after 1 October: 8, 9, 10 (Saturday, worked), 12, 13.
    assert NATION.free_after(posted, 5, Unit.WORKING_DAYS) == Due(date(2026, 10, 14))


def test_a_last_day_on_which_offices_are_closed_may_roll_to_the_next_open_one():
    start = date(2026, 9, 25)
    assert NATION.due(start, 7, Unit.DAYS) == Due(date(2026, 10, 2))
    assert NATION.due(start, 7, Unit.DAYS, rolls=True) == Due(date(2026, 10, 8))
    assert NATION.due(date(2027, 5, 1), 0, Unit.DAYS, rolls=True).is_provisional


def test_months_end_on_the_same_day_or_on_the_last_of_a_shorter_month():
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert NATION.due(date(2026, 3, 15), 6, Unit.MONTHS) == Due(date(2026, 9, 15))


@pytest.mark.parametrize("count", [-1, 3661, 10**9])
@pytest.mark.parametrize("unit", list(Unit))
def test_a_count_nobody_means_is_refused_at_once(count, unit):
    with pytest.raises(InvalidValue, match="E-WORKDAYS-COUNT"):
        NATION.due(date(2026, 1, 1), count, unit)


def test_a_day_is_the_day_in_beijing():
    assert local_day(datetime(2026, 10, 1, 16, 30, tzinfo=UTC)) == date(2026, 10, 2)
    assert end_of_day(date(2026, 10, 1)) == datetime(2026, 10, 2, tzinfo=BEIJING)
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 10, 1))


@given(start=DAYS, count=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_between_undoes_add_and_the_last_day_is_worked(start, count):
    end = NATION.add(start, count)
    assert NATION.between(start, end) == count
    assert NATION.between(end, start) == -count
    assert count == 0 or NATION.is_working(end)


@given(start=DAYS, one=st.integers(0, 40), more=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_adding_in_two_steps_is_adding_once(start, one, more):
    assert NATION.add(NATION.add(start, one), more) == NATION.add(start, one + more)
