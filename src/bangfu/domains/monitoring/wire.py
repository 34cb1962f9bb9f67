"""What comes over the wire as the domain's values: facts, filters, places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring.lanes import Lane
from bangfu.domains.monitoring.listing import ProceedingFilter
from bangfu.domains.monitoring.schemas import ProceedingQuery
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Value
from bangfu.procedures.model import FactType

# Stands for the reader's own account, in a filter and among people.
ME = "me"


def read_facts(definition: Definition, given: Mapping[str, Any], scope: Scope) -> dict[str, Value]:
    """Return facts as the machine takes them; what does not read as its type is left as it is,
    for the machine to refuse. Blank values are left out."""
    found = {}
    for name, value in given.items():
        if value is None or value in ("", []):
            continue
        fact = definition.facts.get(name)
        found[name] = _read(fact.type, value, scope) if fact else value
    return found


def _read(kind: FactType, value: Any, scope: Scope) -> Any:
    if kind is FactType.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    if kind is FactType.PEOPLE and isinstance(value, list):
        return tuple(scope.actor.id if one == ME else str(one) for one in value)
    return value.strip() if isinstance(value, str) else value


def read_filter(scope: Scope, query: ProceedingQuery, at: datetime) -> ProceedingFilter:
    """Return the filters of a list. Raises NotFound for a place outside the scope, InvalidValue
    E-API-FILTER for an account that is none."""
    return ProceedingFilter(
        region=read_place(scope, query.region),
        procedure=query.procedure,
        state=query.state,
        is_open=query.open,
        waits_for=query.waits_for,
        handler=_account(scope, query.handler),
        department=query.department,
        due_before=query.due_before,
        overdue_on=local_day(at) if query.overdue else None,
        supervised=query.supervised,
        risk=query.risk,
        source=query.source,
        period=query.period,
        household_no=query.household_no.strip(),
        q=query.q.strip(),
        unlisted=query.unlisted,
        lane=Lane(query.lane) if query.lane else None,
        lane_on=local_day(at) if query.lane else None,
        by_due=query.sort == "due",
    )


def _account(scope: Scope, text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(scope.actor.id if text == ME else text)
    except ValueError as error:
        raise InvalidValue("E-API-FILTER", name="handler") from error


def read_place(scope: Scope, text: str | None) -> RegionCode | None:
    """Return a place of the scope, None where none is asked. Raises NotFound E-API-NOT-FOUND."""
    if not text:
        return None
    region = RegionCode.parse(text)
    if not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    return region
