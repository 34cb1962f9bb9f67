"""The files that the demo's departments deliver: what each knows of the background and the cases.

Every dataset has its real coverage and cadence: the medical list names only people above its
threshold, the school roll comes per term, housing and vehicles per half-year, deaths as changes.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bangfu.cli.demo.cases import PERIODS, Planted, due_date
from bangfu.cli.demo.people import Family, Member
from bangfu.cli.demo.words import Words
from bangfu.kernel.period import Period

TERMS = ("2026-03", "2026-09")
HALF_YEAR = "2026-07"
Row = dict[str, Any]


def claims(random: Random, families: list[Family], planted: list[Planted]) -> dict[str, list[Row]]:
    """Return the medical lists by period; column names are those of `medical/claim`."""
    found: dict[str, list[Row]] = {period: [] for period in PERIODS}
    for family in families:
        if family.case is None:
            for member in family.members:
                if member.age() >= 18 and random.random() < 0.018:
                    _background_claim(random, family, member, found)
    for case in planted:
        for row in case.claims:
            for period in PERIODS:
                if period >= row.get("from", PERIODS[0]):
                    cumulative = Decimal(str(row["year"]))
                    month = row.get(
                        "month", "0.00" if period > row.get("from", "") else row["year"]
                    )
                    found[period].append(
                        _claim(row["member"], row["kind"], Decimal(str(month)), cumulative, period)
                    )
    return found


def _background_claim(
    random: Random, family: Family, member: Member, found: dict[str, list[Row]]
) -> None:
    kind = random.choices(["住院", "普通门诊"], weights=[4, 1])[0]
    lifted = family.facts["household_type"] == "脱贫户"
    ceiling = 4_700 if lifted or kind == "普通门诊" else 17_000
    total = Decimal(random.randrange(300_000, ceiling * 100 - 80_000)) / 100
    for number, period in enumerate(PERIODS):
        month = Decimal(random.randrange(0, 38_000)) / 100 if number else min(total, Decimal(390))
        total += month if number else 0
        found[period].append(_claim(member, kind, month, total, period))


def _claim(member: Member, kind: str, month: Decimal, total: Decimal, period: str) -> Row:
    return {
        "id_number": member.id_number,
        "name": member.name,
        "visit_kind": kind,
        "self_paid": month,
        "self_paid_year": total,
        "settled_month": period,
    }


def school_roll(
    random: Random, words: Words, families: list[Family], planted: list[Planted]
) -> dict[str, list[Row]]:
    """Return the school rolls by term: everybody from 3 to 17, unless a case says otherwise."""
    told = {number: spec for case in planted for number, spec in case.school.items()}
    found: dict[str, list[Row]] = {term: [] for term in TERMS}
    for family in families:
        for member in family.members:
            spec = told.get(member.id_number, {})
            if not (3 <= member.age() <= 17 or spec):
                continue
            stage = spec.get("stage") or _stage(member.age())
            for term in TERMS:
                if spec.get("absent") and term >= spec.get("from", TERMS[0]):
                    continue
                row = {
                    "id_number": member.id_number,
                    "name": member.name,
                    "school_name": _school(random, words, family, stage),
                    "stage": stage,
                    "status": "在读",
                    "status_on": None,
                    "reason": None,
                }
                if spec.get("status") and term >= spec.get("from", TERMS[0]):
                    started = Period.parse(term).first_day + timedelta(days=6)
                    row.update(status=spec["status"], status_on=started, reason=spec.get("reason"))
                found[term].append(row)
    return found


def _stage(age: int) -> str:
    if age < 6:
        return "学前教育"
    return "小学" if age < 12 else "初中" if age < 15 else "普通高中"


def _school(random: Random, words: Words, family: Family, stage: str) -> str:
    if stage in ("普通高中", "中职"):
        return words.pick(random, "senior_schools")
    return family.village.town + words.pick(random, "schools")


def housing(
    random: Random, words: Words, families: list[Family], planted: list[Planted]
) -> list[Row]:
    """Return the half-year's housing grades: every household by its head, A or B by default."""
    told = {case.family.household_no: case.housing for case in planted}
    rows = []
    for family in families:
        spec = told.get(family.household_no, {})
        if spec.get("absent"):
            continue
        rows.append(
            {
                "id_number": family.head.id_number,
                "name": family.head.name,
                "grade": spec.get("grade") or random.choices(["A级", "B级"], weights=[7, 3])[0],
                "assessed_on": date(2026, random.randrange(3, 7), random.randrange(1, 29)),
                "agency": words.pick(random, "agencies"),
                "resident": spec.get("resident", True),
            }
        )
    return rows


def deaths(random: Random, families: list[Family], planted: list[Planted]) -> dict[str, list[Row]]:
    """Return the deaths registered in each month: some of the oldest, and those of the cases."""
    found: dict[str, list[Row]] = {period: [] for period in PERIODS}
    for family in families:
        for member in family.members:
            old = family.case is None and member.age() >= 72 and len(family.members) > 1
            if old and random.random() < 0.006:
                # None of August: nobody ordinary stays on the register for months after the death.
                period = random.choice(PERIODS[1:])
                found[period].append(_death(member, Period.parse(period).first_day))
    for case in planted:
        for row in case.deaths:
            died_on = due_date(row["died_on"])
            found[row["period"]].append(_death(row["member"], died_on, row["period"]))
    return found


def _death(member: Member, died_on: date, period: str | None = None) -> Row:
    registered = Period.parse(period).last_day if period else died_on + timedelta(days=9)
    return {
        "id_number": member.id_number,
        "name": member.name,
        "died_on": died_on,
        "registered_on": registered,
        "source": "户籍注销",
    }


def vehicles(random: Random, families: list[Family], planted: list[Planted]) -> list[Row]:
    """Return the half-year's vehicles; most owners have authorised nobody to look."""
    rows: list[Row] = []
    for family in families:
        if family.case is None and random.random() < 0.08:
            price = Decimal(random.randrange(8_000, 90_000))
            rows.append(_vehicle(len(rows), family.head, "小型汽车", price, date(2023, 5, 9)))
    for case in planted:
        for row in case.vehicles:
            bought = due_date(row.get("bought_on", "2025-03-18"))
            price = Decimal(str(row["price"]))
            rows.append(
                _vehicle(len(rows), row["member"], row.get("kind", "小型汽车"), price, bought)
            )
    return rows


def _vehicle(number: int, member: Member, kind: str, price: Decimal, bought_on: date) -> Row:
    return {
        "id_number": member.id_number,
        "name": member.name,
        "plate": f"演A{number:05d}",
        "kind": kind,
        "bought_on": bought_on,
        "price": price,
        "status": "正常",
    }


def authorisations(random: Random, words: Words, planted: list[Planted]) -> list[Row]:
    """Return the ledger of signed authorisations; only the cases' families have signed any."""
    signed = [(case.family, row) for case in planted for row in case.authorised]
    return [
        {
            "id_number": row["member"].id_number,
            "name": row["member"].name,
            "paper_no": f"演授〔2026〕{number + 1:04d}号",
            "signed_on": due_date(row.get("signed_on", "2026-07-15")),
            "witness": family.village.name + words.pick(random, "witnesses"),
            "expires_on": due_date(row.get("expires_on", "2027-07-14")),
        }
        for number, (family, row) in enumerate(signed)
    ]
