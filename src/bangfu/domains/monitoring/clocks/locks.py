"""Locking rows for the sweeper: whoever works on one now is not waited for."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bangfu.domains.monitoring.models import Proceeding
from bangfu.foundation.access.scopes import in_scope
from bangfu.kernel.scope import Scope


def lock_rows(scope: Scope, ids: Collection[UUID]) -> list[Proceeding]:
    """Return open proceedings by id, locked until the transaction ends; those that somebody else
    has locked are left out."""
    rows = in_scope(Proceeding.objects.all(), scope).select_for_update(skip_locked=True)
    return list(rows.filter(id__in=list(ids), closed_at__isnull=True).order_by("id"))
