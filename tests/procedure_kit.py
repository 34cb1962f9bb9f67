"""What tests of procedures share: the national book, doers of every level, and facts that fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bangfu.kernel.workdays import BEIJING
from bangfu.procedures import (
    Book,
    Definition,
    Doer,
    Done,
    Instance,
    Level,
    Refusal,
    StepDef,
    Taken,
    Terms,
    Value,
    load,
    open_instance,
    take,
)
from bangfu.standards.paths import packs_root

COUNTY = "990101000000"
EVERYTHING = frozenset(
    {
        "CLUE_REPORT",
        "CLUE_DISPATCH",
        "CLUE_CHECK",
        "CASE_PREPARE",
        "CASE_TOWN",
        "CASE_COUNTY",
        "DEPARTMENT_ANSWER",
        "PORTAL_READ",
    }
)
# Values with which every guard of the national pack holds.
GOOD: Mapping[str, Value] = {
    "absent_adults": 0,
    "has_children_apart": False,
    "is_fast_track": False,
    "source": "SELF",
    "votes_due": 30,
    "votes_present": 25,
    "votes_agree": 20,
    "votes_against": 5,
    "comparison_result": "CLEAR",
    "assessed_level": "YELLOW",
    "guarantees_met": True,
    "rigid_spending_settled": True,
    "risk_gone": True,
    "has_new_risk": False,
    "is_all_without_labour": False,
    "clearing_way": "BY_HELP",
    "measures_count": 2,
    "quality_stops": 0,
    "outcome": "TRUE_EXPLAINED",
}


def files() -> dict[str, Path]:
    """Return the files of the national procedures as `load` takes them."""
    root = packs_root() / "national"
    return {path.relative_to(root).as_posix(): path for path in root.glob("procedures/**/*.yaml")}


@cache
def book() -> Book:
    """Return the national book."""
    return load(files())


@cache
def terms() -> Terms:
    """Return what holds in the demo county."""
    return book().terms(COUNTY)


@cache
def plain(procedure: str) -> dict[str, Any]:
    """Return a procedure's file as it is written, read by nothing of ours."""
    path = packs_root() / "national" / "procedures" / f"{procedure}.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def definition(procedure: str) -> Definition:
    """Return the version of the national pack."""
    return book().version(procedure, "2026.1")


def noon(day: date) -> datetime:
    """Return noon in Beijing."""
    return datetime.combine(day, time(12), BEIJING)


def doer_for(step: StepDef) -> Doer:
    """Return somebody who may take a step."""
    who = step.who[0]
    return Doer("某人", who.level, frozenset({who.permission}))


def anybody(level: Level) -> Doer:
    """Return a doer of a level with every permission."""
    return Doer("某人", level, EVERYTHING)


def good_facts(
    of: Definition, step: StepDef, known: Mapping[str, Value], today: date
) -> dict[str, Value]:
    """Return what a step takes and may say, with values that fit."""
    return {
        name: good_value(of, name, today)
        for name in step.takes
        if name not in known or name in step.renews
    }


def good_value(of: Definition, name: str, today: date) -> Value:
    """Return a value of a fact with which every guard holds."""
    fact = of.facts[name]
    if name == "income_stable_since":
        return today - timedelta(days=250)
    if name in ("data_as_of", "identified_on"):
        return today - timedelta(days=300)
    if name in GOOD:
        return GOOD[name]
    return {
        "DATE": today + timedelta(days=1) if fact.may_be_future else today,
        "TEXT": "情况属实",
        "COUNT": 1,
        "FLAG": True,
        "CODE": next(iter(fact.codes), ""),
        "DOCUMENT": "云办〔2026〕1号",
        "PEOPLE": (f"{name}-1", f"{name}-2"),
    }[fact.type]


def begin(procedure: str, day: date, **changed: Value) -> Instance:
    """Open an instance with facts that fit, some changed."""
    of = definition(procedure)
    facts = {**good_facts(of, of.opening, {}, day), **changed}
    found = open_instance(
        of, Done(of.opening.name, doer_for(of.opening), noon(day), facts), terms()
    )
    assert isinstance(found, Taken), found
    return found.instance


def attempt(
    instance: Instance, step_name: str, day: date, doer: Doer | None = None, **changed: Value
) -> Taken | Refusal:
    """Take a step with facts that fit, some changed; a fact changed to None is left out."""
    of = definition(instance.procedure)
    step = of.steps[step_name]
    facts: dict[str, Any] = {**good_facts(of, step, instance.facts, day), **changed}
    brought = {name: value for name, value in facts.items() if value is not None}
    return take(of, instance, Done(step.name, doer or doer_for(step), noon(day), brought), terms())


def go(instance: Instance, *steps: tuple[str, date]) -> Instance:
    """Take steps that have to succeed."""
    for name, day in steps:
        found = attempt(instance, name, day)
        assert isinstance(found, Taken), found
        instance = found.instance
    return instance
