"""What a screening finds in the invented county, month by month: a model with a seed.

Each hit belongs to a rule, lasts some months while its facts hold, and is true or false; nobody
but the cadre at the door learns which. Households with a paired cadre are found more often: they
are those that live near the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.hits import Hit
from tests.year.county import County

# How often a hit is found again a month later, and how often with other facts.
PERSISTS, CHANGES = 0.7, 0.04
PAIRED = 0.6


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its matter, how loud, how many of its hits are a risk indeed, how often it fires."""

    id: str
    risk: str
    severity: Severity
    truth: float
    weight: int
    is_suspicion: bool = False


RULES = (
    Rule("medical_ordinary", "ILLNESS", Severity.ATTENTION, 0.18, 30),
    Rule("housing_grade", "HOUSING", Severity.ATTENTION, 0.12, 10),
    Rule("water_unsafe", "WATER", Severity.ATTENTION, 0.06, 8),
    Rule("school_absent", "EDUCATION", Severity.URGENT, 0.10, 6),
    Rule("insurance_gap", "MEDICAL_INSURANCE", Severity.ATTENTION, 0.02, 20),
    Rule("job_lost", "UNSTABLE_JOB", Severity.ATTENTION, 0.10, 18),
    Rule("income_low", "INCOME", Severity.URGENT, 0.15, 8),
    # May mean that help is undue: the household is heard first. True of it means undue.
    Rule("wages_unreported", "INCOME", Severity.ATTENTION, 0.2, 5, is_suspicion=True),
)
FLOOD = Rule("flood_damage", "DISASTER", Severity.URGENT, 0.10, 0)
BY_ID = {rule.id: rule for rule in (*RULES, FLOOD)}


class Hazard:
    """The hits of each month; `live` are those that last, with the number of their facts."""

    def __init__(self, county: County, rng: Random) -> None:
        self._county, self._rng = county, rng
        self._homes = [home for homes in county.homes.values() for home in homes]
        self.live: dict[tuple[UUID, str], int] = {}
        self.gone: set[UUID] = set()
        self._facts = 0

    def month(self, number: int) -> list[Hit]:
        """Return the hits of the `number`-th month, the first being 1."""
        self._age()
        size = self._county.size
        wanted = size.first if number == 1 else self._rng.randint(*size.monthly)
        for _ in range(wanted):
            self._strike(self._rng.choices(RULES, [rule.weight for rule in RULES])[0])
        if number == size.flood:
            village = sorted(self._county.homes)[-1]
            for home in self._county.homes[village][: size.flooded]:
                self._put(home, FLOOD)
        found = [
            self._hit(home, BY_ID[rule], facts)
            for (home, rule), facts in self.live.items()
            if home not in self.gone
        ]
        return sorted(found, key=lambda hit: (str(hit.household_id), hit.rule_id))

    def _age(self) -> None:
        for key in list(self.live):
            if self._rng.random() >= PERSISTS:
                del self.live[key]
            elif self._rng.random() < CHANGES:
                self._facts += 1
                self.live[key] = self._facts

    def _strike(self, rule: Rule) -> None:
        near = self._rng.random() < PAIRED
        home = self._rng.choice(self._county.paired if near else self._homes)
        self._put(home, rule)

    def _put(self, home: UUID, rule: Rule) -> None:
        self._facts += 1
        self.live.setdefault((home, rule.id), self._facts)

    @staticmethod
    def _hit(home: UUID, rule: Rule, facts: int) -> Hit:
        return Hit(
            household_id=home,
            rule_id=rule.id,
            risk=rule.risk,
            severity=rule.severity,
            reason_zh=f"{rule.id} 第 {facts} 次计算",
            reason_en=f"{rule.id} by calculation {facts}",
            classes=frozenset(),
            digest=f"d{facts}",
            is_suspicion=BY_ID[rule.id].is_suspicion,
        )
