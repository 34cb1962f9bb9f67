"""What the register held before: single values of many households at a moment, set-based."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bangfu.domains.registry.models import Household
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

_BLOCK = 5000

# A version is the row that an update replaced, and `pgh_created_at` when that was. The oldest one
# replaced after the moment is what stood then, or, of a younger household, what stood first.
_VERSIONS = """
SELECT DISTINCT ON (version.pgh_obj_id) version.pgh_obj_id::text, {columns}
FROM registry_household_version AS version
WHERE version.pgh_created_at > %s
  AND version.region_code >= %s AND version.region_code < %s
  AND version.region_code >= %s AND version.region_code < %s {among}
ORDER BY version.pgh_obj_id, version.pgh_created_at, version.pgh_id
"""


def iter_earlier(
    scope: Scope,
    region: RegionCode,
    columns: Sequence[str],
    *,
    at: datetime,
    among: Collection[UUID] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield (household id, values) as they stood at a moment, or first stood if that is later.

    Households that have not changed since are left out: they hold what they held; with `among`
    all others too. Columns are those of the register. Consume it inside `activate(scope)`.
    """
    require(scope, "REGISTRY_READ", region)
    known = {field.column for field in Household._meta.concrete_fields}
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise LookupError(f"the register has no household column {', '.join(unknown)}")
    query = _VERSIONS.format(
        columns=", ".join(f'version."{name}"' for name in columns),
        among="" if among is None else "AND version.pgh_obj_id = ANY(%s)",
    )
    chosen = () if among is None else (list(among),)
    with activate(scope), connection.chunked_cursor() as cursor:
        cursor.execute(query, (at, *region.bounds, *scope.region.bounds, *chosen))
        while block := cursor.fetchmany(_BLOCK):
            yield from block
