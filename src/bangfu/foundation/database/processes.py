"""Whether the process that a pid file names is the server of our data, and what is left of it.

A pid alone proves nothing: after a crash it may belong to another program, or to a zombie that
its parent has not collected yet. Both count as stale.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

PID_FILE = "postmaster.pid"
_PROC = Path("/proc")


def postmaster_pid(data: Path) -> int | None:
    """Return the pid of the live server of `data`; None when the pid file is absent or stale."""
    try:
        pid = int((data / PID_FILE).read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_postmaster(pid, data) else None


def is_postmaster(pid: int, data: Path) -> bool:
    """Return whether `pid` runs, is no zombie, and is a postgres started for `data`."""
    if not _PROC.is_dir():
        return _is_postmaster_by_ps(pid, data)
    try:
        state = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    if not words or state[0] in ("Z", "X"):
        return False
    return Path(os.fsdecode(words[0])).name == "postgres" and os.fsencode(str(data)) in words


def _is_postmaster_by_ps(pid: int, data: Path) -> bool:
    shown = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(shown) and not shown.startswith("Z") and f"postgres -D {data}" in shown


def orphans(data: Path) -> list[int]:
    """Return server processes of `data` that outlived their postmaster (Linux only)."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            title = (entry / "cmdline").read_bytes()
            if title.startswith(b"postgres: ") and (entry / "cwd").readlink() == data:
                found.append(int(entry.name))
        except OSError:
            continue  # It has ended meanwhile, or belongs to someone whose processes are not ours.
    return found


def clear_away(data: Path, *, patience: float = 3.0) -> None:
    """Make room for a new server: end what a dead one left, then remove its pid file.

    Processes of a dead postmaster stop by themselves, as a rule at once; those that do not hold
    the shared memory and keep a new server from starting, so they are killed. Crash recovery
    follows in any case.
    """
    deadline = time.monotonic() + patience
    while left := orphans(data):
        if time.monotonic() > deadline:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            deadline = time.monotonic() + patience
        time.sleep(0.05)
    (data / PID_FILE).unlink(missing_ok=True)
