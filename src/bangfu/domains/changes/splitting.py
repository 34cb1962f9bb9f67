"""What should be seen before a household is split (F25): cut-off windows, incomes, minors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from bangfu.domains.changes.domain import Flag
from bangfu.domains.changes.policy import policy
from bangfu.domains.changes.ports import Ports
from bangfu.domains.changes.words import word
from bangfu.domains.registry.selectors.people import HouseholdBrief, MemberBrief
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def split_flags(
    scope: Scope, household: HouseholdBrief, leaving: set[UUID], on: date
) -> list[Flag]:
    """Return the marks of a split: the window it falls into, what goes on, incomes, minors."""
    place = RegionCode(household.region_code)
    found: list[Flag] = []
    cutoff = policy().cutoff_on(on, place)
    if cutoff is not None:
        words = {"cutoff_zh": cutoff.zh, "cutoff_en": cutoff.en}
        found.append(Flag("SPLIT_NEAR_CUTOFF", {"on": on.isoformat(), **words}))
    rule = {"rule_zh": policy().continuity_zh, "rule_en": policy().continuity_en}
    found.append(Flag("BENEFIT_CONTINUITY", rule))
    go = [each for each in household.members if each.person_id in leaving]
    stay = [each for each in household.members if each.person_id not in leaving]
    if not go or not stay:
        return found
    found += _incomes(household, go, stay, Ports.income_line(scope, place, on))
    if any(all(is_minor(each, on) for each in part) for part in (go, stay)):
        found.append(Flag("SPLIT_MINORS_ALONE", {}))
    return found


def is_minor(member: MemberBrief, on: date) -> bool:
    """Return whether a member is under age on a day; one whose birthday is not known is not."""
    born = member.birth_on
    if born is None:
        return False
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return age < policy().adult_years


def _incomes(
    household: HouseholdBrief,
    go: Sequence[MemberBrief],
    stay: Sequence[MemberBrief],
    line: Decimal | None,
) -> list[Flag]:
    """Mark each part that falls below the line by the split alone.

    Each takes its own members' wages along; everything else stays with the old household.
    """
    income = household.net_income
    if income is None or all(each.yearly_wage is None for each in household.members):
        return [Flag("SPLIT_INCOME_UNKNOWN", {})]
    before = income / len(household.members)
    if line is None or before < line:
        return []
    taken = sum((each.yearly_wage or Decimal(0) for each in go), Decimal(0))
    parts = (
        (word("parts", "new_household"), taken / len(go)),
        (word("parts", "old_household"), (income - taken) / len(stay)),
    )
    return [
        Flag(
            "SPLIT_BELOW_LINE",
            {
                "which_zh": which[0],
                "which_en": which[1],
                "after": _yuan(after),
                "before": _yuan(before),
                "line": _yuan(line),
            },
        )
        for which, after in parts
        if after < line
    ]


def _yuan(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
