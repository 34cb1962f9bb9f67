"""Invented families: who lives together, how old they are, what they do.

The background is made so that no rule of the national pack fires on it: every family that should
be found is a hand-written case (`cases.py`). Values that lie on a threshold are avoided here for
the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bangfu.cli.demo.places import Village
from bangfu.cli.demo.words import Words

TODAY = date(2026, 10, 31)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Member:
    """One person; `facts` holds the columns of the member contract as national labels."""

    id_number: str
    name: str
    sex: str
    birth_on: date
    relation: str
    facts: dict[str, Any] = field(default_factory=dict)

    def age(self, on: date = TODAY) -> int:
        """Return the age in full years."""
        before = (on.month, on.day) < (self.birth_on.month, self.birth_on.day)
        return on.year - self.birth_on.year - before


@dataclass
class Family:
    """One household; `facts` holds the columns of the household contract as national labels."""

    household_no: str
    village: Village
    members: list[Member]
    facts: dict[str, Any] = field(default_factory=dict)
    case: str | None = None

    @property
    def head(self) -> Member:
        """The household head."""
        return self.members[0]


class Numbers:
    """Gives citizen ID numbers of GB 11643-1999 in one county; none twice."""

    def __init__(self, division: str) -> None:
        self._division = division
        self._used: dict[tuple[date, str], int] = {}

    def give(self, birth_on: date, sex: str) -> str:
        """Return the next free number for a birth date and sex; at most 500 for each."""
        count = self._used.get((birth_on, sex), 0)
        self._used[birth_on, sex] = count + 1
        order = 2 * count + (1 if sex == "MALE" else 2)
        body = f"{self._division}{birth_on:%Y%m%d}{order:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        return body + "10X98765432"[total % 11]


class FamilyMaker:
    """Draws families for one county."""

    def __init__(self, random: Random, words: Words, division: str) -> None:
        self.random = random
        self.words = words
        self.numbers = Numbers(division)
        self._division = division
        self._count = 0

    def person(self, sex: str, age: int, relation: str, surname: str) -> Member:
        """Make a person of an age in full years on TODAY."""
        latest = date(TODAY.year - age, TODAY.month, 28)
        birth_on = latest - timedelta(days=self.random.randrange(1, 360))
        name = surname + self.words.given(self.random, sex, birth_on.year)
        return Member(self.numbers.give(birth_on, sex), name, sex, birth_on, relation)

    def family(self, village: Village, kind: str | None = None) -> Family:
        """Make a family of a kind (drawn by its share unless said) with ordinary, safe facts."""
        chosen = kind or self.random.choices(list(_KINDS), weights=_SHARES)[0]
        members = list(_KINDS[chosen](self))
        self._count += 1
        family = Family(f"{self._division}{self._count:010d}", village, members)
        for member in members:
            member.facts = member_facts(self.random, self.words, member)
        family.facts = household_facts(self.random, self.words, family)
        return family

    def _couple(self, age: int) -> Iterator[Member]:
        surname = self.words.surname(self.random)
        yield self.person("MALE", age, "户主", surname)
        wife = self.words.surname(self.random)
        yield self.person("FEMALE", max(21, age - self.random.randrange(0, 5)), "配偶", wife)

    def _children(self, parent: Member, count: int, youngest: int) -> Iterator[Member]:
        surname = parent.name[0]
        age = youngest
        for _ in range(count):
            if age > parent.age() - 20:
                return
            sex = self.random.choice(["MALE", "FEMALE"])
            relation = "之子" if sex == "MALE" else "之女"
            yield self.person(sex, age, relation, surname)
            age += self.random.randrange(2, 5)

    def elderly_couple(self) -> Iterator[Member]:
        """A couple between 62 and 84."""
        yield from self._couple(self.random.randrange(62, 85))

    def elderly_single(self) -> Iterator[Member]:
        """One person between 64 and 88."""
        sex = self.random.choice(["MALE", "FEMALE"])
        age = self.random.randrange(64, 89)
        yield self.person(sex, age, "户主", self.words.surname(self.random))

    def nuclear(self) -> Iterator[Member]:
        """Parents between 29 and 48 with one to three children."""
        couple = list(self._couple(self.random.randrange(29, 49)))
        yield from couple
        count = self.random.choices([1, 2, 3], weights=[35, 50, 15])[0]
        yield from self._children(couple[0], count, self.random.randrange(1, 14))

    def three_generations(self) -> Iterator[Member]:
        """A couple, their children and one or two of his parents."""
        couple = list(self._couple(self.random.randrange(28, 46)))
        yield from couple
        count = self.random.choices([1, 2, 3], weights=[30, 55, 15])[0]
        yield from self._children(couple[0], count, self.random.randrange(1, 12))
        elder = couple[0].age() + self.random.randrange(22, 30)
        if self.random.random() < 0.8:
            yield self.person("MALE", elder, "之父", couple[0].name[0])
        yield self.person("FEMALE", elder - 1, "之母", self.words.surname(self.random))

    def grown_child(self) -> Iterator[Member]:
        """A couple in its fifties with one grown child."""
        couple = list(self._couple(self.random.randrange(50, 60)))
        yield from couple
        yield from self._children(couple[0], 1, self.random.randrange(22, 29))

    def single_parent(self) -> Iterator[Member]:
        """A mother or father with one or two children."""
        sex = self.random.choice(["MALE", "FEMALE"])
        age = self.random.randrange(32, 50)
        parent = self.person(sex, age, "户主", self.words.surname(self.random))
        yield parent
        yield from self._children(parent, self.random.choice([1, 2]), self.random.randrange(3, 12))


_KINDS = {
    "elderly_couple": FamilyMaker.elderly_couple,
    "elderly_single": FamilyMaker.elderly_single,
    "nuclear": FamilyMaker.nuclear,
    "three_generations": FamilyMaker.three_generations,
    "grown_child": FamilyMaker.grown_child,
    "single_parent": FamilyMaker.single_parent,
}
_SHARES = (13, 6, 35, 34, 8, 4)

_SCHOOL_YEARS = {
    **dict.fromkeys(range(0, 3), "学龄前儿童"),
    **dict.fromkeys(range(3, 6), "学前教育"),
    **dict.fromkeys(range(6, 12), "小学"),
    12: "七年级",
    13: "八年级",
    14: "九年级",
    15: "普通高中一年级",
    16: "普通高中二年级",
    17: "普通高中三年级",
}


def member_facts(random: Random, words: Words, member: Member) -> dict[str, Any]:
    """Return ordinary facts of a person, as the labels of the national export."""
    age = member.age()
    facts: dict[str, Any] = {
        "ethnicity": random.choices(["汉族", "土家族", "苗族"], weights=[70, 18, 12])[0],
        "political_status": "中共党员" if age > 25 and random.random() < 0.05 else "群众",
        "health": ["健康"],
        "resident_medical": True,
        "employee_medical": False,
        "serious_illness_insurance": True,
        "resident_pension": age >= 16 and age < 60,
        "speaks_mandarin": age < 70,
    }
    if age in _SCHOOL_YEARS:
        facts["student_status"] = _SCHOOL_YEARS[age]
        facts["labour_class"] = "无劳动力"
        return facts
    facts["education_level"] = _education(random, age)
    if age >= 60:
        facts["labour_class"] = "弱劳动力或半劳动力" if age < 70 else "丧失劳动力"
        facts["health"] = random.choices([["健康"], ["长期慢性病"]], weights=[3, 2])[0]
        return facts
    facts["labour_class"] = random.choices(["普通劳动力", "技能劳动力"], weights=[9, 1])[0]
    if random.random() < 0.55:
        away = random.random() < 0.6
        facts.update(
            work_place="浙江省" if away else "云溪县",
            work_months=random.randrange(6, 12),
            monthly_wage=Decimal(random.randrange(28, 62) * 100),
            employer=words.pick(random, "employers"),
        )
    return facts


def _education(random: Random, age: int) -> str:
    if age >= 60:
        return random.choices(["文盲或半文盲", "小学", "初中"], weights=[2, 6, 2])[0]
    if age >= 40:
        return random.choices(["小学", "初中", "高中"], weights=[3, 6, 1])[0]
    return random.choices(["初中", "高中", "大专", "本科及以上"], weights=[5, 3, 1, 1])[0]


def household_facts(random: Random, words: Words, family: Family) -> dict[str, Any]:
    """Return ordinary facts of a household: no risk, incomes well above the line, safe water."""
    size = len(family.members)
    wage = sum(
        (member.facts.get("monthly_wage", Decimal(0)) * member.facts.get("work_months", 0))
        for member in family.members
    )
    # 17,000 to 26,000 yuan a head: clear of 1.3 times the demo's line of 8,800 yuan.
    target = Decimal(random.randrange(17_000, 26_000) * size)
    transfer = Decimal(random.randrange(300, 3_000))
    pension = Decimal(sum(1_980 for member in family.members if member.age() >= 60))
    expense = Decimal(random.randrange(800, 4_000))
    business = max(target + expense - wage - transfer - pension, Decimal(1_500))
    net = wage + business + transfer + pension - expense
    lifted = random.random() < 0.22
    facts: dict[str, Any] = {
        "household_type": "脱贫户" if lifted else "一般农户",
        "phone": f"1{random.choice('3578')}{random.randrange(10**8, 10**9):09d}",
        "village_group": f"{random.randrange(1, 9)}组",
        "wage_income": wage,
        "business_income": business,
        "property_income": Decimal(0),
        "transfer_income": transfer + pension,
        "pension_income": pension,
        "operating_expense": expense,
        "net_income": net,
        "claim_income": Decimal(0),
        "eligible_out_of_pocket": Decimal(random.randrange(0, 12) * 100),
        "income_as_of": date(2025, 9, 30),
        "water_safe": True,
        "arable_land": Decimal(random.randrange(5, 90)) / 10,
        "floor_area": Decimal(random.randrange(60, 220)),
        "road_distance": Decimal(random.randrange(0, 40)) / 10,
        "road_kind": random.choice(["水泥路", "沥青路", "砂石路"]),
        "fuel_kind": random.choice(["清洁能源", "柴草"]),
        "sanitary_toilet": random.random() < 0.85,
    }
    return facts
