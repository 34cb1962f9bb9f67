"""Every trap of row security once more on Debian's PostgreSQL 15, the oldest version we run on.

The tests are the same files, run by a pytest of their own whose cluster is made of Debian's
programs. `make test` installs the package as root, and says when it could not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
FILES = (
    "tests/db/test_row_security.py",
    "tests/db/test_row_security_traps.py",
    "tests/db/test_signed_scope.py",
    "tests/db/test_scope_through_a_pool.py",
    "tests/db/test_region_keys.py",
)


@pytest.mark.debian
@pytest.mark.slow
@pytest.mark.evidence("T2", "F50")
def test_f50_the_traps_of_row_security_are_shut_on_debians_postgresql_15() -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_", "PYTEST_", "BANGFU_TEST_"))
        and name not in ("BANGFU_HOME", "BANGFU_SCOPE_KEY_FILE")
    }
    environment |= {"BANGFU_POSTGRES_BIN": str(PROGRAMS), "BANGFU_TEST_SERVER": "15"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 80
    assert "skipped" not in done.stdout
