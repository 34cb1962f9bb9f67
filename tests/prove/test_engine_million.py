"""The long proof: a million rules × households, by `make prove`; a thousand in an ordinary run.

The result is kept in bench/results/prove.json: command, seed, pairs, seconds, disagreements.
BANGFU_PROVE_SEED and BANGFU_PROVE_PAIRS change what is proved.
"""

from __future__ import annotations

import json
import os
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from bangfu.engine.rules.functions import FUNCTIONS
from tests.proof.agreement import Batch
from tests.proof.grammar import ROOTS

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
PAIRS = int(os.environ.get("BANGFU_PROVE_PAIRS", "1000000" if LONG else "1000"))
RULES, HOUSEHOLDS = (20, 1000) if LONG else (20, 50)


def decide(index: int, number: int) -> dict[str, Any]:
    """Decide one batch by both; return its size and the first disagreements.

    SQL that DuckDB will not run is a disagreement too.
    """
    batch = Batch(number, RULES, HOUSEHOLDS, first=index * RULES // 2)
    found: list[Any]
    try:
        found = batch.disagreements()
    except duckdb.Error as error:
        found = [error]
    return {
        "pairs": len(batch.made) * len(batch.homes),
        "units": len(batch.expected),
        "number": number,
        "disagreements": len(found),
        "first": [str(item) for item in found[:3]],
    }


def prove(pairs: int) -> dict[str, Any]:
    """Go through batches of the seed until so many pairs are decided."""
    source, began = Random(SEED), time.monotonic()
    wanted = -(-pairs // (RULES * HOUSEHOLDS))
    numbers = [source.getrandbits(63) for _ in range(wanted)]
    workers = min(os.cpu_count() or 1, 8) if LONG else 1
    with ProcessPoolExecutor(workers) as pool:
        batches = list(pool.map(decide, range(wanted), numbers))
    wrong = [batch for batch in batches if batch["disagreements"]]
    return {
        "command": "make prove",
        "seed": SEED,
        "pairs": sum(batch["pairs"] for batch in batches),
        "rules": wanted * RULES,
        "households": wanted * HOUSEHOLDS,
        "decisions": sum(batch["units"] for batch in batches),
        "functions": len(FUNCTIONS),
        "constructs": len(set(ROOTS)),
        "disagreements": sum(batch["disagreements"] for batch in batches),
        "wrong": wrong,
        "seconds": round(time.monotonic() - began, 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}",
    }


def test_the_sql_and_the_reference_agree_on_every_pair(tmp_path: Path) -> None:
    found = prove(PAIRS)
    target = ROOT / "bench" / "results" if LONG else tmp_path
    target.mkdir(parents=True, exist_ok=True)
    written = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (target / "prove.json").write_text(written, encoding="utf-8")
    assert found["wrong"] == []
    assert found["pairs"] >= PAIRS
