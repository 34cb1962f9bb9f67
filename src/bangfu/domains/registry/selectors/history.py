"""What was known on a day, and what changed when.

A row's version begins at its `recorded_at` and ends when the next begins. The present version is
the row itself; each replaced one was kept by a trigger. The version known at an instant is the
one with the greatest `recorded_at` up to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.registry import columns
from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.domains.registry.records import Change, HouseholdRecord
from bangfu.domains.registry.selectors.pages import Sources, describe, find_household
from bangfu.foundation.access.columns import OPEN, access_to
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

_HOUSEHOLD_KEYS = ("region_code", "head_name", "extensions")
_PERSON_KEYS = ("name", "extensions")
_MEMBERSHIP_KEYS = ("relation", "from_on", "to_on")
_HIDDEN: dict[str, Any] = {"before": None, "after": None, "hidden": True}


def get_household_as_known(
    scope: Scope, household_no: str, on: date, *, region: RegionCode | None = None
) -> HouseholdRecord:
    """Return a household as the register knew it at the end of the day `on` (Beijing time).

    Raises NotFound E-REGISTRY-NOT-FOUND when it was not known by then or is not in the scope.
    """
    require(scope, "REGISTRY_READ")
    end = end_of_day(on)
    with activate(scope):
        present: Any = find_household(scope, household_no, region)
        household = _version_at([present, *present.versions.all()], end)
        if household is None:
            raise NotFound("E-REGISTRY-NOT-FOUND")
        memberships = _memberships_at(present.id, end, on)
        people = _people_at([each.person_id for each in memberships], end)
        pairs = [(each, people[each.person_id]) for each in memberships if each.person_id in people]
        return describe(scope, household, pairs, known_on=on)


def _versions_of(model: Any) -> Any:
    """Return the replaced versions of a model's rows."""
    return model.pgh_event_model.objects


def end_of_day(on: date) -> datetime:
    """Return the first instant of the next day in the server's time zone."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))


def _version_at(versions: Iterable[Any], end: datetime) -> Any:
    """Return the version known just before `end`; of equal times the later written one."""
    known = [each for each in versions if each.recorded_at < end]
    return max(known, key=_order, default=None)


def _order(version: Any) -> tuple[datetime, float]:
    return version.recorded_at, getattr(version, "pgh_id", float("inf"))


def _memberships_at(household_id: UUID, end: datetime, on: date) -> list[Any]:
    versions: dict[UUID, list[Any]] = {}
    for row in Membership.objects.filter(household_id=household_id):
        versions.setdefault(row.id, []).append(row)
    for old in _versions_of(Membership).filter(household_id=household_id):
        versions.setdefault(old.pgh_obj_id, []).append(old)
    known = [_version_at(each, end) for each in versions.values()]
    return [each for each in known if each is not None and (each.to_on is None or each.to_on > on)]


def _people_at(ids: list[UUID], end: datetime) -> dict[UUID, Any]:
    versions: dict[UUID, list[Any]] = {}
    for row in Person.objects.filter(id__in=ids):
        versions.setdefault(row.id, []).append(row)
    for old in _versions_of(Person).filter(pgh_obj_id__in=ids):
        versions.setdefault(old.pgh_obj_id, []).append(old)
    known = {key: _version_at(each, end) for key, each in versions.items()}
    return {key: version for key, version in known.items() if version is not None}


def list_changes(
    scope: Scope, household_no: str, *, region: RegionCode | None = None, limit: int = 100
) -> list[Change]:
    """Return what changed in a household and its members, the newest first.

    Columns that the scope does not see openly are told to have changed, without values and with
    `hidden`. Raises as `get_household`.
    """
    require(scope, "REGISTRY_READ")
    with activate(scope):
        household = find_household(scope, household_no, region)
        members = list(Membership.objects.filter(household=household).select_related("person"))
        found = _household_changes(scope, household)
        for membership in members:
            found += _membership_changes(membership)
            found += _person_changes(scope, membership.person)
        labels = Sources(version.source_id for version, *_ in found)
        changes = [
            Change(
                at=version.recorded_at,
                subject=subject,
                person_name=person_name,
                source=labels.label(version.source_id),
                as_of=version.as_of,
                changes=changed,
            )
            for version, subject, person_name, changed in found
            if changed
        ]
    changes.sort(key=lambda change: (change.at, change.subject), reverse=True)
    return changes[:limit]


_Found = list[tuple[Any, str, str | None, list[dict[str, Any]]]]


def _household_changes(scope: Scope, household: Household) -> _Found:
    keys = [*_HOUSEHOLD_KEYS, *(fact.name for fact in columns.household_facts())]
    sealed = [fact.name for fact in columns.household_sealed()]
    closed = _closed(scope, columns.HOUSEHOLD, keys)
    return [
        (after, "household", None, _differences(before, after, keys, sealed, closed))
        for before, after in _steps(household)
    ]


def _person_changes(scope: Scope, person: Person) -> _Found:
    keys = [*_PERSON_KEYS, *(fact.name for fact in columns.person_facts())]
    sealed = [fact.name for fact in columns.person_sealed()]
    closed = _closed(scope, columns.MEMBER, keys)
    return [
        (after, "person", after.name, _differences(before, after, keys, sealed, closed))
        for before, after in _steps(person)
    ]


def _closed(scope: Scope, dataset: str, keys: Iterable[str]) -> frozenset[str]:
    """Return the columns whose values the scope does not see openly."""
    return frozenset(key for key in keys if access_to(scope, dataset, key).shown != OPEN)


def _membership_changes(membership: Membership) -> _Found:
    return [
        (after, "membership", membership.person.name, _differences(before, after, _MEMBERSHIP_KEYS))
        for before, after in _steps(membership)
    ]


def _steps(row: Any) -> list[tuple[Any, Any]]:
    versions = sorted([row, *row.versions.all()], key=_order)
    return list(pairwise(versions))


def _differences(
    before: Any,
    after: Any,
    keys: Iterable[str],
    sealed: Iterable[str] = (),
    closed: frozenset[str] = frozenset(),
) -> list[dict[str, Any]]:
    changed = [
        _HIDDEN | {"key": key}
        if key in closed
        else {"key": key, "before": getattr(before, key), "after": getattr(after, key)}
        for key in keys
        if getattr(before, key) != getattr(after, key)
    ]
    for key in sealed:
        if getattr(before, f"{key}_token") != getattr(after, f"{key}_token"):
            changed.append(_HIDDEN | {"key": key})
    return changed
