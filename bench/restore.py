"""Times a backup of an installation and its restore into an empty home.

It reads the demo (`bangfu demo --no-serve` first), or any home that BANGFU_HOME names whose cluster
runs; the restored home is removed again. With `--people N` it makes a home of its own: as many
counties of 20,000 households, about 75,000 people each, as N needs, through the real import, and
with `--lake FOLDER` a copy of a lake. Targets: the demo ≤ 60 s, a million people ≤ 5 min.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import registry_import

from bangfu.foundation.backup import base, keys, marks, plans, restoring
from bangfu.foundation.database import archive, cluster, saved
from bangfu.foundation.database.saved import DATABASE
from bangfu.server.config import get_config


def quiet(done: int, total: int, message: str) -> None:
    """Say nothing of the progress."""


def timed(result: dict[str, Any], name: str, began: float, cpu: float) -> None:
    """Keep wall and own CPU time of a step in seconds."""
    result[name] = {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }


def measure(home: Path) -> dict[str, Any]:
    """Back a home up and restore it; return sizes and times."""
    connection = saved.load(home)
    with marks.connect(connection, DATABASE) as server:
        size = server.execute("SELECT pg_database_size(current_database())").fetchone()
    assert size is not None
    scratch = Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
    scratch.chmod(0o711)
    keyring = home / "keys" / keys.KEYRING
    result: dict[str, Any] = {"database_mb": round(size[0] / 1e6)}
    spool = archive.folder_of(Path(connection.data))
    if spool.exists():
        sys.exit("this installation is being backed up already: measure one that is not")
    try:
        began, cpu = time.monotonic(), time.process_time()
        made = base.backup(home, scratch / "place", keyring)
        timed(result, "backup", began, cpu)
        result |= {"stored_mb": round(made.stored_bytes / 1e6), "rows": made.rows}
        plan = plans.make(scratch / "place", keys.load(home))
        began, cpu = time.monotonic(), time.process_time()
        plans.verify(plan, quiet)
        timed(result, "verify", began, cpu)
        shutil.copytree(home / "keys", scratch / "new" / "keys")
        (scratch / "new").chmod(0o711)
        began, cpu = time.monotonic(), time.process_time()
        restoring.restore(plan, scratch / "new", keyring, quiet)
        cluster.up(scratch / "new")
        timed(result, "restore", began, cpu)
        with marks.connect(saved.load(scratch / "new"), DATABASE) as server:
            result["rows_restored"] = sum(marks.count_rows(server).values())
    finally:
        if (scratch / "new").exists():
            cluster.destroy(scratch / "new")
        archive.remove(Path(connection.data))
        shutil.rmtree(scratch, ignore_errors=True)
    return result


def add_counties(prefixes: list[str]) -> None:
    """Add counties beside that of the import's bench, each with its towns and villages."""
    from bangfu.foundation.regions.models import Region

    registry_import.add_places()
    found = []
    for prefix in prefixes:
        county = f"{prefix}000000"
        found.append(Region(code=county, name=f"{prefix}县", level=3, parent_code="990100000000"))
        for town in range(registry_import.TOWNS):
            code = f"{prefix}{101 + town}000"
            found.append(Region(code=code, name=f"{town}镇", level=4, parent_code=county))
            found += [
                Region(code=f"{prefix}{101 + town}{200 + one}", name=f"{one}村", level=5,
                       parent_code=code)
                for one in range(registry_import.VILLAGES)
            ]  # fmt: skip
    Region.objects.bulk_create(found, ignore_conflicts=True)


def write_county(path: Path, prefix: str, households: int) -> None:
    """Write a county's list; people keep their numbers, for a number is one county's matter."""
    rows = registry_import.make_rows(households, shift=0)
    for row in rows:
        row["region_code"] = prefix + str(row["region_code"])[6:]
        row["household_no"] = prefix + str(row["household_no"])[6:]
    registry_import.write_file(path, rows)


def import_county(prefix: str, households: int, home: Path) -> int:
    """Import a county's list as a county does; return its people."""
    path = home / f"{prefix}.xlsx"
    # Written in a child, so that its memory goes with it.
    child = os.fork()
    if child == 0:
        write_county(path, prefix, households)
        os._exit(0)
    os.waitpid(child, 0)
    registry_import.COUNTY = f"{prefix}000000"
    done = registry_import.run(path, date(2026, 9, 30))
    path.unlink()
    counts = done["counts"]
    if done["state"] != "COMMITTED" or not isinstance(counts, dict):
        sys.exit(f"{prefix}: {done['state']} {done['errors']} {done['first_issue']}")
    say = f"{prefix}: {counts} {done['seconds']} s"
    print(say, file=sys.stderr, flush=True)
    return int(counts["rows"])


def build(home: Path, people: int, households: int, lake: Path | None) -> dict[str, Any]:
    """Fill a new home until it holds so many people; return what it holds."""
    began = time.monotonic()
    cluster.up(home)
    import django

    django.setup()
    from bangfu.foundation.database.migrate import migrate

    migrate()
    found, counties = 0, 0
    prefixes = [f"9901{number:02d}" for number in range(11, 100)]
    add_counties(prefixes)
    while found < people:
        found += import_county(prefixes[counties], households, home)
        counties += 1
    if lake is not None:
        shutil.copytree(lake, home / "lake", dirs_exist_ok=True)
    return {"people": found, "counties": counties, "built_seconds": round(time.monotonic() - began)}


def main() -> None:
    """Measure a home that is there, or one made for it; print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--households", type=int, default=20_000, help="Of each county.")
    parser.add_argument("--lake", type=Path, help="A lake to copy into the home that is made.")
    chosen = parser.parse_args()
    result: dict[str, Any] = {}
    if chosen.people:
        home = Path(tempfile.mkdtemp(prefix="bangfu-bench-home-"))
        home.chmod(0o711)
        os.environ["BANGFU_HOME"] = str(home)
        try:
            result |= build(home, chosen.people, chosen.households, chosen.lake)
            result |= measure(home)
        finally:
            cluster.destroy(home)
            shutil.rmtree(home, ignore_errors=True)
    else:
        home = Path(get_config().home).resolve()
        if not cluster.status(home).running:
            sys.exit("no running database: run `bangfu demo --no-serve` first")
        result = measure(home)
    result["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
