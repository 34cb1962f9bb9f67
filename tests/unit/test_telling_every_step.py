"""Every step of every procedure that hands the work to somebody else says so to somebody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from bangfu.domains.monitoring import telling
from bangfu.domains.monitoring.domain.proceedings import waits_for
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.wording import Wording
from bangfu.engine import packs
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import BEIJING
from bangfu.procedures import Definition, Instance, Level, StepDef, Taken
from bangfu.procedures.model import ANY, STAY
from bangfu.standards.paths import packs_root
from tests.cast import YUNXI, YUNXI_VILLAGE

AT = datetime(2026, 10, 12, 9, tzinfo=BEIJING)
BOOK = packs.load_procedures(packs_root() / "national")
# With these the work is with no officer: the family may speak, or time closes it.
NOBODY = {Level.HOUSEHOLD, Level.SYSTEM, ""}


def cases() -> list[Any]:
    found = []
    for definition in BOOK.definitions:
        for step in definition.steps.values():
            origins = definition.states if step.origins == (ANY,) else step.origins
            for origin in origins:
                if not definition.states[origin].is_end:
                    name = f"{definition.id}-{origin}-{step.name}"
                    found.append(pytest.param(definition, step, origin, id=name))
    return found


def told_of(definition: Definition, step: StepDef, origin: str) -> Stepped:
    """A step as it is stored, with the names that it takes as its facts."""
    target = origin if step.target == STAY else step.target
    handlers = "handlers" in step.needs
    row = Proceeding(
        id=uuid7(),
        region_code=str(YUNXI_VILLAGE),
        no="XS2026-000001",
        procedure=definition.id,
        state=target,
        waits_for=waits_for(definition, target),
        next_due_on=date(2026, 10, 14),
        closed_at=AT if definition.states[target].is_end else None,
        source="SCREENING",
        revision=2,
    )
    instance = Instance(definition.id, definition.version, target, {}, {}, AT)
    taken = Taken(instance, step.name, origin, (), ())
    facts = {"handlers": (str(uuid7()),)} if handlers else {}
    waited = waits_for(definition, origin)
    return Stepped(command_scope(YUNXI, "tests"), AT, row, definition, taken, facts, waited)


@pytest.mark.django_db
@pytest.mark.parametrize(("definition", "step", "origin"), cases())
def test_whoever_has_the_work_after_a_step_is_told(
    definition: Definition, step: StepDef, origin: str
) -> None:
    told = told_of(definition, step, origin)
    calls = list(telling.calls_of(told, Wording(AT)))
    after = told.row.waits_for
    if told.row.closed_at is not None:
        assert [call.gone for call in calls] == [True]
    elif told.facts:
        assert any(call.users for call in calls)
    elif after not in NOBODY and after != told.waited_for:
        assert any(call.turn for call in calls)
