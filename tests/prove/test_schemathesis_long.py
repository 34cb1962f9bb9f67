"""The long proof of the interface: 1,000 examples an operation, by every role in turn.

By `make prove`; ten in an ordinary run of this file. The result is kept in
bench/results/prove_schemathesis.json: seed, examples, requests by status, what broke.
BANGFU_PROVE_SEED and BANGFU_PROVE_EXAMPLES change what is proved.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.api.conftest import World, build
from tests.cast import Cast
from tests.interface_kit import Driver, description, ids_of, operations, senders_of

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
EXAMPLES = int(os.environ.get("BANGFU_PROVE_EXAMPLES", "1000" if LONG else "10"))


@pytest.fixture
def world(cast: Cast) -> World:
    """The cast in a filled country."""
    return build(cast)


def test_no_request_of_a_thousand_breaks_the_server_or_the_description(
    world: World, tmp_path: Path
) -> None:
    began = time.monotonic()
    driver = Driver(senders_of(world.cast), ids_of(world), SEED)
    for operation in operations(description()):
        driver.drive(operation, EXAMPLES)
    outcome = driver.outcome
    statuses: Counter[int] = Counter()
    for (_, status), count in outcome.answers.items():
        statuses[status] += count
    found = {
        "command": "make prove",
        "seed": SEED,
        "operations": len(outcome.examples),
        "examples_an_operation": EXAMPLES,
        "examples": sum(outcome.examples.values()),
        "senders": len(driver.senders),
        "requests": sum(statuses.values()),
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "broken": outcome.failures,
        "seconds": round(time.monotonic() - began, 1),
    }
    target = ROOT / "bench" / "results" if LONG else tmp_path
    target.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (target / "prove_schemathesis.json").write_text(text, encoding="utf-8")
    assert found["broken"] == {}
    assert found["server_errors"] == 0
