"""The register of a region for the engine: rows streamed from server cursors, plain tuples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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
  AND household.closed_on IS NULL
ORDER BY household.id
"""
_PERSONS = """
SELECT {columns} FROM registry_membership AS membership
JOIN registry_person AS person ON person.id = membership.person_id
WHERE membership.to_on IS NULL
  AND membership.region_code >= %s AND membership.region_code < %s
  AND membership.region_code >= %s AND membership.region_code < %s
ORDER BY membership.household_id, person.id
"""


@contextmanager
def open_snapshot(
    scope: Scope,
    region: RegionCode,
    *,
    household_columns: Sequence[str],
    person_columns: Sequence[str],
) -> Iterator[Snapshot]:
    """Open the register of `region` as it is at one moment, for reading inside the block.

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
        with connection.cursor() as cursor:
            cursor.execute(_FOR_MANY_ROWS)
        yield Snapshot(
            household_columns=tuple(household_columns),
            household_rows=_stream(
                _HOUSEHOLDS, _columns(household_columns, "household", _HOUSEHOLD_SQL), scope, region
            ),
            person_columns=tuple(person_columns),
            person_rows=_stream(
                _PERSONS, _columns(person_columns, "person", _PERSON_SQL), scope, region
            ),
        )


def _columns(names: Sequence[str], table: str, special: dict[str, str]) -> str:
    model = Household if table == "household" else Person
    own = {field.column for field in model._meta.concrete_fields}
    unknown = [name for name in names if name not in special and name not in own]
    if unknown:
        raise LookupError(f"the register has no {table} column {', '.join(unknown)}")
    return ", ".join(special.get(name) or f'{table}."{name}"' for name in names)


def _stream(
    query: str, columns: str, scope: Scope, region: RegionCode
) -> Iterator[tuple[Any, ...]]:
    """Yield rows from a server-side cursor; inside the caller's transaction and scope."""
    bounds = (*region.bounds, *scope.region.bounds)
    with connection.chunked_cursor() as cursor:
        cursor.execute(query.format(columns=columns), bounds)
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
