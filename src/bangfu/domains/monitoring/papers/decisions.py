"""The papers of a monitored status: the sealed pages of what the county decided of it alone.

The county issues them itself, so none is made here; each step that asks for a decision's number has
its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.foundation.papers import PaperState
from bangfu.procedures import Definition, Level, StepDef
from bangfu.procedures.model import STAY, FactType


def decision_papers(definition: Definition) -> Mapping[str, StepDef]:
    """Return the steps that rest on a decision of the county on a status, by its page.

    A document that suspends visits holds for many and changes no status.
    """
    return MappingProxyType(
        {
            f"status_{step.name.lower()}": step
            for step in definition.steps.values()
            if step.target != STAY and _is_countys(step) and _number_of(definition, step)
        }
    )


def decision_states(
    definition: Definition, state: str, held: Iterable[CasePaper]
) -> tuple[PaperState, ...]:
    """Return where the pages of a status stand: of the steps that may come, and of what is held."""
    newest = {one.paper: one for one in held if one.file_id is not None}
    open_steps = {step.name for step in definition.steps_from(state)}
    found = []
    for name, step in decision_papers(definition).items():
        page = newest.get(name)
        if page is None and step.name not in open_steps:
            continue
        title = definition.facts[_number_of(definition, step)].title
        found.append(
            PaperState(
                paper=name,
                title=MappingProxyType({"zh": title.zh, "en": title.en}),
                step=step.name,
                state="HELD" if page else "INCOMPLETE",
                is_optional=True,
                lacks=(),
                number=page.no if page else "",
                dated_on=page.dated_on if page else None,
            )
        )
    return tuple(found)


def _is_countys(step: StepDef) -> bool:
    return any(who.level is Level.COUNTY for who in step.who)


def _number_of(definition: Definition, step: StepDef) -> str:
    wanted = (name for name in step.needs if definition.facts[name].type is FactType.DOCUMENT)
    return next(wanted, "")
