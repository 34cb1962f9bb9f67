"""The long proof of the interface: 1,000 examples an operation, by every role in turn.

By `make prove`; ten examples of one part in an ordinary run of this file. The operations are
proved in eight parts, each of which is kept as soon as it is done, in
bench/results/prove_schemathesis.json: seed, examples, requests by status, what broke.
BANGFU_PROVE_PARTS (0 to 7, separated by commas), BANGFU_PROVE_SEED and BANGFU_PROVE_EXAMPLES change
what is proved; parts that are left out keep the result they had.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.api.isolation.victims import fill
from tests.interface_kit import Driver, Outcome, description, operations, senders_of

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
EXAMPLES = int(os.environ.get("BANGFU_PROVE_EXAMPLES", "1000" if LONG else "10"))
PARTS = 8
NAMED = os.environ.get("BANGFU_PROVE_PARTS", "")
WANTED = [int(one) for one in NAMED.split(",")] if NAMED else list(range(PARTS if LONG else 1))


def told(part: int, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """Return what came of a part, as it is kept."""
    statuses: Counter[int] = Counter()
    for (_, status), count in outcome.answers.items():
        statuses[status] += count
    return {
        "part": part,
        "seed": SEED,
        "operations": len(outcome.examples),
        "examples_an_operation": EXAMPLES,
        "examples": sum(outcome.examples.values()),
        "requests": sum(statuses.values()),
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "broken": outcome.failures,
        "seconds": round(seconds, 1),
    }


def keep(found: dict[str, Any], folder: Path) -> None:
    """Keep a part's result in place of an earlier one; parts may be proved side by side."""
    path = folder / "prove_schemathesis.json"
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        parts = {one["part"]: one for one in (json.loads(text)["parts"] if text else [])}
        parts[found["part"]] = found
        listed = [parts[part] for part in sorted(parts)]
        sums = ("operations", "examples", "requests", "server_errors")
        whole = {
            "command": "make prove",
            "parts_of": PARTS,
            **{name: sum(one[name] for one in listed) for name in sums},
            "broken": sum(len(one["broken"]) for one in listed),
            "seconds": round(sum(one["seconds"] for one in listed), 1),
            "parts": listed,
        }
        file.truncate(0)
        file.write(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.django_db
@pytest.mark.parametrize("part", WANTED)
def test_no_request_of_a_thousand_breaks_the_server_or_the_description(
    tmp_path: Path, part: int
) -> None:
    began = time.monotonic()
    country = fill()
    driver = Driver(senders_of(), country, SEED)
    for operation in list(operations(description()))[part::PARTS]:
        driver.drive(operation, EXAMPLES)
    found = told(part, driver.outcome, time.monotonic() - began)
    keep(found, ROOT / "bench" / "results" if LONG else tmp_path)
    assert found["broken"] == {}
    assert found["server_errors"] == 0
