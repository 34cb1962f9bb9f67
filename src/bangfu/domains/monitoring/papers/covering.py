"""What of a case's papers their reader may see: words of closed classes and numbers give way.

The same rule as on the screens (`showing`): texts of a proceeding of closed classes are shown to
its handler, and to everybody their own. Identifying numbers are masked for everybody who has not
spent a look on them (ADR 0086).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.duties import is_handler
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers.context import Read
from bangfu.domains.monitoring.papers.history import FINDINGS, Past
from bangfu.domains.monitoring.papers.known import Known
from bangfu.domains.monitoring.rows import to_record
from bangfu.domains.monitoring.showing import Sight, cover_facts, sight_of
from bangfu.foundation.papers import CaseContext
from bangfu.kernel.masks import mask_id, mask_phone
from bangfu.kernel.scope import Scope
from bangfu.procedures import Value

_MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"IDENTITY": mask_id, "PHONE": mask_phone}
)
# Texts that are people's names: they tell of no class.
_NAMES = frozenset({"authorisation_witness", "proxy_name"})
# What a recheck found is written as the reason for doing the case again.
_SAID_AS = MappingProxyType(dict.fromkeys(FINDINGS.values(), "return_reason"))
Part = TypeVar("Part")


def cover(scope: Scope, read: Read) -> Read:
    """Return what was read of a case without the words that are closed to the reader."""
    clue = read.clue
    if clue is not None and read.clue_row is not None:
        clue = _covered(scope, read.clue_row, clue)
    told = read.clue_row or read.row
    is_told = read.reported_by == scope.actor.id or _sight(scope, told).is_open
    return replace(
        read,
        known=_covered(scope, read.row, read.known),
        past=_past(scope, read),
        clue=clue,
        reasons=read.reasons if is_told else None,
    )


def without_numbers(context: CaseContext) -> CaseContext:
    """Return a context with its ID and telephone numbers masked, wherever in it they stand."""
    return _masked(context)


def _covered(scope: Scope, row: Proceeding, known: Known) -> Known:
    sight = _sight(scope, row)
    if sight.is_open:
        return known
    shown = cover_facts(sight, known.facts, known.definition)
    own = _own(scope, row)
    shown |= {
        name: value
        for name, value in known.facts.items()
        if name in _NAMES or own.get(_SAID_AS.get(name, name)) == value
    }
    return replace(known, facts=shown)


def _past(scope: Scope, read: Read) -> Past:
    answer = read.past.answer
    if answer is None:
        return read.past
    known = _covered(scope, read.row, answer.known)
    return replace(read.past, answer=replace(answer, known=known))


def _own(scope: Scope, row: Proceeding) -> dict[str, Value]:
    """What the reader wrote himself in the steps of a proceeding."""
    found: dict[str, Value] = {}
    for step in row.steps.filter(by_id=scope.actor.id).order_by("at", "id"):
        found |= instances.unseal(step.facts)
    return found


def _sight(scope: Scope, row: Proceeding) -> Sight:
    return sight_of(scope, to_record(row), mine=is_handler(row, scope.actor.id))


def _masked(part: Part) -> Part:
    changed: dict[str, Any] = {}
    for each in fields(part):  # type: ignore[arg-type]
        value = getattr(part, each.name)
        mask = _MASKS.get(each.metadata.get("private", ""))
        if mask is not None and isinstance(value, str):
            changed[each.name] = mask(value)
        elif is_dataclass(value):
            changed[each.name] = _masked(value)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[each.name] = tuple(_masked(one) for one in value)
    return replace(part, **changed)  # type: ignore[type-var]
