"""Putting on the list what was decided here and is to be entered in the national system
(待录入、待标注), before any export has shown that it is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.reconciliation.domain import Difference, ItemKind, ItemState
from bangfu.domains.reconciliation.merging import key_of
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

# What an item that is on the list already takes over; when it was first seen, and by what, stays.
_AGAIN = (
    *("region_code", "kind", "household_no", "head_name", "column", "here"),
    *("state", "last_seen_on", "done_on"),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """A household's column and the value that the national system is to show."""

    column: str
    here: str


def expect(
    *,
    scope: Scope,
    at: datetime,
    region: RegionCode,
    household_no: str,
    head_name: str,
    fields: Iterable[Expected],
    origin: UUID,
) -> int:
    """Put fields of a household on the list of what is to be entered; return how many.

    They have the keys that a comparison gives them, so that the next export ticks off what it
    shows and leaves open what it does not. `origin` is what asked for it. Inside the caller's
    transaction; one statement, whatever the number of fields.
    """
    today, listed = local_day(at), list(fields)
    items = [
        ReconciliationItem(
            region_code=str(region),
            county_code=region.county.prefix,
            key=key_of(
                Difference(
                    ItemKind.CORRECT_FIELD, str(region), household_no, head_name, column=one.column
                )
            ),
            reconciliation_id=origin,
            kind=ItemKind.CORRECT_FIELD,
            household_no=household_no,
            head_name=head_name,
            column=one.column,
            here=one.here,
            state=ItemState.OPEN,
            first_seen_on=today,
            last_seen_on=today,
        )
        for one in listed
    ]
    with activate(scope):
        ReconciliationItem.objects.bulk_create(
            items,
            update_conflicts=True,
            unique_fields=["county_code", "key"],
            update_fields=_AGAIN,
        )
        audit.record(
            scope,
            "reconciliation.items.expected",
            at=at,
            subject_kind="reconciliation",
            subject_id=str(origin),
            region_code=str(region),
            detail={"fields": len(listed)},
        )
    return len(listed)
