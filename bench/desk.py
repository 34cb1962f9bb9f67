"""Times the desk inside the server process: 20,000 households, 10,000 open proceedings.

It needs the database of the demo (`bangfu demo --no-serve` first). What is missing of 10,000 open
clues is added by SQL, spread over all villages and over last days around today, half of them with
a handler; `--keep` leaves them, else they go when it ends. Asked through the whole stack of
middleware by an officer of the county, of a township and of a village. Target: p95 ≤ 100 ms. CPU
seconds stand beside, because other work on the machine stretches the clock.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django

OPEN = 10_000
ROUNDS = 60
RESULTS = Path(__file__).parent / "results"
COUNTY = "990101000000"
MARK = "bench-desk"

_CLUES = """
INSERT INTO monitoring_proceeding
  (id, region_code, no, procedure, version, digest, state, facts, household_id, household_no,
   head_name, source, risk, title_zh, title_en, classes, severity, assessed_level, period,
   opened_at, changed_at, revision, waits_for, department, next_clock, next_due_on,
   is_provisional, overdue_level, is_supervised, urged, outcome)
SELECT gen_random_uuid(), h.region_code, 'XS2000-' || lpad(n::text, 6, '0'), 'clue', '2026.1',
       repeat('0', 64), CASE WHEN n %% 4 = 0 THEN 'RECEIVED' ELSE 'CHECKING' END, %s, NULL,
       h.household_no, h.head_name, 'CADRE', 'OTHER', '待核实', 'To be checked', '{{}}', n %% 4, '',
       %s, now(), now(), 1, CASE WHEN n %% 4 = 0 THEN 'TOWNSHIP' ELSE 'VILLAGE' END, '', 'check',
       current_date + (n %% 23)::int - 6, false, '', n %% 97 = 0, '', ''
  FROM (SELECT *, row_number() OVER (ORDER BY household_no) AS n
          FROM registry_household WHERE closed_on IS NULL) h
 WHERE n <= %s
"""
_HANDLERS = """
INSERT INTO monitoring_handler (id, region_code, proceeding_id, user_id, since, end_reason)
SELECT gen_random_uuid(), p.region_code, p.id,
       CASE WHEN row_number() OVER () %% 5 = 0 THEN %s ELSE gen_random_uuid() END, now(), ''
  FROM monitoring_proceeding p
 WHERE p.period = %s AND p.waits_for = 'VILLAGE' AND p.severity > 0
"""


def times(call: Any) -> dict[str, float]:
    """Return p50 and p95 in milliseconds, and CPU milliseconds of this process a call."""
    call(), call()
    found, spent = [], time.process_time()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
    return {
        "p50": round(statistics.median(found), 1),
        "p95": round(statistics.quantiles(found, n=20)[-1], 1),
        "cpu": round((time.process_time() - spent) * 1000 / ROUNDS, 1),
    }


def fill(handler: str) -> int:
    """Add the clues that are missing; return how many are open."""
    from django.db import connection

    from bangfu.domains.monitoring.models import Proceeding
    from bangfu.foundation.access.scopes import activate, command_scope
    from bangfu.foundation.crypto.cipher import encrypt
    from bangfu.kernel.region import RegionCode

    scope = command_scope(RegionCode(COUNTY), MARK)
    with activate(scope), connection.cursor() as cursor:
        known = Proceeding.objects.filter(closed_at__isnull=True).count()
        if known < OPEN:
            cursor.execute(_CLUES.replace("{{}}", "{}"), [encrypt("{}"), "2000-01", OPEN - known])
            cursor.execute(_HANDLERS, [handler, "2000-01"])
        return Proceeding.objects.filter(closed_at__isnull=True).count()


def empty() -> None:
    """Take away what `fill` added."""
    from django.db import connection

    from bangfu.foundation.access.scopes import activate, command_scope
    from bangfu.kernel.region import RegionCode

    scope = command_scope(RegionCode(COUNTY), MARK)
    with activate(scope), connection.cursor() as cursor:
        added = "SELECT id FROM monitoring_proceeding WHERE period = '2000-01'"
        cursor.execute(f"DELETE FROM monitoring_handler WHERE proceeding_id IN ({added})")
        cursor.execute("DELETE FROM monitoring_proceeding WHERE period = '2000-01'")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    # The bench signs in without a code.
    os.environ["BANGFU_SECOND_FACTOR"] = "off"
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    users = {
        level: get_user_model().objects.filter(username=f"yunxi_{level}").first()
        for level in ("county", "town", "village")
    }
    if None in users.values():
        sys.exit("no demo in this database: run `bangfu demo --no-serve` first")
    result: dict[str, Any] = {"open": fill(str(users["village"].pk)), "desk_ms": {}}
    try:
        for level, user in users.items():
            client = Client()
            client.force_login(user)

            def ask(client: Client = client) -> Any:
                response = client.get("/api/v1/desk")
                assert response.status_code == 200, response.content
                return response.json()

            found = ask()
            waiting = sum(one["number"] for one in found["waiting"])
            result["desk_ms"][level] = {
                **times(ask),
                "mine": found["mine"],
                "waiting": waiting,
            }
    finally:
        if "--keep" not in sys.argv[1:]:
            empty()
    text = json.dumps(result, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "desk.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
