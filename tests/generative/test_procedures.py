"""Random histories of every procedure: no illegal edge, no lost deadline, no date out of legal
order, and from wherever a history comes to, people can bring it to an end.

The judge is the file as it is written, read by nothing of ours, and laws written out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.procedures import Doer, Done, Instance, Level, Refusal, Taken, Why, recompute, take
from tests.procedure_kit import (
    EVERYTHING,
    attempt,
    begin,
    definition,
    doer_for,
    go,
    good_facts,
    good_value,
    noon,
    plain,
    terms,
)

PROCEDURES = ["clue", "identification", "clearing", "suspicion", "followup", "status"]
START = date(2026, 11, 2)
_MIDDLE = ["RECORD_VISIT", "RECORD_COMPARISON", "PASS", "HOLD_REVIEW", "POST_NOTICE", "SUBMIT"]
_REST = ["TOWNSHIP_AGREE", "DECIDE", "ANNOUNCE", "REGISTER"]
# The way that an ordinary thing goes: a history begins somewhere along it.
ORDINARY = {
    "clue": ["DISPATCH", "ACKNOWLEDGE", "TRANSFER", "ANSWER", "CONFIRM"],
    "identification": ["AUTHORISE", *_MIDDLE, *_REST],
    "clearing": ["RECORD_CONDITIONS", *_MIDDLE, *_REST],
    "suspicion": ["TELL", "HEAR", "CHECK", "GIVE_OPINION", "DECIDE"],
    "followup": ["PLAN", "REPLAN", "PLAN", "HELP"],
    "status": ["UPDATE", "CLEAR", "REVERT", "CLEAR", "END"],
}
# Steps by which a thing ends without having been handled.
EVASIONS = {"VOID", "WITHDRAW", "JOIN"}


@dataclass(frozen=True)
class Move:
    """What a history does next: whether all fits, days that pass, a choice, and a seed."""

    is_good: bool
    days: int
    choice: int
    seed: int


MOVES = st.lists(
    st.builds(
        Move,
        st.sampled_from([True, True, False]),
        st.sampled_from([0, 0, 1, 2, 7, 12]),
        st.integers(0, 99),
        st.integers(0, 2**32),
    ),
    min_size=5,
    max_size=30,
)


def written_edges(procedure: str) -> dict[str, set[tuple[str, str]]]:
    """Return step → the (from, to) that the file allows."""
    text = plain(procedure)
    open_states = [state["name"] for state in text["states"] if not state.get("is_end")]
    edges: dict[str, set[tuple[str, str]]] = {}
    for step in text["steps"]:
        origins = open_states if step["from"] == ["ANY"] else step["from"]
        edges[step["name"]] = {
            (origin, origin if step["to"] == "STAY" else step["to"]) for origin in origins
        }
    return edges


def may(procedure: str, step_name: str, doer: Doer) -> bool:
    """Return whether the file lets a doer take a step."""
    step = next(one for one in plain(procedure)["steps"] if one["name"] == step_name)
    return any(
        doer.level.value in who["levels"]
        and (doer.level is Level.SYSTEM or who["permission"] in doer.permissions)
        for who in step["who"]
    )


def due_clocks(procedure: str, instance: Instance) -> set[str]:
    """Return the clocks that have to run, by the file."""
    return {
        clock["name"]
        for clock in plain(procedure)["clocks"]
        if instance.state in clock["runs_in"]
        and not (clock.get("until") and set(clock["until"]) <= set(instance.facts))
    }


def random_facts(of: Any, step: Any, instance: Instance, today: date, dice: Random) -> dict:
    """Facts that mostly fit; some are left out, some are wrong, some belong elsewhere."""
    facts = good_facts(of, step, instance.facts, today)
    for name in list(facts):
        fact, roll = of.facts[name], dice.random()
        if roll < 0.05:
            del facts[name]
        elif fact.type == "DATE" and roll < 0.25:
            facts[name] = today + timedelta(days=dice.randint(-9, 3))
        elif fact.type == "CODE" and roll < 0.35:
            facts[name] = dice.choice([*fact.codes, "NONSENSE"])
        elif fact.type == "FLAG" and roll < 0.3:
            facts[name] = dice.random() < 0.5
        elif fact.type == "COUNT" and roll < 0.3:
            facts[name] = dice.randint(-1, 30)
        elif fact.type == "PEOPLE" and roll < 0.15:
            facts[name] = dice.choice([("甲",), ("甲", "甲"), (), ("visitors-1", "乙")])
    if dice.random() < 0.05:
        other = dice.choice(list(of.facts))
        facts[other] = good_value(of, other, today)
    return facts


def some_doer(step: Any, dice: Random) -> Doer:
    if dice.random() < 0.8:
        who = dice.choice(step.who)
        return Doer("某", who.level, frozenset({who.permission}))
    return Doer("某", dice.choice(list(Level)), frozenset(dice.sample(sorted(EVERYTHING), 3)))


def check_laws(procedure: str, instance: Instance) -> None:
    """The orders that the law asks for, written out by hand."""
    facts: dict[str, Any] = dict(instance.facts)

    def in_order(*names: str) -> bool:
        days = [facts[name] for name in names if name in facts]
        return days == sorted(days)

    assert in_order("clue_on", "checked_on")
    if procedure in ("identification", "clearing"):
        assert in_order("visited_on", "reviewed_on", "noticed_on")
        assert in_order("compared_on", "reviewed_on")
        assert in_order("authorised_on", "compared_on")
        assert in_order("township_on", "decided_on", "announced_on", "registered_on")
        if "decided_on" in facts:
            assert facts["township_on"] < facts["decided_on"]
        assert in_order("noticed_on", "notice_known_on")
        for name in {"submitted_on", "township_on"} & set(facts):
            # Posting day, five full days, then the township.
            assert facts[name] >= facts["notice_known_on"] + timedelta(days=6)
        check_rights(instance)
        if instance.state in ("NOTICING", "NOTICED", "TOWNSHIP", "COUNTY", "REGISTERED"):
            assert len(set(facts["visitors"])) >= 2
            assert 2 * facts["votes_agree"] > facts["votes_present"]
            assert facts["votes_agree"] + facts["votes_against"] <= facts["votes_present"]
            assert 3 * facts["votes_present"] >= 2 * facts["votes_due"]
    if procedure == "clearing" and instance.state in ("DECIDED", "ANNOUNCED", "REGISTERED"):
        assert facts["comparison_result"] in ("CLEAR", "EXPLAINED")
        assert facts["is_all_without_labour"] is False
        assert facts["has_new_risk"] is False
        assert facts["quality_stops"] == 0
        assert facts["clearing_way"] == "NATURAL" or facts["measures_count"] > 0
    if procedure == "followup":
        assert in_order("helped_before_on", "decided_on", "planned_on")
        assert in_order("decided_on", "first_helped_on")
        assert instance.state != "HELPED" or facts["measures_planned"] > 0
    if procedure == "status" and instance.state == "CLEARED":
        assert in_order("identified_on", "cleared_on")
        assert in_order("reverted_on", "cleared_on")
        assert in_order("reflagged_on", "cleared_on")
    if procedure == "status" and instance.state == "REFLAGGED":
        assert facts["reflagged_on"] > facts["cleared_on"]
    if instance.state == "DECIDED" and procedure == "suspicion":
        assert not set(facts["checkers"]) & set(facts["deciders"])
        assert facts["outcome"] != "TRUE_UNDUE" or "told_on" in facts


def check_rights(instance: Instance) -> None:
    """Who is refused hears of it after it, has its days, and is heard by others."""
    facts: dict[str, Any] = dict(instance.facts)

    def apart(*names: str) -> bool:
        named = [set(facts[name]) for name in names if name in facts]
        return sum(map(len, named)) == len(set().union(*named))

    if "refused_on" in facts and "told_on" in facts:
        assert facts["refused_on"] <= facts["told_on"] <= facts["told_known_on"]
    if instance.state == "NOT_GRANTED":
        asked = "recheck_asked_on" in facts
        by_county = "county_recheck_asked_on" in facts
        assert not by_county or "county_recheck_told_on" in facts
        if not asked:
            assert instance.changed_at.date() > facts["told_known_on"] + timedelta(days=10)
    for rechecked in ("township_recheckers", "county_recheckers"):
        assert apart("refused_by", rechecked)
        assert apart("visitors", rechecked)
    assert apart("deciders", "county_recheckers")
    if "votes_agree" in facts and instance.state == "REFUSED" and "noticed_on" not in facts:
        assert 2 * facts["votes_agree"] <= facts["votes_present"]


def check_deadlines(
    procedure: str, before: Instance | None, after: Instance, anew: frozenset[str] = frozenset()
) -> None:
    """Every clock that has to run does, from the day on which it began or was begun `anew`."""
    assert set(after.deadlines) == due_clocks(procedure, after)
    ends = {state["name"] for state in plain(procedure)["states"] if state.get("is_end")}
    assert bool(after.deadlines) == (after.state not in ends)
    for name, deadline in after.deadlines.items():
        assert deadline.due.on >= deadline.counted_from
        assert all(rung.on > deadline.due.on for rung in deadline.rungs)
        if before is not None and name in before.deadlines and name not in anew:
            assert deadline.counted_from == before.deadlines[name].counted_from


def advance(procedure: str, instance: Instance, move: Move, today: date) -> Instance:
    """Try one step; check what came of it against the file; return the instance after it."""
    of, dice = definition(procedure), Random(move.seed)
    legal = of.steps_from(instance.state)
    everything = list(of.steps.values())
    pool = legal if legal and (move.is_good or dice.random() < 0.7) else everything
    if move.is_good or dice.random() < 0.8:
        pool = [one for one in pool if one.name not in EVASIONS] or pool
    step = pool[move.choice % len(pool)]
    doer = doer_for(step) if move.is_good else some_doer(step, dice)
    facts = good_facts(of, step, instance.facts, today)
    if not move.is_good:
        facts = random_facts(of, step, instance, today, dice)
    found = take(of, instance, Done(step.name, doer, noon(today), facts), terms())
    edges = written_edges(procedure)[step.name]
    if isinstance(found, Refusal):
        if found.why is Why.NOT_NOW:
            assert instance.state not in {origin for origin, _ in edges}
        if found.why is Why.NOT_YOURS:
            assert not may(procedure, step.name, doer)
        assert (found.why is Why.LACKING) == bool(found.lacks)
        return instance
    assert (instance.state, found.instance.state) in edges
    assert may(procedure, step.name, doer)
    ended, started = {e.deadline.clock for e in found.ended}, {d.clock for d in found.started}
    assert set(instance.deadlines) - ended | started == set(found.instance.deadlines)
    written = next(one for one in plain(procedure)["steps"] if one["name"] == step.name)
    anew = frozenset(written.get("restarts", ()))
    assert ended & started == anew & set(instance.deadlines) & set(found.instance.deadlines)
    check_deadlines(procedure, instance, found.instance, anew)
    check_laws(procedure, found.instance)
    return found.instance


def can_end(instance: Instance, today: date) -> bool:
    """Whether people bring it to an end with facts that fit, waiting where a rule says wait.

    In each state everything is recorded once that leaves the state as it is, then every way out
    is tried to a state not yet seen.
    """
    of = definition(instance.procedure)
    seen, waiting = {instance.state}, [(instance, today)]
    while waiting:
        here, day = waiting.pop()
        if of.states[here.state].is_end:
            return True
        steps = [step for step in of.steps_from(here.state) if step.name not in EVASIONS]
        for step in steps:
            if step.target == "STAY":
                found = attempt(here, step.name, day, doer_for(step))
                here = found.instance if isinstance(found, Taken) else here
        for step in steps:
            for later in (day, day + timedelta(days=12)):
                found = attempt(here, step.name, later, doer_for(step))
                if isinstance(found, Taken) and found.instance.state not in seen:
                    seen.add(found.instance.state)
                    waiting.append((found.instance, later))
    return False


@pytest.mark.parametrize("procedure", PROCEDURES)
@given(head=st.integers(0, 10), moves=MOVES)
@settings(max_examples=25, deadline=None)
def test_random_histories_keep_the_edges_the_deadlines_and_the_law(procedure, head, moves):
    instance, today = begin(procedure, START), START
    for name in ORDINARY[procedure][: head % len(ORDINARY[procedure])]:
        # The notice stands its five full days; the county decides after the township's day.
        is_case = procedure in ("identification", "clearing")
        today += timedelta(days={"SUBMIT": 6, "DECIDE": 1 if is_case else 0}.get(name, 0))
        instance = go(instance, (name, today))
    check_deadlines(procedure, None, instance)
    for move in moves:
        today += timedelta(days=move.days)
        instance = advance(procedure, instance, move, today)
    assert recompute(instance, terms().calendar) == instance, "the same calendar changes nothing"
    assert can_end(instance, today)
