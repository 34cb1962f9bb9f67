"""Times the seals and the verification of the audit chain, end to end, in a database of its own.

Rows like those of a working county are added by SQL, sealed by the sealer, and verified: read from
PostgreSQL, hashed with SM3, compared with seals and witness. Targets: ≥ 100,000 rows a second of
verification; a seal within a second of its commit.

    .venv/bin/python bench/audit_verify.py [rows]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

RESULTS = Path(__file__).parent / "results"
ROWS = 1_000_000
# A quiet county: a segment every second or so holds a handful of rows.
SMALL_SEGMENTS, SMALL_ROWS = 10_000, 3
_ADD = """
INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_label, action, region_code,
                         subject_kind, subject_id, detail, result, purpose, post_id, client)
SELECT (lpad(to_hex(1790000000000 + %s + n), 12, '0') || '7' || substr(md5(n::text), 1, 3)
        || '8' || substr(md5(n::text), 4, 15))::uuid,
       timestamptz '2026-10-01 08:00+08' + n * interval '1 second', 'USER',
       md5((n %% 300)::text)::uuid::text, '云溪县干部' || n %% 300,
       (ARRAY['registry.household.viewed', 'registry.household.listed',
              'changes.request.submitted', 'access.request.refused'])[1 + n %% 4],
       '9901011' || lpad((n %% 99)::text, 2, '0') || '201', 'registry.household', 'H' || n,
       jsonb_build_object('fields', n %% 20, 'request_id', substr(md5(n::text), 1, 12)),
       'OK', '', md5((n %% 500)::text)::uuid, '10.8.' || n %% 200 || '.' || n %% 250
  FROM generate_series(1, %s) AS n
"""


def add(first: int, rows: int) -> None:
    """Add rows whose ids begin `first` milliseconds into the log."""
    from django.db import connection

    from bangfu.foundation.access.scopes import activate, system_scope
    from bangfu.foundation.audit.services import NATION

    with activate(system_scope(NATION, "bench")), connection.cursor() as cursor:
        cursor.execute(_ADD, [first, rows])


def seal_in(rows: int) -> int:
    """Seal everything in segments of at most `rows`; return the seconds per row of it."""
    from bangfu.foundation.audit import sealer

    sealer.SEGMENT_ROWS = rows
    return sealer.seal_all()


def backend_seconds() -> float:
    """Return the CPU seconds that this connection's server process has used (Linux)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(rows: int) -> dict[str, Any]:
    """Return the figures."""
    from django.db import connection

    from bangfu.foundation.audit import verifying

    add(0, rows)
    connection.cursor().execute("SET statement_timeout = 0")
    began = time.perf_counter()
    sealed = seal_in(1000)
    sealing = time.perf_counter() - began
    runs = []
    for _ in range(3):
        cpu, server = time.process_time(), backend_seconds()
        report = verifying.verify(against="")
        assert report.is_sound, report.first
        used = backend_seconds() - server
        runs.append((report.seconds, time.process_time() - cpu, used))
    seconds, cpu, server = min(runs)
    add(rows + 1000, SMALL_SEGMENTS * SMALL_ROWS)
    seal_in(SMALL_ROWS)
    both = verifying.verify(against="")
    assert both.is_sound, both.first
    small = max(both.seconds - seconds, 0.001)
    return {
        "rows": sealed,
        "seal_rows_per_second": round(sealed / sealing),
        "verify_seconds": round(seconds, 2),
        "verify_rows_per_second": round(sealed / seconds),
        "verify_own_cpu_microseconds_per_row": round(cpu / sealed * 1e6, 2),
        "verify_server_cpu_microseconds_per_row": round(server / sealed * 1e6, 2),
        "load_average": round(os.getloadavg()[0], 1),
        "small_segments_per_second": round(SMALL_SEGMENTS / small),
        "target_rows_per_second": 100_000,
    }


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-") as folder:
        os.chmod(folder, 0o711)
        os.environ["BANGFU_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.server.settings"
        from bangfu.foundation.database import cluster

        home = Path(folder)
        cluster.up(home)
        try:
            django.setup()
            from django.db import connections

            from bangfu.foundation.database.migrate import migrate

            migrate()
            found = measure(rows)
            connections.close_all()
        finally:
            cluster.destroy(home)
    text = json.dumps(found, indent=2)
    (RESULTS / "audit_verify.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
