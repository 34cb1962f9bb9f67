"""Runs a child on some content and returns its answer."""

from __future__ import annotations

import os
import subprocess
import sys

# No secret of ours is in any of these.
ENVIRONMENT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TMPDIR")


def environment() -> dict[str, str]:
    """Return the words of our environment that a child may know."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def run(module: str, content: bytes, wall_seconds: float) -> bytes | None:
    """Return what a module of ours answers on stdout for `content` on its stdin; None where it did
    not come to a good end. Starts a process, 0.05 s and more.

    Raises TimeoutError when it took more than `wall_seconds`; it is gone by then.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=content,
            capture_output=True,
            timeout=wall_seconds,
            cwd="/",
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{module} took more than {wall_seconds} s") from error
    return done.stdout if done.returncode == 0 else None
