"""What others hang on the steps of proceedings; the server and the parts of this domain fill it in.

`before` is asked when a person takes a step, before the machine is: it raises to refuse (a paper
that is not on file), or adds nothing. `after` is called for every step that was taken, by whoever,
in its transaction: what it raises undoes the step with everything it did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bangfu.domains.monitoring.models import Proceeding
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import Definition, StepDef, Taken, Value


@dataclass(frozen=True)
class Asked:
    """A step that a person wants to take with the facts brought; `row` is locked. `worked_out`
    are those of the facts that the platform has just worked out itself: nobody typed them."""

    scope: Scope
    at: datetime
    row: Proceeding
    definition: Definition
    step: StepDef
    facts: Mapping[str, Value]
    worked_out: Collection[str] = ()


@dataclass(frozen=True)
class Stepped:
    """A step that was taken and is stored; `taken.origin` is empty for the opening, `waited_for`
    the level whose turn it was before ("" for the opening)."""

    scope: Scope
    at: datetime
    row: Proceeding
    definition: Definition
    taken: Taken
    facts: Mapping[str, Value]
    waited_for: str = ""


class Ports:
    """`before`: checks of a person's step. `derived`: facts that the platform works out for it,
    in the place of whatever was brought of them. `after`: what follows from a step, in order.
    `made`: what follows once the clues of a county's screening are made."""

    before: ClassVar[list[Callable[[Asked], None]]] = []
    derived: ClassVar[list[Callable[[Asked], Mapping[str, Value]]]] = []
    after: ClassVar[list[Callable[[Stepped], None]]] = []
    made: ClassVar[list[Callable[[Scope, datetime, RegionCode], None]]] = []
