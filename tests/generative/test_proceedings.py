"""Random histories of proceedings on the real database, beside the pure machine as their judge.

A history is a list of moves: a step that fits or one that does not, by somebody who may or may not;
days that pass with or without a sweep; a crash at a random statement of either. After each move
what is stored is what the pure machine says: the state by an edge of the file, the running clocks
and no other, one step row and one audit row for each step, nothing at all after a crash. Moves are
drawn from a seed; a failing run prints them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from django.db import connection, transaction

from bangfu.domains.monitoring import checking, instances, opening, services
from bangfu.domains.monitoring.clocks.sweeping import sweep
from bangfu.domains.monitoring.domain.proceedings import highest
from bangfu.domains.monitoring.models import (
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.opening import Home, Report
from bangfu.domains.monitoring.ports import Ports
from bangfu.foundation.access.scopes import (
    activate,
    command_scope,
    restored_scope,
    system_scope,
)
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import Doer, Done, Instance, Level, Refusal, StepDef, Taken, take
from bangfu.standards.marks import Mark
from tests.cast import YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, add_small_country
from tests.generative.test_procedures import (
    check_deadlines,
    check_laws,
    may,
    written_edges,
)
from tests.procedure_kit import (
    EVERYTHING,
    definition,
    doer_for,
    good_facts,
    good_value,
    noon,
    plain,
    terms,
)

PROCEDURES = ("clue", "identification", "clearing", "status", "followup")
START = date(2026, 11, 2)
# `make prove` may ask for more.
RUNS = int(os.environ.get("BANGFU_PROCEEDING_RUNS", "1"))
MOVES = 24
COUNTY = system_scope(YUNXI, "tests")
_PLACES = {
    Level.VILLAGE: YUNXI_VILLAGE,
    Level.TOWNSHIP: YUNXI_TOWN,
    Level.COUNTY: YUNXI,
    Level.PREFECTURE: RegionCode("990100000000"),
    Level.PROVINCE: RegionCode("990000000000"),
}
# Steps by which a thing ends without having been handled: taken seldom.
EVASIONS = {"VOID", "WITHDRAW", "JOIN", "END"}
ACCOUNT = "command:tests"
MARKS = {str(mark) for mark in Mark}


class CrashedError(Exception):
    """What stands for a worker that is killed."""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The core alone, in the test's own transaction."""
    bare_core(monkeypatch)


