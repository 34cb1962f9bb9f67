"""Times one act on 10,000 clues, its undoing, and a sweep over 10,000 overdue clocks.

It needs the database of the demo (`bangfu demo --no-serve` first): its households are hit in as
many matters as 10,000 takes, in one transaction that is rolled back. Targets: handing 10,000 clues
to somebody else ≤ 30 s, the sweep that climbs for all of them ≤ 60 s, each sweep after it ≤ 1 s.
CPU seconds stand beside, because other work on the machine stretches the clock.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

CLUES = 10_000
RESULTS = Path(__file__).parent / "results"
COUNTY = "990101000000"


def timed(found: dict[str, Any], name: str, deed: Callable[[], Any]) -> Any:
    """Do something and keep how long it took."""
    began, spent = time.perf_counter(), time.process_time()
    done = deed()
    found[name] = {
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - spent, 2),
    }
    return done


def measure(scope: Any, run: Any, at: datetime) -> dict[str, Any]:
    """Make `CLUES` clues, reassign them all, take that back, let them all be late."""
    from django.db import transaction

    from bangfu.domains.monitoring.clocks import climbs
    from bangfu.domains.monitoring.clues import bulk, making
    from bangfu.domains.monitoring.models import Proceeding
    from bangfu.foundation.access.scopes import activate, system_scope
    from bangfu.foundation.accounts.holders import list_holders
    from bangfu.kernel.workdays import local_day
    from bench.clues import hits_for, release

    found: dict[str, Any] = {}
    with activate(scope):
        release(run, at)
        hits = hits_for(scope, CLUES)
        timed(found, "make", lambda: making.make(scope, at, run, hits, settled=set))
        rows = Proceeding.objects.filter(procedure="clue", opened_at=at)
        ids = list(rows.values_list("id", flat=True))
        waiting = list(rows.filter(state="RECEIVED").values_list("id", flat=True))
        (first, *_) = list_holders(scope, "CLUE_CHECK", local_day(at))
        who, later = (str(first.user_id),), at + timedelta(minutes=5)
        wish = bulk.Wish(bulk.Act.DISPATCH, who)
        handed = timed(
            found,
            "dispatch",
            lambda: bulk.act_on_many(scope=scope, at=later, ids=waiting, wish=wish),
        )
        found["dispatched"] = handed.done
        later += timedelta(minutes=5)
        wish = bulk.Wish(bulk.Act.REASSIGN, who, "换人")
        act = timed(
            found,
            "reassign",
            lambda: bulk.act_on_many(scope=scope, at=later, ids=ids, wish=wish),
        )
        found["clues"], found["refused"] = act.done, len(act.refusals)
        back = later + timedelta(minutes=5)
        taken_back = timed(
            found, "undo", lambda: bulk.undo(scope=scope, at=back, act_id=act.act_id)
        )
        found["undone"] = taken_back.done
        system = system_scope(scope.region, "monitoring.sweep")
        # Every clock that runs has passed its first rung, many several more.
        late = at + timedelta(days=12)
        found["rungs"] = timed(found, "climb", lambda: climbs.climb(system, late))
        found["rungs_again"] = timed(found, "climb_again", lambda: climbs.climb(system, late))
        transaction.set_rollback(True)
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    django.setup()
    from django.utils import timezone

    from bangfu.domains.screening.selectors import find_run
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    county = RegionCode(COUNTY)
    scope = command_scope(county, "bench/bulk.py")
    run = find_run(scope, county)
    if run is None:
        sys.exit("no demo in this database: run `bangfu demo --no-serve` first")
    result = measure(scope, run, timezone.now())
    (RESULTS / "bulk.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
