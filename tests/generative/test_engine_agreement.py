"""Random rules over the whole language and random households: the SQL says what the reference says.

Hypothesis draws one number a batch, from a seed that is kept; of each number 20 rules and 50
households are made, which are compiled and decided at once. `make prove` goes on to a million
pairs (tests/prove).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.functions import FEED_AGGREGATES, FUNCTIONS, MEMBER_AGGREGATES
from bangfu.engine.rules.gather import distinct_of
from bangfu.engine.rules.scope import UNKNOWN_REASONS
from tests.proof.agreement import Batch
from tests.proof.catalog import FEEDS, THRESHOLDS
from tests.proof.planted import PLANTED

SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
RULES, HOUSEHOLDS, BATCHES = 20, 50, 10


@cache
def numbers() -> Sequence[int]:
    """The numbers that Hypothesis draws from the seed, the same in every run."""
    drawn: list[int] = []

    @seed(SEED)
    @settings(
        max_examples=BATCHES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(number=st.integers(min_value=0, max_value=2**63))
    def draw(number: int) -> None:
        drawn.append(number)

    draw()
    return tuple(dict.fromkeys(drawn))[:BATCHES]


@cache
def batch(index: int) -> Batch:
    """One batch of the proof; what the reference says of it is worked out once."""
    return Batch(numbers()[index], RULES, HOUSEHOLDS, first=index * RULES // 2)


def test_two_hundred_rules_meet_fifty_households_each() -> None:
    assert len(numbers()) == BATCHES
    assert len({rule.when for i in range(BATCHES) for rule in batch(i).made}) >= 190
    assert all(len(batch(i).homes) == HOUSEHOLDS for i in range(BATCHES))


@pytest.mark.parametrize("index", range(BATCHES))
def test_duckdb_says_what_the_reference_says(index: int) -> None:
    assert batch(index).disagreements() == []


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_wrong_lowering_is_caught(name: str) -> None:
    """Planted faults are caught by the very batches that pass without them."""
    for index in range(BATCHES):
        found = batch(index)
        planted = PLANTED[name](found.made)
        if planted.get("rules") == []:
            continue
        try:
            if found.disagreements(**planted):
                return
        except duckdb.Error:
            # What DuckDB refuses to run is no silent fault.
            return
    pytest.fail(f"{name} was not caught")


def used() -> list[n.Node]:
    """Every distinct node of the proof's rules."""
    return list(distinct_of(rule for index in range(BATCHES) for rule in batch(index).made))


def test_the_proof_uses_every_function() -> None:
    assert {node.name for node in used() if isinstance(node, n.Call)} == set(FUNCTIONS)


def test_the_proof_uses_every_kind_of_node() -> None:
    assert {type(node) for node in used()} == set(n.Node.__args__)


def test_the_proof_uses_every_aggregate_over_every_feed() -> None:
    over_rows = [node for node in used() if isinstance(node, n.FeedAggregate)]
    assert {node.kind for node in over_rows} == {kind for kind, _ in FEED_AGGREGATES.values()}
    assert {node.table for node in over_rows} == set(FEEDS)
    assert {node.grain for node in over_rows} == {"household", "person"}
    over_members = [node for node in used() if isinstance(node, n.MemberAggregate)]
    assert {node.kind for node in over_members} == {kind for kind, _ in MEMBER_AGGREGATES.values()}


def test_the_proof_uses_every_operator_threshold_and_reason() -> None:
    nodes = used()
    operators = {node.op for node in nodes if isinstance(node, n.Compare)}
    assert operators == {"=", "<>", "<", "<=", ">", ">="}
    assert {node.name for node in nodes if isinstance(node, n.Threshold)} == set(THRESHOLDS)
    assert {node.reason for node in nodes if isinstance(node, n.Unknown)} == set(UNKNOWN_REASONS)


def test_the_proof_meets_every_answer_often() -> None:
    """A proof in which everything is unknown would prove nothing."""
    said = [answer for index in range(BATCHES) for answer in batch(index).expected.values()]
    shares = {answer: said.count(answer) / len(said) for answer in set(said)}
    assert set(shares) == {"TRUE", "FALSE", *UNKNOWN_REASONS}
    assert min(shares["TRUE"], shares["FALSE"]) > 0.15
    assert min(shares.values()) > 0.01
