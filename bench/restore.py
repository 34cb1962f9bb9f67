"""Times a backup of an installation and its restore into an empty home.

It reads the demo (`bangfu demo --no-serve` first), or any home that BANGFU_HOME names whose cluster
runs; the restored home is removed again. Targets: the demo ≤ 60 s, a million people ≤ 5 min.
"""

from __future__ import annotations

import json
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

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


def main() -> None:
    home = Path(get_config().home).resolve()
    if not cluster.status(home).running:
        sys.exit("no running database: run `bangfu demo --no-serve` first")
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
    result["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
