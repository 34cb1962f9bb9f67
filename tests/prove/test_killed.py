"""Two hundred kill -9 of server, worker and database under load, and the age of what is safe.

The results are kept in bench/results/prove_killed.json and prove_rpo.json, the kills by rounds of
fifty with a seed each. BANGFU_PROVE_KILLS changes how many, BANGFU_PROVE_SEED the first seed;
rounds of other seeds keep the result they had.
"""

from __future__ import annotations

import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import pytest

from bangfu.foundation.backup import plans
from bangfu.foundation.backup.archiver import PAUSE_SECONDS, Archiver
from bangfu.foundation.backup.keys import load
from tests.backup_kit import now, office
from tests.kill_kit import kill_and_count

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
KILLS = int(os.environ.get("BANGFU_PROVE_KILLS", "200" if LONG else "3"))
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
RPO_SECONDS = 60.0
# Kills of one installation; the next round begins with a new one and the next seed.
A_ROUND = 50
COUNTED = ("acknowledged", "acknowledged_by_http", "broken_off", "seconds")


def keep(name: str, found: dict[str, Any], other: Path) -> None:
    """Keep a result; a short run keeps it out of the repository."""
    target = RESULTS if LONG else other
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    told = {"command": "make prove", **found, "machine": machine}
    (target / name).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def together(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of all rounds, everything that was lost in one of them, and the rounds."""
    kills = {
        name: sum(one["kills"][name] for one in rounds) for name in ("server", "worker", "database")
    }
    return {
        "kills": kills,
        **{name: round(sum(one[name] for one in rounds), 1) for name in COUNTED},
        "lost": [one for each in rounds for one in each["lost"]],
        "rounds": rounds,
    }


def kept_rounds() -> list[dict[str, Any]]:
    """Return the rounds that earlier runs kept."""
    path = RESULTS / "prove_killed.json"
    found = json.loads(path.read_text(encoding="utf-8")) if LONG and path.exists() else {}
    return list(found.get("rounds", []))


@pytest.mark.evidence("F64")
def test_f64_no_acknowledged_write_is_lost_however_often_it_is_killed(tmp_path: Path) -> None:
    rounds = {one["seed"]: one for one in kept_rounds()}
    seeds = [SEED + number for number in range(-(-KILLS // A_ROUND))]
    for number, seed in enumerate(seeds):
        rounds[seed] = kill_and_count(min(A_ROUND, KILLS - A_ROUND * number), seed)
        # Kept after each round, in place of an earlier one of its seed: two hundred take long.
        keep("prove_killed.json", together([rounds[one] for one in sorted(rounds)]), tmp_path)
    found = together([rounds[seed] for seed in seeds])
    assert found["lost"] == []
    assert sum(found["kills"].values()) == KILLS


@pytest.mark.evidence("GB22239-8.1.4.9-b")
def test_a_lone_write_is_in_the_backup_within_a_minute(tmp_path: Path) -> None:
    """The hardest case: one row, then nothing that would fill a log file."""
    with office() as found:
        found.backup()
        worker, ages = Archiver(found.home), []
        for number in range(3 if LONG else 1):
            found.ask(f"INSERT INTO kept VALUES ({9000 + number})")
            written = now()
            before = len(plans.make(found.place, load(found.home)).wal)
            while len(plans.make(found.place, load(found.home)).wal) == before:
                time.sleep(PAUSE_SECONDS)
                worker.once()
            ages.append(round((now() - written).total_seconds(), 1))
    keep("prove_rpo.json", {"seconds_until_safe": ages}, tmp_path)
    assert max(ages) <= RPO_SECONDS
