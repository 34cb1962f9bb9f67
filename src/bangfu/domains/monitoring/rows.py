"""Rows of proceedings as plain records, and how they are found and locked."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.db.models import Q, QuerySet

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import Proceeding
from bangfu.foundation.access.scopes import bounds, in_scope, in_some_scope
from bangfu.foundation.database.kept import Kept, Slot
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope

# Columns that a record takes over as they are.
_SAME = (
    *("id", "no", "procedure", "version", "state", "region_code", "household_id", "household_no"),
    *("head_name", "source", "risk", "title_zh", "title_en", "severity", "assessed_level"),
    *("period", "origin_id", "joined_to_id", "batch_id", "opened_at", "changed_at", "revision"),
    *("waits_for", "department", "next_clock", "next_due_on", "is_provisional"),
    *("overdue_level", "is_supervised", "closed_at", "outcome"),
)


def visible(scope: Scope) -> QuerySet[Proceeding]:
    """Return the proceedings of the scope; a department's post sees those that are with it, and
    those of its matter that are so late that the ladder has come to it."""
    found = in_scope(Proceeding.objects.all(), scope)
    if scope.department is not None:
        found = found.filter(Q(department=scope.department) | Q(urged=scope.department))
    return found


def find_row(scope: Scope, proceeding_id: UUID, *, lock: bool = False) -> Proceeding:
    """Return a proceeding of the scope; inside `activate`.

    Raises NotFound E-MONITORING-NOT-FOUND.
    """
    row = _by_id(lock, scope.department is not None).first(
        id=proceeding_id, department=scope.department, **bounds(scope.region)
    )
    if row is None:
        raise NotFound("E-MONITORING-NOT-FOUND")
    return row


@cache
def _by_id(is_locked: bool, is_departmental: bool) -> Kept[Proceeding]:
    """The query of `find_row`: of the rows that `visible` returns, the one."""

    def make() -> QuerySet[Proceeding]:
        found = in_some_scope(Proceeding.objects.filter(id=Slot("id")))
        if is_departmental:
            found = found.filter(Q(department=Slot("department")) | Q(urged=Slot("department")))
        return found.select_for_update() if is_locked else found

    return Kept(make)


def to_record(row: Proceeding, *, joined_now: bool = False) -> ProceedingRecord:
    """Return the plain record of a row, with its facts in clear."""
    return ProceedingRecord(
        **{name: getattr(row, name) for name in _SAME},
        classes=tuple(row.classes),
        facts=instances.unseal(row.facts),
        joined_now=joined_now,
    )
