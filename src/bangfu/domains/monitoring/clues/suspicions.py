"""What a suspicion (疑点) from a screening begins with: its rule, the day of the data, the paper.

Asset data may be compared for people only who signed for it (社会救助暂行办法第五十八条). Whoever
took the paper back since the run is not asked about what it found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from bangfu.domains.feeds.selectors import papers_of
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.registry.selectors.people import list_tokens
from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.hits import Hit
from bangfu.domains.screening.rules import titles, untitled
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value
from bangfu.standards import datasets

ASSET = "ASSET"
# Stands for the paper where what was compared needs none.
NO_PAPER = "不需授权 · not needed"


@dataclass(frozen=True)
class Grounds:
    """The papers of the households that were hit, and the days of a run's data."""

    run: RunRecord
    on: date
    papers: dict[UUID, str]

    def allow(self, hit: Hit) -> bool:
        """Whether the household may be asked about a hit."""
        return not is_asset(hit) or hit.household_id in self.papers

    def facts(self, hit: Hit) -> dict[str, Value]:
        """What a suspicion is opened with."""
        paper = self.papers[hit.household_id] if is_asset(hit) else NO_PAPER
        return {
            "hit_on": self.on,
            "data_as_of": min(self.on, as_of(self.run, hit.feeds)),
            "rule": self._rule(hit.rule_id),
            "authorisation_no": paper,
        }

    def _rule(self, rule_id: str) -> str:
        """What the rule asks in both languages, and where it stands: "名下有车 · Owns a car
        (vehicle_owned, national 2026.1)"."""
        words = self._titles.get(rule_id, untitled(rule_id))
        place = f"{rule_id}, {self.run.pack} {self.run.pack_version}"
        return f"{words['title_zh']} · {words['title_en']} ({place})"

    @cached_property
    def _titles(self) -> dict[str, dict[str, str]]:
        return titles(self.run)


def grounds_of(run: RunRecord, hits: Iterable[Hit], at: datetime) -> Grounds:
    """Read what the suspicions among some hits begin with; two queries where there are any."""
    today, county = local_day(at), RegionCode(run.region_code)
    homes = {hit.household_id for hit in hits if hit.is_suspicion and is_asset(hit)}
    if not homes:
        return Grounds(run, today, {})
    scope = system_of(county, "suspicions")
    tokens = list_tokens(scope, sorted(homes))
    known = {token for found in tokens.values() for token in found}
    papers = papers_of(scope, county, known, on=Period.parse(run.period).last_day, today=today)
    signed = {
        household: next((papers[token] for token in found if token in papers), "")
        for household, found in tokens.items()
    }
    return Grounds(run, today, {household: no for household, no in signed.items() if no})


def is_asset(hit: Hit) -> bool:
    """Whether a hit rests on data that nobody may compare without a signature."""
    return any(each.basis == ASSET for each in datasets.list_datasets() if each.id in hit.feeds)


def as_of(run: RunRecord, feeds: Sequence[str]) -> date:
    """Return the day for which the oldest of some feeds' newest data hold; the last of the run's
    month where it used none of them."""
    newest: dict[str, date] = {}
    for entry in run.coverage:
        if entry["dataset"] in feeds:
            day = date.fromisoformat(entry["as_of"])
            newest[entry["dataset"]] = max(day, newest.get(entry["dataset"], day))
    return min(newest.values(), default=Period.parse(run.period).last_day)
