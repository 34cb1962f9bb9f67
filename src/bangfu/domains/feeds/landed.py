"""One landed batch: its counts, its fate, and what has read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bangfu.domains.feeds.board import landing_row
from bangfu.domains.feeds.models import Use
from bangfu.domains.feeds.selectors import get_feed_contract
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.scope import Scope


def describe_landing(scope: Scope, batch_id: UUID) -> dict[str, Any]:
    """Return a batch that is or was in force, with its dependants, oldest first.

    Raises NotFound E-INTAKE-NOT-FOUND, also for another county's.
    """
    with activate(scope):
        row = landing_row(scope, batch_id)
        uses = list(
            in_scope(Use.objects.all(), scope).filter(batch_id=batch_id).order_by("used_at")
        )
    contract = get_feed_contract(row.dataset)
    return {
        "batch_id": str(row.batch_id),
        "dataset": row.dataset,
        "title_zh": contract.title["zh"],
        "title_en": contract.title["en"],
        "period": row.period,
        "region": row.region_code,
        "state": row.state,
        "rows": row.rows,
        "matched": row.matched,
        "unmatched": row.unmatched,
        "as_of": row.as_of,
        "landed_at": row.landed_at,
        "landed_by": row.landed_by or None,
        "closed_at": row.closed_at,
        "reason": row.reason,
        "supersedes": str(row.supersedes) if row.supersedes else None,
        "dependants": [
            {
                "kind": use.used_by_kind,
                "id": use.used_by_id,
                "label": use.label,
                "used_at": use.used_at,
            }
            for use in uses
        ],
    }
