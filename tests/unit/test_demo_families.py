"""The invented county is the same for the same seed, and its cases are as many as promised."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from bangfu.cli.demo.cases import PERIODS, load_cases
from bangfu.cli.demo.county import County, make_county
from bangfu.cli.demo.people import TODAY
from bangfu.cli.demo.places import COUNTY, home_near, make_place
from bangfu.cli.demo.words import Words
from bangfu.kernel.id_number import IdNumber


def county(seed: int, households: int = 900) -> County:
    random, words = Random(seed), Words.load()
    place = make_place(random, words, COUNTY, 228)
    return make_county(random, words, place, households, load_cases())


@pytest.fixture(scope="module")
def made() -> County:
    return county(7)


def rows(made: County) -> list[tuple[object, ...]]:
    return [
        (family.household_no, family.village.code, member.id_number, member.name, str(member.facts))
        for family in made.families
        for member in family.members
    ]


def test_the_same_seed_gives_the_same_people(made: County) -> None:
    assert rows(made) == rows(county(7))


def test_another_seed_gives_others(made: County) -> None:
    assert rows(made) != rows(county(8))


def test_the_county_has_twelve_towns_and_228_villages(made: County) -> None:
    assert len(made.place.towns) == 12
    assert len(made.place.villages) == 228
    assert len({village.code for village in made.place.villages}) == 228
    assert {village.code[:9] + "000" for village in made.place.villages} == set(made.place.towns)


def test_every_id_number_is_valid_and_used_once(made: County) -> None:
    numbers = [member.id_number for family in made.families for member in family.members]
    assert len(numbers) == len(set(numbers))
    for family in made.families:
        for member in family.members:
            parsed = IdNumber.parse(member.id_number, today=TODAY)
            assert parsed.birth_on == member.birth_on
            assert parsed.sex == member.sex


def test_a_household_has_the_size_of_a_rural_one(made: County) -> None:
    ordinary = [len(family.members) for family in made.families if family.case is None]
    assert 3.3 < sum(ordinary) / len(ordinary) < 4.2


def test_neighbouring_towns_share_their_corners(made: County) -> None:
    rings = list(made.place.outlines.values())
    assert rings[0][1] == rings[1][0]
    assert rings[0][2] == rings[1][3]


def test_each_rule_has_five_hits_five_misses_and_three_undecidable() -> None:
    # The list of insured people is silent from September to February: August is its last word.
    silent_since = {"medical_not_enrolled": "2026-08"}
    found: dict[str, Counter[str]] = {}
    for case in load_cases():
        outcomes = case.expect[case.rule]
        last = silent_since.get(case.rule, max(outcomes))
        found.setdefault(case.rule, Counter())[outcomes[last]] += 1
    assert len(found) == 39
    for rule, counts in found.items():
        assert counts["TRUE"] >= 5, rule
        assert counts["FALSE"] >= 5, rule
        assert counts["UNKNOWN"] >= 3, rule


def test_every_case_says_what_the_last_month_must_show() -> None:
    for case in load_cases():
        assert PERIODS[-1] in case.hint, case.id


def test_every_house_lies_near_its_village(made: County) -> None:
    random = Random(1)
    for family in made.families[:50]:
        longitude, latitude = home_near(random, family.village)
        assert abs(longitude - family.village.point[0]) <= 0.005001
        assert abs(latitude - family.village.point[1]) <= 0.005001