def bare_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the core alone: no papers are asked for, nothing is worked out or follows, anybody is
    somebody."""
    monkeypatch.setattr(Ports, "before", [])
    monkeypatch.setattr(Ports, "derived", [])
    monkeypatch.setattr(Ports, "after", [])
    monkeypatch.setattr(checking, "check_people", lambda *args: None)
    add_small_country()


def scope_of(doer: Doer, row: Proceeding) -> Scope:
    """Return the scope in which somebody of a level with some permissions acts."""
    if doer.level is Level.SYSTEM:
        return COUNTY
    actor = Actor("COMMAND", ACCOUNT, "tests")
    if doer.level is Level.HOUSEHOLD:
        return restored_scope(YUNXI_VILLAGE, frozenset({"PORTAL_READ"}), actor)
    place = _PLACES.get(doer.level, YUNXI)
    department = row.department or "EDUCATION" if doer.level is Level.SECTOR else None
    return restored_scope(place, doer.permissions, actor, department)


def somebody(step: StepDef) -> Doer:
    """Return somebody who may take a step, by the name that the database knows."""
    return replace(doer_for(step), person=ACCOUNT)


def real(name: str, value: Any) -> Any:
    """People by ids of accounts, departments by their codes: what the database asks for."""
    if isinstance(value, tuple):
        return tuple(str(uuid5(NAMESPACE_OID, each)) for each in value)
    return "EDUCATION" if name == "department" else value


@contextmanager
def crash_at(statement: int) -> Iterator[None]:
    """Die before the statement of that number; the end of a transaction itself goes through."""
    left = [statement]
    ends = ("RELEASE", "ROLLBACK")

    def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(ends):
            left[0] -= 1
            if left[0] == 0:
                raise CrashedError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


class History:
    """One proceeding in the database and beside it the pure machine's instance."""

    def __init__(self, procedure: str, dice: Random) -> None:
        self.dice, self.today = dice, START
        self.of = definition(procedure)
        facts = good_facts(self.of, self.of.opening, {}, START)
        facts = {name: real(name, value) for name, value in facts.items()}
        if self.of.id == "clearing":
            facts["identified_on"] = START - timedelta(days=300)
        done = doer_for(self.of.opening)
        scope = COUNTY if done.level is Level.SYSTEM else command_scope(YUNXI_TOWN, "tests")
        with activate(scope):
            made = opening.open_new(
                scope, noon(START), procedure, Home(str(YUNXI_VILLAGE)), facts, Report(), "zh"
            )
        self.id = made.id
        self.pure = self.stored()
        self.steps = self.audited = 1
        self.taken = self.refused = self.crashed = 0

    def row(self) -> Proceeding:
        with activate(COUNTY):
            return Proceeding.objects.get(id=self.id)

    def clocks(self) -> list[ProceedingClock]:
        with activate(COUNTY):
            return list(ProceedingClock.objects.filter(proceeding_id=self.id).order_by("id"))

    def stored(self) -> Instance:
        """The machine's instance as the rows tell it."""
        return instances.to_instance(self.row(), self.clocks())

    def everything(self) -> tuple[Any, ...]:
        """All that a crash must not change."""
        with activate(COUNTY):
            return (
                list(Proceeding.objects.filter(id=self.id).values()),
                list(ProceedingStep.objects.filter(proceeding_id=self.id).values()),
                list(ProceedingClock.objects.filter(proceeding_id=self.id).values()),
                list(ProceedingHandler.objects.filter(proceeding_id=self.id).values()),
                AuditEvent.objects.count(),
            )

    # Moves

    def move(self) -> None:
        """One move: days pass, then a step, a sweep, or a crash in the middle of either."""
        self.today += timedelta(days=self.dice.choice([0, 0, 0, 1, 2, 7, 12]))
        act = self.sweep if self.dice.random() < 0.2 else self.step
        if self.dice.random() < 0.25:
            self.crash(act)
        else:
            act()
        self.check()

    def crash(self, act: Any) -> None:
        """Whatever was under way leaves nothing, if it had not ended before."""
        before, pure = self.everything(), self.pure
        counts = (self.steps, self.audited, self.taken, self.refused)
        try:
            with crash_at(self.dice.randint(1, 30)):
                act()
        except CrashedError:
            self.crashed += 1
            self.pure = pure
            if act == self.sweep:
                # Its parts are transactions of their own: the next one does the rest.
                self.sweep()
                return
            assert self.everything() == before
            self.steps, self.audited, self.taken, self.refused = counts

    def sweep(self) -> None:
        """Time does what it may: first what the machine lets the system take, then the ladder."""
        sweep(at=noon(self.today), region=YUNXI)
        due = self.pure.next_due()
        if due is None or due.due.on >= self.today:
            return
        for name in ("LAPSE", "LAPSE_AGAIN"):
            system = Doer("system", Level.SYSTEM)
            found = take(self.of, self.pure, Done(name, system, noon(self.today), {}), terms())
            if isinstance(found, Taken):
                self.pure = found.instance
                self.steps, self.audited = self.steps + 1, self.audited + 1
                self.taken += 1
                return

    def step(self) -> None:
        """Somebody takes a step, mostly one that fits; machine and database answer alike."""
        dice, of = self.dice, self.of
        legal = of.steps_from(self.pure.state)
        is_good = dice.random() < 0.7
        pool = list(legal) if legal and (is_good or dice.random() < 0.6) else [*of.steps.values()]
        if dice.random() < 0.9:
            pool = [one for one in pool if one.name not in EVASIONS] or pool
        step = dice.choice(pool)
        doer = somebody(step)
        if not is_good and dice.random() < 0.4:
            chosen = frozenset(dice.sample(sorted(EVERYTHING), 3))
            doer = Doer(ACCOUNT, dice.choice([*_PLACES]), chosen)
        facts = good_facts(of, step, self.pure.facts, self.today)
        if not is_good:
            self._spoil(facts)
        brought = {name: real(name, value) for name, value in facts.items()}
        wanted = take(of, self.pure, Done(step.name, doer, noon(self.today), brought), terms())
        row = self.row()
        scope = scope_of(doer, row)
        if doer.level is Level.SECTOR and row.department != scope.department:
            return  # Such a post does not see it.
        try:
            services.take(
                scope=scope,
                at=noon(self.today),
                proceeding_id=self.id,
                step=step.name,
                facts=brought,
                revision=row.revision,
            )
        except BangfuError:
            assert isinstance(wanted, Refusal), (step.name, brought)
            self.refused += 1
            return
        assert isinstance(wanted, Taken), (step.name, wanted)
        origin = self.pure.state
        assert (origin, wanted.instance.state) in written_edges(of.id)[step.name]
        assert may(of.id, step.name, doer)
        written = next(one for one in plain(of.id)["steps"] if one["name"] == step.name)
        anew = frozenset(written.get("restarts", ()))
        check_deadlines(of.id, self.pure, wanted.instance, anew)
        check_laws(of.id, wanted.instance)
        self.pure = wanted.instance
        self.steps, self.audited = self.steps + 1, self.audited + 1
        self.taken += 1

    def _spoil(self, facts: dict[str, Any]) -> None:
        dice = self.dice
        for name in list(facts):
            fact, roll = self.of.facts[name], dice.random()
            if roll < 0.08:
                del facts[name]
            elif fact.type == "DATE" and roll < 0.3:
                facts[name] = self.today + timedelta(days=dice.randint(-9, 3))
            elif fact.type == "COUNT" and roll < 0.3:
                facts[name] = dice.randint(-1, 30)
            elif fact.type == "FLAG" and roll < 0.3:
                facts[name] = dice.random() < 0.5
        if dice.random() < 0.1:
            other = dice.choice(list(self.of.facts))
            facts[other] = good_value(self.of, other, self.today)

    # What has to hold after every move

    def check(self) -> None:
        """The rows say what the machine says; each step has its row and its audit row."""
        row, stored = self.row(), self.stored()
        assert stored == self.pure
        running = [one for one in self.clocks() if one.ended_on is None]
        assert {one.clock for one in running} == set(self.pure.deadlines)
        due = self.pure.next_due()
        assert (row.next_clock, row.next_due_on) == ((due.clock, due.due.on) if due else ("", None))
        is_end = self.of.states[row.state].is_end
        assert is_end == (row.closed_at is not None) == (not running)
        climbed = [rung for one in running for rung in one.climbed]
        assert row.overdue_level == highest(rung["level"] for rung in climbed)
        assert row.is_supervised == any(rung["is_supervised"] for rung in climbed)
        for one in running:
            reached = self.pure.deadlines[one.clock].climbed(self.today)
            told = [(rung["level"], rung["on"]) for rung in one.climbed]
            assert told == [(str(r.level), r.on.isoformat()) for r in reached][: len(told)]
        with activate(COUNTY):
            found = ProceedingStep.objects.filter(proceeding_id=self.id)
            steps = [one for one in found.order_by("id") if one.step not in MARKS]
            rows = AuditEvent.objects.filter(
                subject_id=str(self.id), action__startswith="monitoring.proceeding."
            ).count()
        assert len(steps) == self.steps
        assert rows == self.audited
        assert all(one.by and one.by_id and one.at for one in steps)
        edges = [(one.from_state, one.to_state) for one in steps]
        assert [to for _, to in edges[:-1]] == [origin for origin, _ in edges[1:]]
        assert edges[-1][1] == row.state

    def check_swept(self) -> None:
        """After a sweep no clock has a rung left that it has reached."""
        sweep(at=noon(self.today), region=YUNXI)
        today = self.today
        for one in self.clocks():
            if one.ended_on is None:
                reached = instances.to_deadline(one.data).climbed(today)
                assert len(one.climbed) == len(reached)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_random_histories_leave_in_the_database_what_the_machine_says(procedure, bare):
    counts = {"taken": 0, "refused": 0, "crashed": 0}
    for seed in range(RUNS):
        with transaction.atomic():
            history = History(procedure, Random(f"{procedure}-{seed}"))
            history.check()
            for _ in range(MOVES):
                history.move()
            history.check_swept()
            for name in counts:
                counts[name] += getattr(history, name)
            transaction.set_rollback(True)
    # The drawn moves reach what they are meant to judge.
    assert counts["taken"] > 0
    assert counts["crashed"] > 0
    assert counts["refused"] > 0
