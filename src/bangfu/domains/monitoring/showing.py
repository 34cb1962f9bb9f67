"""What a reader may see of a proceeding: free words give way where they tell of a closed class.

The title, the matter, texts and notes of a proceeding of closed classes (ADR 0093) are shown to
its handler while it is his duty, to nobody else without the permission of the class. A department
sees what it is asked and what it answered. Applied before anything leaves the selectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bangfu.domains.monitoring.domain.proceedings import OriginRecord, ProceedingRecord, StepRecord
from bangfu.foundation.access.columns import closed_classes
from bangfu.kernel.scope import Scope
from bangfu.procedures import Definition, Value
from bangfu.procedures.model import FactType
from bangfu.standards.columns import say_withheld

# What a department reads and writes: the request made of it and its own answer.
OF_DEPARTMENT = frozenset(
    {"department", "transfer_reason", "department_outcome", "department_result"}
)
DISPATCHER = "CLUE_DISPATCH"


@dataclass(frozen=True)
class Sight:
    """How one reader looks at one proceeding: `mine` while it is his duty, `closed` the classes
    of it that he may not see."""

    scope: Scope
    mine: bool
    closed: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether free words are shown."""
        return not self.closed and self.scope.department is None

    @property
    def by_duty(self) -> bool:
        """Whether the reader sees it only because it is his duty."""
        return self.mine and not self.closed


def sight_of(scope: Scope, record: ProceedingRecord, *, mine: bool) -> Sight:
    """Return how a reader looks at a proceeding."""
    closed = frozenset() if mine else closed_classes(scope) & set(record.classes)
    return Sight(scope, mine, closed)


def cover(
    sight: Sight, record: ProceedingRecord, definition: Definition | None
) -> ProceedingRecord:
    """Return a proceeding without what is closed."""
    facts = cover_facts(sight, record.facts, definition)
    if not sight.closed:
        return replace(record, facts=facts)
    return replace(
        record,
        title_zh=say_withheld(sight.closed, "zh"),
        title_en=say_withheld(sight.closed, "en"),
        risk="",
        facts=facts,
    )


def cover_facts(
    sight: Sight, facts: Mapping[str, Value], definition: Definition | None
) -> dict[str, Value]:
    """Return the facts that are open: to who may not read free words, all but these."""
    if sight.is_open:
        return dict(facts)
    if sight.scope.department is not None:
        return {name: value for name, value in facts.items() if name in OF_DEPARTMENT}
    return {name: value for name, value in facts.items() if not _is_text(definition, name, value)}


def _is_text(definition: Definition | None, name: str, value: Value) -> bool:
    fact = definition.facts.get(name) if definition else None
    return isinstance(value, str) if fact is None else fact.type is FactType.TEXT


def cover_step(sight: Sight, step: StepRecord, definition: Definition | None) -> StepRecord:
    """Return a step of the history without what is closed; one's own words stay."""
    if sight.is_open or step.by_id == sight.scope.actor.id:
        return step
    return replace(step, note="", facts=cover_facts(sight, step.facts, definition))


def cover_origin(sight: Sight, origin: OriginRecord) -> OriginRecord:
    """Return a report without what is closed: words as the title, who reported to the handler
    and to who hands clues on."""
    scope = sight.scope
    if origin.by_id == scope.actor.id:
        return origin
    calls = sight.mine or (scope.department is None and scope.allows(DISPATCHER))
    is_rule_open = sight.is_open
    return replace(
        origin,
        words=origin.words if sight.is_open else None,
        reporter=origin.reporter if calls else None,
        rule_id=origin.rule_id if is_rule_open else "",
    )
