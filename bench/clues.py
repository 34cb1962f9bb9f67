"""Times 10,000 clues made of a run's hits and handed on, in one transaction that is rolled back.

It needs the database of the demo (`bangfu demo --no-serve` first): its households are hit in as
many matters as 10,000 takes, and the breaker is lifted. Target: 10,000 clues with their clocks,
origins, handlers and messages ≤ 30 s. CPU seconds stand beside, because other work on the machine
stretches the clock.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import django

CLUES = 10_000
RESULTS = Path(__file__).parent / "results"
COUNTY = "990101000000"


def hits_for(scope: Any, count: int) -> list[Any]:
    """Return as many hits, on the scope's households in as many matters as that takes."""
    from bangfu.domains.registry.records import HouseholdFilter
    from bangfu.domains.registry.selectors import filtered
    from bangfu.domains.screening.domain import Severity
    from bangfu.domains.screening.hits import Hit
    from bangfu.foundation.access.scopes import activate
    from bangfu.standards import codelists

    with activate(scope):
        homes = list(filtered(scope, HouseholdFilter()).values_list("id", flat=True))
    matters = sorted(codelists.get("matter").codes - {"OTHER"})
    pairs = [(home, matter) for matter in matters for home in homes][:count]
    return [
        Hit(
            household_id=home,
            rule_id=f"bench_{matter.lower()}",
            risk=matter,
            severity=Severity.URGENT if number % 20 == 0 else Severity.ATTENTION,
            reason_zh=f"有成员本年住院累计自付 {number} 元",
            reason_en=f"A member has paid {number} yuan for inpatient care this year",
            classes=frozenset({"HEALTH"}),
            digest=f"{number:064d}",
        )
        for number, (home, matter) in enumerate(pairs)
    ]


def measure(scope: Any, run: Any, at: datetime) -> dict[str, Any]:
    """Make the clues of `CLUES` hits on the scope's households, and again; roll it all back."""
    from django.db import transaction

    from bangfu.domains.monitoring.clues import making
    from bangfu.foundation.access.scopes import activate

    hits = hits_for(scope, CLUES)
    found: dict[str, Any] = {
        "households": len({hit.household_id for hit in hits}),
        "hits": len(hits),
    }
    with activate(scope):
        release(run, at)
        for name in ("make", "again"):
            began, spent = time.perf_counter(), time.process_time()
            made = making.make(scope, at, run, hits, settled=set)
            found[name] = {
                "opened": made.opened,
                "dispatched": made.dispatched,
                "seconds": round(time.perf_counter() - began, 2),
                "cpu_seconds": round(time.process_time() - spent, 2),
            }
        transaction.set_rollback(True)
    return found


def release(run: Any, at: datetime) -> None:
    """Say that the county has released what the breaker would hold."""
    from bangfu.domains.monitoring.domain.breaker import BatchState, Exceeded
    from bangfu.domains.monitoring.models.clues import HeldBatch

    HeldBatch.objects.create(
        region_code=run.region_code,
        run_id=run.id,
        period=run.period,
        held_at=at,
        clues=CLUES,
        households=CLUES,
        screened=CLUES,
        village_code=run.region_code,
        village_clues=CLUES,
        exceeded=Exceeded.SHARE,
        share_limit=0,
        village_limit=0,
        state=BatchState.RELEASED,
        reason="bench",
        decided_at=at,
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    django.setup()
    from django.utils import timezone

    from bangfu.domains.screening.selectors import find_run
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    county = RegionCode(COUNTY)
    scope = command_scope(county, "bench/clues.py")
    run = find_run(scope, county)
    if run is None:
        sys.exit("no demo in this database: run `bangfu demo --no-serve` first")
    result = measure(scope, run, timezone.now())
    (RESULTS / "clues.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
