"""The lists of the offices by month: ordinary families' rows, and over them those of the cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bangfu.cli.demo import offices
from bangfu.cli.demo.cases import PERIODS, Planted
from bangfu.cli.demo.offices import Ordinary, Row
from bangfu.cli.demo.people import Family, Member
from bangfu.cli.demo.words import Words
from bangfu.kernel.period import Period
from bangfu.standards import datasets

SPRING, APRIL, SUMMER = "2026-03", "2026-04", "2026-07"


def _months(first: str, last: str) -> tuple[str, ...]:
    found, month = [], Period.parse(first)
    while str(month) <= last:
        found.append(str(month))
        month = month.next
    return tuple(found)


@dataclass(frozen=True)
class Office:
    """One list: its dataset, the months it is delivered for, and what it says of ordinary families.

    `neighbour` are the months of the neighbouring county, which has not yet joined most lists.
    `event_on` names the day that puts a row into one month's file; a wage row has its month.
    """

    dataset: str
    name: str
    months: tuple[str, ...]
    ordinary: Ordinary
    neighbour: tuple[str, ...] = ()
    event_on: str | None = None
    suffix: str = "xlsx"


OFFICES = (
    Office(
        "medical/enrolment", "医保参保名单", PERIODS[:1], offices.medical_enrolment, suffix="csv"
    ),
    Office("education/cost", "学生学年费用", (APRIL,), offices.school_cost),
    Office("civil/dibao", "低保对象", PERIODS, offices.dibao, PERIODS[:1]),
    Office("civil/tekun", "特困人员", PERIODS, offices.tekun, PERIODS[:1]),
    Office(
        "civil/temporary_relief", "临时救助", (SUMMER, *PERIODS), offices.nobody,
        event_on="granted_on",
    ),
    Office("civil/near_dibao", "低保边缘家庭", PERIODS, offices.stopped_only),
    Office("civil/rigid_expense", "刚性支出困难家庭", PERIODS, offices.stopped_only),
    Office("disability/certificate", "持证残疾人", PERIODS, offices.disability, (SPRING,)),
    Office("health/serious_disease", "新发大病", PERIODS, offices.disease, event_on="period"),
    Office("labour/employment", "就业失业登记", PERIODS, offices.employment),
    Office(
        "labour/wage", "月工资", _months("2025-08", PERIODS[1]), offices.wages,
        _months("2026-01", "2026-05"), event_on="month",
    ),
    Office("labour/public_post", "公益性岗位", PERIODS, offices.public_post),
    Office("land/property", "不动产登记", (SUMMER,), offices.real_estate),
    Office("market/entity", "经营主体", (SUMMER,), offices.market_entity),
    Office("water/supply", "农村饮水", (SUMMER,), offices.water, suffix="csv"),
    Office(
        "emergency/disaster", "受灾户", (SUMMER, *PERIODS), offices.disaster, event_on="event_on"
    ),
    Office("traffic/road", "入户道路", (SPRING,), offices.road, (SPRING,), suffix="csv"),
    Office("power/usage", "用电情况", (PERIODS[0], PERIODS[-1]), offices.power, suffix="csv"),
    Office(
        "agriculture/industry", "产业受损", _months(APRIL, PERIODS[-1]), offices.industry,
        event_on="reported_on",
    ),
    Office("agriculture/machinery", "农机登记", (SPRING,), offices.machinery),
    Office("bank/deposit", "存款核查答复", PERIODS[:1], offices.nobody),
)  # fmt: skip


def lists(
    random: Random, words: Words, families: list[Family], planted: list[Planted], *, near: bool
) -> Iterator[tuple[Office, str, list[Row]]]:
    """Yield each office's list for each month; `near` for the neighbouring county's months."""
    for office in OFFICES:
        months = office.neighbour if near else office.months
        if not months:
            continue
        by_month = _of_ordinary(office, random, words, families, months)
        _lay_cases(office, planted, by_month)
        for month, rows in by_month.items():
            yield office, month, list(rows.values())


Rows = dict[tuple[str, int], Row]


def _of_ordinary(
    office: Office, random: Random, words: Words, families: list[Family], months: tuple[str, ...]
) -> dict[str, Rows]:
    """Rows by month, keyed by ID number and count. A list of events has each row in one month."""
    table = datasets.get(office.dataset).table
    found: dict[str, Rows] = {month: {} for month in months}
    number = 0
    for family in families:
        if family.case is not None and office.ordinary not in _EVERYBODY:
            continue
        for member, told in office.ordinary(random, words, family):
            number += 1
            listed = [random.choice(months)] if _is_once(office) else months
            for month in listed:
                row = _row(office, table, member, month, number, told)
                found[month][member.id_number, 0] = row
    return found


_EVERYBODY = (offices.medical_enrolment, offices.water, offices.road, offices.power)


def _is_once(office: Office) -> bool:
    return office.event_on is not None and office.event_on != "month"


def _row(office: Office, table: str, member: Member, month: str, number: int, told: Row) -> Row:
    event: Row = {}
    if office.event_on not in (None, "month", "period"):
        assert office.event_on is not None
        event = {office.event_on: Period.parse(month).first_day.replace(day=9)}
    return offices.complete(table, {**offices.usual(table, member, month, number), **event, **told})


def _lay_cases(office: Office, planted: list[Planted], by_month: dict[str, Rows]) -> None:
    """Put the rows of the cases in; the first of a person takes the place of an ordinary row."""
    table = datasets.get(office.dataset).table
    number = 500_000
    for case in planted:
        counts: dict[str, int] = {}
        for written in case.lists.get(table, []):
            told = dict(written)
            member = told.pop("member")
            told.pop("who")
            first, last = told.pop("from", ""), told.pop("until", "9999-12")
            place = counts[member.id_number] = counts.get(member.id_number, -1) + 1
            absent = told.pop("absent", False)
            number += 1
            for month, rows in by_month.items():
                if not _is_listed(office, told, month, first, last):
                    continue
                if absent:
                    rows.pop((member.id_number, 0), None)
                else:
                    kept = {key: value for key, value in told.items() if key != "period"}
                    row = _row(office, table, member, month, number, kept)
                    rows[member.id_number, place] = row


def _is_listed(office: Office, told: Row, month: str, first: str, last: str) -> bool:
    """Whether a case's row stands in a month's list: between two months, or on its event's day."""
    if _is_once(office):
        assert office.event_on is not None
        day = told[office.event_on]
        return month == (day if isinstance(day, str) else f"{day:%Y-%m}")
    return first <= month <= last
