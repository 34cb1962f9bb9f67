"""What each office of the demo knows of ordinary families, and how a row of its list looks.

Ordinary families are written so that no rule of the national pack fires on them; what is to be
found stands in the hand-written cases. A row holds the contract's columns in a real list's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from bangfu.cli.demo.people import Family, Member
from bangfu.cli.demo.words import Words
from bangfu.kernel.credit_code import check_character

Row = dict[str, Any]
Told = tuple[Member, Row]
# By the digit that stands for them in a certificate's number, from 1 on.
_KINDS = ("视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾")
_GRADES = ("一级", "二级", "三级", "四级")


def medical_enrolment(_random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Everybody is insured, in the scheme that the register names."""
    for member in family.members:
        employee = bool(member.facts.get("employee_medical"))
        scheme = "职工基本医疗保险" if employee else "城乡居民基本医疗保险"
        yield member, {"scheme": scheme}


def school_cost(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Pupils of public senior schools pay 2,000 to 6,000 yuan a year."""
    for member in family.members:
        if 15 <= member.age() <= 17:
            aid = Decimal(random.choice([0, 0, 2000]))
            yield member, {"tuition": Decimal(random.randrange(2_000, 6_000)) + aid, "aid": aid}


def dibao(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Some old people receive the allowance; a few lost it long ago."""
    old = [member for member in family.members if member.age() >= 66]
    if old and random.random() < 0.06:
        if random.random() < 0.1:
            yield old[0], {"status": "终止", "ended_on": date(2025, 6, 30)}
        else:
            yield old[0], {}


def tekun(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Some of those who live alone are supported at home."""
    if len(family.members) == 1 and random.random() < 0.08:
        yield family.head, {}


def stopped_only(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Recognised once and no longer: those who still are would be cases."""
    if random.random() < 0.003:
        yield family.head, {"status": "终止", "recognised_on": date(2024, 3, 11)}


def disability(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Certificates of earlier years."""
    for member in family.members:
        if member.age() >= 30 and random.random() < 0.02:
            yield (
                member,
                {
                    "kind": random.choice(_KINDS),
                    "grade": random.choice(_GRADES),
                    "issued_on": date(random.randrange(2013, 2025), random.randrange(1, 13), 6),
                },
            )


def disease(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Reported late: the diagnosis is of the winter before."""
    if random.random() < 0.002:
        yield family.head, {"diagnosed_on": date(2026, 1, random.randrange(4, 28))}


def employment(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Those who work in the county; a few have been without work for years."""
    for member in family.members:
        if member.facts.get("work_place") == "云溪县":
            yield member, {"status": random.choice(["单位就业", "单位就业", "灵活就业"])}
        elif 25 <= member.age() <= 55 and random.random() < 0.004:
            yield member, {"status": "失业", "unemployed_on": date(2024, 5, 8)}


def wages(random: Random, words: Words, family: Family) -> Iterator[Told]:
    """Some of those who work in the county are paid through a bank, the same every month."""
    for member in family.members:
        if member.facts.get("work_place") == "云溪县" and random.random() < 0.25:
            amount = member.facts["monthly_wage"]
            yield member, {"amount": amount, "employer": words.pick(random, "employers")}


def public_post(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Posts that go on."""
    for member in family.members:
        if 45 <= member.age() <= 58 and random.random() < 0.03:
            yield member, {"post_kind": random.choice(["护林员", "保洁员", "护路员"])}


def real_estate(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Flats and houses of people who have authorised nobody to look."""
    if random.random() < 0.04:
        yield family.head, {"kind": random.choice(["商品住房", "自建房", "自建房"])}


def market_entity(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Shops and cooperatives, and now and then a company."""
    if random.random() < 0.04:
        kind = random.choice(["个体工商户", "个体工商户", "农民专业合作社", "公司"])
        yield family.head, {"kind": kind, "role": "经营者" if kind == "个体工商户" else "股东"}


def water(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Safe water for every household."""
    litres = Decimal(random.randrange(45, 120))
    yield family.head, {"litres_per_day": litres, "outage_days": random.randrange(0, 12)}


def road(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """The road to every house, as the register has it."""
    distance = Decimal(random.randrange(0, 40)) / 10
    yield family.head, {"road_kind": family.facts["road_kind"], "distance_km": distance}


def power(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """What every household used in the month and in the month before."""
    used = random.randrange(30, 260)
    yield family.head, {"kwh": Decimal(used), "kwh_last_month": Decimal(used + 8)}


def disaster(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Small losses, houses hardly touched."""
    if random.random() < 0.002:
        yield family.head, {"loss_amount": Decimal(random.randrange(300, 4_000))}


def industry(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Small losses."""
    if random.random() < 0.002:
        yield family.head, {"loss_amount": Decimal(random.randrange(300, 4_000))}


def machinery(random: Random, _words: Words, family: Family) -> Iterator[Told]:
    """Tractors of people who have authorised nobody to look."""
    if random.random() < 0.03:
        yield family.head, {"price": Decimal(random.randrange(6_000, 90_000))}


def nobody(_random: Random, _words: Words, _family: Family) -> Iterator[Told]:
    """Return nothing: the list names only people who were asked about, or only cases."""
    return iter(())


Ordinary = Callable[[Random, Words, Family], Iterator[Told]]


def usual(table: str, member: Member, period: str, number: int) -> Row:
    """Return the usual row of a table for a member: what a list says when nothing else is known."""
    row = dict(_USUAL[table])
    if table == "medical_enrolment":
        row["insurance_year"] = int(period[:4])
    elif table in ("real_estate", "machinery"):
        key = "certificate_no" if table == "real_estate" else "machine_no"
        row[key] = f"演示第{number:06d}号"
    elif table == "market_entity":
        row["credit_code"] = credit_code(number)
        row["entity_name"] = f"演示{number:05d}号经营主体"
    elif table == "wage":
        row["month"] = period
    return {"id_number": member.id_number, "name": member.name, **row}


def complete(table: str, row: Row) -> Row:
    """Fill in what follows from the rest of a row: the school's costs, the certificate's number."""
    if table == "school_cost":
        others = row["lodging"] + row["books"] - row["aid"]
        net = row.setdefault("net_cost", row["tuition"] + others)
        row["tuition"] = net - others
    if table == "disability_certificate":
        kind, grade = _KINDS.index(row["kind"]) + 1, _GRADES.index(row["grade"]) + 1
        row["certificate_no"] = f"{row['id_number']}{kind}{grade}"
    return row


def credit_code(number: int) -> str:
    """Return a credit code of GB 32100-2015 in the invented division 990101."""
    body = f"91990101MA{number:07d}"
    return body + check_character(body)


_USUAL: dict[str, Row] = {
    "medical_enrolment": {
        "scheme": "城乡居民基本医疗保险",
        "status": "正常参保",
        "serious_illness": True,
    },
    "school_cost": {
        "school_year": "2025-2026",
        "stage": "普通高中",
        "public_school": True,
        "tuition": Decimal(1_600),
        "lodging": Decimal(800),
        "books": Decimal(600),
        "aid": Decimal(0),
    },
    "dibao": {
        "kind": "农村低保",
        "monthly_amount": Decimal(420),
        "recognised_on": date(2024, 4, 1),
        "status": "享受中",
    },
    "tekun": {
        "support_kind": "分散供养",
        "care_level": "具备生活自理能力",
        "monthly_amount": Decimal(780),
        "recognised_on": date(2023, 7, 1),
        "status": "享受中",
    },
    "temporary_relief": {"relief_kind": "急难型救助", "cause": "因病", "amount": Decimal(1_500)},
    "near_dibao": {"recognised_on": date(2026, 5, 20), "status": "享受中"},
    "rigid_expense": {
        "expense": Decimal(28_000),
        "main_cause": "因病",
        "recognised_on": date(2026, 5, 20),
        "status": "享受中",
    },
    "disability_certificate": {"kind": "肢体残疾", "grade": "三级", "status": "有效"},
    "serious_disease": {"disease": "脑卒中"},
    "employment": {"status": "单位就业"},
    "wage": {"amount": Decimal(3_000), "payer_kind": "企业", "employer": "清水建材厂"},
    "public_post": {
        "post_kind": "保洁员",
        "started_on": date(2025, 1, 1),
        "monthly_pay": Decimal(800),
    },
    "real_estate": {
        "kind": "商品住房",
        "area": Decimal("96.50"),
        "registered_on": date(2021, 6, 18),
    },
    "market_entity": {
        "role": "股东",
        "kind": "公司",
        "capital": Decimal(500_000),
        "status": "存续",
        "registered_on": date(2022, 9, 1),
    },
    "water_supply": {
        "litres_per_day": Decimal(60),
        "trip_minutes": Decimal(0),
        "outage_days": 3,
        "quality_safe": True,
        "safe": True,
        "assessed_on": date(2026, 6, 10),
    },
    "disaster": {
        "disaster_kind": "洪涝灾害",
        "house_damage": "一般损坏",
        "loss_amount": Decimal(800),
        "casualties": 0,
    },
    "road_access": {
        "road_kind": "水泥路",
        "distance_km": Decimal("0.5"),
        "assessed_on": date(2026, 3, 12),
    },
    "power_usage": {"kwh": Decimal(80), "kwh_last_month": Decimal(86), "disconnected": False},
    "industry": {"kind": "种植业", "event": "价格大幅下跌", "loss_amount": Decimal(800)},
    "machinery": {"kind": "拖拉机", "price": Decimal(18_000), "bought_on": date(2023, 4, 2)},
    "bank_check": {
        "exceeds": False,
        "asked_amount": Decimal(50_000),
        "checked_on": date(2026, 8, 10),
    },
}
