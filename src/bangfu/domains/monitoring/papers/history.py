"""What was done on a case before: which of its steps still stand, which were undone to be done
anew, and its newest refusal with what the family was told and what the rechecks found.

A recheck that changes a refusal makes the facts of it unknown again; the steps keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.models import Proceeding, ProceedingStep
from bangfu.domains.monitoring.papers.known import Known, known_of
from bangfu.procedures import Definition, StepDef, Value

REFUSED = "REFUSED"
# The states of a refusal, from its reasons to its end; the last is also where a case rests.
ANSWERED = frozenset(
    {
        REFUSED,
        "TOLD",
        "TOWNSHIP_RECHECK",
        "TOLD_AGAIN",
        "COUNTY_RECHECK",
        "COUNTY_UPHELD",
        "NOT_GRANTED",
    }
)
# What a recheck that upholds found; where the case is done again, the reason says it.
FINDINGS = MappingProxyType(
    {
        "TOWNSHIP_RECHECK": "township_recheck_finding",
        "COUNTY_RECHECK": "county_recheck_finding",
    }
)
_REASON = "return_reason"
When = tuple[datetime, UUID]


@dataclass(frozen=True)
class Answer:
    """A refusal: the step that refused, those after it by name, and all that they brought."""

    step: StepDef | None
    refused: ProceedingStep
    after: Mapping[str, ProceedingStep]
    known: Known


@dataclass(frozen=True)
class Past:
    """The steps of a case by name, the newest of each, and those that were `undone`: when what a
    step had brought was last made unknown. `reached` are the others."""

    newest: Mapping[str, ProceedingStep] = field(default_factory=dict)
    undone: Mapping[str, When] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    gone: tuple[ProceedingStep, ...] = ()
    answer: Answer | None = None

    def doer(self, step: str) -> str | None:
        """Return who took a step last."""
        found = self.newest.get(step)
        return (found.by or None) if found else None

    def since(self, steps: Iterable[str]) -> When | None:
        """Return since when a paper of one of some steps counts; None where nothing was undone."""
        return max((self.undone[one] for one in steps if one in self.undone), default=None)


def past_of(row: Proceeding, definition: Definition | None) -> Past:
    """Return the past of a case; inside `activate`. One query, and one for the people of a
    refusal."""
    steps = list(row.steps.order_by("at", "id"))
    newest = {one.step: one for one in steps}
    if definition is None:
        return Past(newest=newest, reached=frozenset(newest))
    stays = {each.name for each in definition.steps.values() if set(each.origins) <= ANSWERED}
    reached: dict[str, list[ProceedingStep]] = {}
    undone: dict[str, When] = {}
    gone: list[ProceedingStep] = []
    answers: list[ProceedingStep] = []
    for one in steps:
        about = definition.steps.get(one.step)
        if one.to_state == REFUSED and one.from_state != REFUSED:
            # A second refusal is told and rechecked anew.
            for name in [each for each in reached if each in stays and answers]:
                undone[name] = (one.at, one.id)
                gone += reached.pop(name)
            answers = [one]
        elif answers and one.from_state in ANSWERED:
            answers.append(one)
        forgets = set(about.forgets) if about else set()
        for name in [each for each in reached if each not in stays]:
            known = definition.steps.get(name)
            if known is not None and forgets & set(known.takes):
                undone[name] = (one.at, one.id)
                gone += reached.pop(name)
        reached.setdefault(one.step, []).append(one)
    return Past(newest, undone, frozenset(reached), tuple(gone), _answer(answers, definition))


def current(answer: Answer, facts: Mapping[str, Value]) -> Answer:
    """Return a refusal with the facts of its case as far as its steps do not say them."""
    return replace(answer, known=replace(answer.known, facts={**facts, **answer.known.facts}))


def _answer(steps: list[ProceedingStep], definition: Definition) -> Answer | None:
    if not steps:
        return None
    facts: dict[str, Value] = {}
    for one in steps:
        brought = instances.unseal(one.facts)
        facts |= brought
        if one.from_state in FINDINGS and (said := brought.get(_REASON)):
            facts[FINDINGS[one.from_state]] = said
    return Answer(
        step=definition.steps.get(steps[0].step),
        refused=steps[0],
        after=MappingProxyType({one.step: one for one in steps[1:]}),
        known=known_of(facts, definition),
    )
