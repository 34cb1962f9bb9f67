"""What the hits of a run come to: new clues, reports more of open ones, silence. Pure.

A household's hits of one matter are one clue; a suspicion (疑点) is one rule's, since the household
explains each by itself. A hit goes to the open clue that already holds its
rule, else to the open one of its matter; one with the very facts that a clue already tells adds
nothing. A hit that was answered stays silent while its facts are those that were answered, also
over months in which its list did not come in: only a rule that was decided and did not hold ends
what was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.hits import Hit

TITLE, MATTER = 300, 2000
Key = tuple[UUID, str]
Settled = Callable[[Collection[Key]], Collection[Key]]


@dataclass(frozen=True, slots=True)
class Home:
    """A household that is open today."""

    household_no: str
    head_name: str
    region_code: str


@dataclass(frozen=True)
class Known:
    """What stands before a run: answered hits as digests by household and rule; open clues by
    household and matter and by household and rule; what each of them tells, as (clue, rule,
    digest); what this very run has told already, as (household, rule); and the clues that nobody
    has begun to check, with the rules that they rest on alone."""

    homes: Mapping[UUID, Home]
    answered: Mapping[Key, str]
    by_matter: Mapping[Key, UUID]
    by_rule: Mapping[Key, UUID]
    told: Collection[tuple[UUID, str, str]]
    reported: Collection[Key]
    waiting: Mapping[UUID, frozenset[Key]]


@dataclass(frozen=True, slots=True)
class NewClue:
    """A clue to open: the household and its hits of one matter, the most pressing first; or a
    suspicion with its one hit."""

    household_id: UUID
    home: Home
    risk: str
    hits: tuple[Hit, ...]

    @property
    def is_suspicion(self) -> bool:
        """Whether the household is to be heard before anybody checks."""
        return self.hits[0].is_suspicion

    @property
    def severity(self) -> Severity:
        """The loudest of its hits."""
        return self.hits[0].severity

    @property
    def classes(self) -> list[str]:
        """Everything that its reasons tell."""
        return sorted(frozenset().union(*(hit.classes for hit in self.hits)))

    @property
    def titles(self) -> tuple[str, str]:
        """The reason of the most pressing hit, in Chinese and English."""
        return _cut(self.hits[0].reason_zh, TITLE), _cut(self.hits[0].reason_en, TITLE)

    @property
    def matter(self) -> str:
        """All its reasons in Chinese."""
        return _cut("；".join(dict.fromkeys(hit.reason_zh for hit in self.hits)), MATTER)


@dataclass
class Plan:
    """What to write; `changed` are answered hits whose facts are others now or no longer
    hold."""

    new: list[NewClue] = field(default_factory=list)
    joined: dict[UUID, list[Hit]] = field(default_factory=dict)
    silent: int = 0
    # Hits about which the household may not be asked: whoever signed took it back.
    withheld: int = 0
    changed: list[Key] = field(default_factory=list)
    absent: int = 0
    # Clues of whose hits none holds any more: noted, never closed by themselves.
    gone: list[UUID] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.new or self.joined or self.changed or self.gone)


def plan(
    hits: Iterable[Hit],
    known: Known,
    settled: Settled,
    allow: Callable[[Hit], bool] = lambda hit: True,
) -> Plan:
    """Return what the hits of a run come to; `settled` says of which households and rules the run
    knows that they do not hold, `allow` of a suspicion whether it may be one."""
    found = Plan()
    fresh: dict[tuple[UUID, str, str], list[Hit]] = {}
    present: set[Key] = set()
    for hit in hits:
        key = (hit.household_id, hit.rule_id)
        present.add(key)
        if hit.household_id not in known.homes:
            found.absent += 1
        elif known.answered.get(key) == hit.digest:
            found.silent += 1
        elif hit.is_suspicion and not allow(hit):
            found.withheld += 1
        elif key not in known.reported:
            if key in known.answered:
                found.changed.append(key)
            _place(found, fresh, hit, known)
    absent = [key for key in known.answered if key not in present and key[0] in known.homes]
    waiting = {clue: keys for clue, keys in known.waiting.items() if not keys & present}
    false = set(settled({*absent, *(key for keys in waiting.values() for key in keys)}))
    found.changed += [key for key in absent if key in false]
    found.gone = [clue for clue, keys in waiting.items() if keys <= false]
    for (household, risk, _), together in fresh.items():
        ordered = tuple(sorted(together, key=pressing))
        found.new.append(NewClue(household, known.homes[household], risk, ordered))
    found.new.sort(key=lambda clue: (clue.home.region_code, clue.home.household_no, clue.risk))
    return found


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def pressing(hit: Hit) -> tuple[Any, ...]:
    """Sort key: the loudest first, then the shortest reason."""
    return -hit.severity, len(hit.reason_zh), hit.rule_id


def _place(
    found: Plan, fresh: dict[tuple[UUID, str, str], list[Hit]], hit: Hit, known: Known
) -> None:
    household = hit.household_id
    clue = known.by_rule.get((household, hit.rule_id))
    if clue is None and not hit.is_suspicion:
        clue = known.by_matter.get((household, hit.risk))
    if clue is None:
        alone = hit.rule_id if hit.is_suspicion else ""
        fresh.setdefault((household, hit.risk, alone), []).append(hit)
    elif (clue, hit.rule_id, hit.digest) not in known.told:
        found.joined.setdefault(clue, []).append(hit)
