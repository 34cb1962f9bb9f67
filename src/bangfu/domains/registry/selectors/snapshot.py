"""The register of a region for the engine: rows streamed from server cursors, plain tuples."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

from bangfu.domains.registry.models import Household, Person
from bangfu.domains.registry.records import Snapshot
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope

_BLOCK = 5000

# The engine's columns that are not called the same here.
_HOUSEHOLD_SQL = {
    "household_id": "household.id::text",
    "as_of": "greatest(household.as_of, household.confirmed_as_of)",
    "identified_on": "to_date(nullif(household.risk_identified_month, ''), 'YYYY-MM')",
    "cleared_on": "to_date(nullif(household.risk_cleared_month, ''), 'YYYY-MM')",
}
_PERSON_SQL = {
    "person_id": "person.id::text",
    "person_token": "person.id_token",
    "household_id": "membership.household_id::text",
    "region_code": "membership.region_code",
    "relation": "membership.relation",
    "as_of": "greatest(person.as_of, person.confirmed_as_of)",
    "work_place_county": "person.work_county",
}
# An import of the county waits until the snapshot is read, or the snapshot for the import: the two
# queries below would otherwise see the register at two moments.
_HOLD_STILL = "SELECT pg_advisory_xact_lock_shared(hashtextextended('registry.import.' || %s, 0))"
# Right after an import no statistics know of a county yet: believing its tables small, the planner
# would walk the people once for each membership. It holds until the transaction ends.
_FOR_MANY_ROWS = "SET LOCAL enable_nestloop = off"
_HOUSEHOLDS = """
SELECT {columns} FROM registry_household AS household
WHERE household.region_code >= %s AND household.region_code < %s
  AND household.region_code >= %s AND household.region_code < %s
  AND household.closed_on IS NULL {among}
ORDER BY household.id
"""
_PERSONS = """
SELECT {columns} FROM registry_membership AS membership
JOIN registry_person AS person ON person.id = membership.person_id
WHERE membership.to_on IS NULL
  AND membership.region_code >= %s AND membership.region_code < %s
  AND membership.region_code >= %s AND membership.region_code < %s {among}
ORDER BY membership.household_id, person.id
"""
# Of a few households only: what is looked up by key must not wait for the people of a county.
_AMONG_HOUSEHOLDS = "AND household.id = ANY(%s)"
_AMONG_PERSONS = "AND membership.household_id = ANY(%s)"
_GIVEN_HOUSEHOLDS = """
SELECT household.region_code{given} FROM registry_household AS household
WHERE household.region_code = ANY(%s)
  AND household.region_code >= %s AND household.region_code < %s
  AND household.closed_on IS NULL
GROUP BY household.region_code
"""
_GIVEN_PERSONS = """
SELECT membership.region_code{given} FROM registry_membership AS membership
JOIN registry_person AS person ON person.id = membership.person_id
WHERE membership.to_on IS NULL AND membership.region_code = ANY(%s)
  AND membership.region_code >= %s AND membership.region_code < %s
GROUP BY membership.region_code
"""


@contextmanager
def open_snapshot(
    scope: Scope,
    region: RegionCode,
    *,
    household_columns: Sequence[str],
    person_columns: Sequence[str],
    among: Collection[UUID] | None = None,
) -> Iterator[Snapshot]:
    """Open the register of `region` as it is at one moment, for reading inside the block; of the
    households `among` only, if given.

    An import into the same county waits meanwhile, and this waits for one under way.

    The columns are those of the engine's tables `household` and `person`, in any order; the
    register's own column names serve too. Households come sorted by id, people by household.
    Money is Decimal in yuan, lists are Python lists. Raises NotAllowed outside the scope.
    """
    require(scope, "REGISTRY_READ", region)
    with activate(scope):
        if region.level >= COUNTY:
            with connection.cursor() as cursor:
                cursor.execute(_HOLD_STILL, [str(region)[:6]])
        if among is None:
            with connection.cursor() as cursor:
                cursor.execute(_FOR_MANY_ROWS)
        of_homes = _HOUSEHOLDS.format(
            columns=_columns(household_columns, "household", _HOUSEHOLD_SQL),
            among="" if among is None else _AMONG_HOUSEHOLDS,
        )
        of_people = _PERSONS.format(
            columns=_columns(person_columns, "person", _PERSON_SQL),
            among="" if among is None else _AMONG_PERSONS,
        )
        yield Snapshot(
            household_columns=tuple(household_columns),
            household_rows=_stream(of_homes, scope, region, among),
            person_columns=tuple(person_columns),
            person_rows=_stream(of_people, scope, region, among),
        )


def given_columns(
    scope: Scope,
    places: Collection[str],
    *,
    household_columns: Sequence[str],
    person_columns: Sequence[str],
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return which columns of households and of people have a value somewhere in each place.

    `places` are the codes at which households are registered, villages; the columns are those of
    `open_snapshot`. A place without people is left out. Cost: two queries, whatever their number.
    """
    require(scope, "REGISTRY_READ")
    with activate(scope):
        homes = _given(
            scope, places, _GIVEN_HOUSEHOLDS, household_columns, "household", _HOUSEHOLD_SQL
        )
        people = _given(scope, places, _GIVEN_PERSONS, person_columns, "person", _PERSON_SQL)
    return {place: (found, people.get(place, frozenset())) for place, found in homes.items()}


def _given(
    scope: Scope,
    places: Collection[str],
    query: str,
    names: Sequence[str],
    table: str,
    special: dict[str, str],
) -> dict[str, frozenset[str]]:
    asked = "".join(f", bool_or(({one}) IS NOT NULL)" for one in _listed(names, table, special))
    with connection.cursor() as cursor:
        cursor.execute(query.format(given=asked), (list(places), *scope.region.bounds))
        return {
            place: frozenset(name for name, is_there in zip(names, there, strict=True) if is_there)
            for place, *there in cursor.fetchall()
        }


def _columns(names: Sequence[str], table: str, special: dict[str, str]) -> str:
    return ", ".join(_listed(names, table, special))


def _listed(names: Sequence[str], table: str, special: dict[str, str]) -> list[str]:
    model = Household if table == "household" else Person
    own = {field.column for field in model._meta.concrete_fields}
    unknown = [name for name in names if name not in special and name not in own]
    if unknown:
        raise LookupError(f"the register has no {table} column {', '.join(unknown)}")
    return [special.get(name) or f'{table}."{name}"' for name in names]


def _stream(
    query: str, scope: Scope, region: RegionCode, among: Collection[UUID] | None
) -> Iterator[tuple[Any, ...]]:
    """Yield rows from a server-side cursor; inside the caller's transaction and scope."""
    chosen = () if among is None else (list(among),)
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, (*region.bounds, *scope.region.bounds, *chosen))
        while block := cursor.fetchmany(_BLOCK):
            yield from block


def known_tokens(scope: Scope, region: RegionCode) -> set[str]:
    """Return the tokens of everybody registered in a region of the scope.

    For counting how many of a department's rows are of people in the register; whoever may hand in
    such a list, a department without sight of the register too, may have that counted.
    """
    require(scope, "FEEDS_IMPORT", region)
    lower, upper = region.bounds
    with activate(scope):
        found = in_scope(Person.objects.all(), scope).filter(
            region_code__gte=lower, region_code__lt=upper
        )
        return set(found.values_list("id_token", flat=True))
