"""What a person's step is checked for before the machine is asked: post, people, department."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bangfu.domains.monitoring import duties
from bangfu.domains.monitoring.models import Proceeding
from bangfu.foundation.access.scopes import system_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.accounts.selectors import is_in_force
from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Doer, Offer, StepDef, Value
from bangfu.procedures.model import FactType
from bangfu.standards.departments import find_department

# Everybody who works on proceedings holds it, departments and grid workers too.
WORKS = "CLUE_REPORT"
HANDLERS = "handlers"
_DEPARTMENT = "department"


def check_post(scope: Scope, at: datetime, step: StepDef, doer: Doer) -> None:
    """Refuse a person who lost the post since the page was opened, in the step's transaction.

    Who could not take the step anyhow is left to the machine. Raises NotAllowed
    E-ACCESS-PERMISSION (F45).
    """
    if scope.actor.kind != "USER":
        return
    for who in step.who:
        if who.level is not doer.level or who.permission not in scope.permissions:
            continue
        if not is_in_force(scope.actor.id, None, {who.permission}, at, region=scope.region):
            raise NotAllowed("E-ACCESS-PERMISSION", permission=who.permission)
        return


def check_facts(
    scope: Scope,
    at: datetime,
    row: Proceeding,
    definition: Definition,
    facts: Mapping[str, Value],
) -> None:
    """Refuse people who hold no post in the county, and departments that there are not.

    Values of another type are left to the machine. Raises InvalidValue E-MONITORING-PERSON,
    E-MONITORING-DEPARTMENT.
    """
    named: dict[str, None] = {}
    for name, value in facts.items():
        fact = definition.facts.get(name)
        if fact is not None and fact.type is FactType.PEOPLE and isinstance(value, tuple):
            named |= dict.fromkeys(value)
    if named:
        check_people(at, row, tuple(named))
    department = facts.get(_DEPARTMENT)
    if isinstance(department, str) and find_department(department) is None:
        raise InvalidValue("E-MONITORING-DEPARTMENT", department=department[:40])


def asked(offer: Offer) -> tuple[str, ...]:
    """Return what a form of a step has to ask for: also whom it hands the proceeding to."""
    if _names_handlers(offer.step) and HANDLERS not in offer.asks:
        return HANDLERS, *offer.asks
    return offer.asks


def check_handlers(step: StepDef, facts: Mapping[str, Value]) -> None:
    """Refuse to hand a proceeding to somebody else without saying to whom.

    Raises InvalidValue E-MONITORING-HANDLERS.
    """
    if _names_handlers(step) and not facts.get(HANDLERS):
        raise InvalidValue("E-MONITORING-HANDLERS")


def _names_handlers(step: StepDef) -> bool:
    return HANDLERS in step.needs and HANDLERS in step.renews


def check_people(at: datetime, row: Proceeding, named: tuple[str, ...]) -> None:
    """Refuse anybody who holds no post in force in the county of a proceeding."""
    users = duties.accounts(named)
    county = system_scope(RegionCode(row.region_code).county, "monitoring.people")
    held = {one.user_id for one in list_holders(county, WORKS, local_day(at), users=users)}
    if set(users) - held:
        raise InvalidValue("E-MONITORING-PERSON")
