"""F64: server, worker and database are killed under load; what was acknowledged is there.

One kill of each here; `make prove` does two hundred (tests/prove/test_killed.py).
"""

from __future__ import annotations

import pytest

from tests.kill_kit import kill_and_count


@pytest.mark.evidence("F64")
def test_f64_no_acknowledged_write_is_lost_by_kill_9() -> None:
    found = kill_and_count(3, seed=20261122)
    assert found["lost"] == []
    assert found["kills"] == {"server": 1, "worker": 1, "database": 1}
    assert found["acknowledged_by_http"] > 0
    assert found["acknowledged"] > 50
