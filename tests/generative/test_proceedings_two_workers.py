"""Random histories of proceedings with two workers at once, each on a connection of its own.

At each move two workers begin at the same moment: each takes a step, both from the same revision,
or sweeps; one of them may die at a random statement. Whatever the database made of it is what the
pure machine says of one order of the two: of two steps one is taken at most, and whoever came
second is told so; no deadline is lost, and each step has its row and its audit row.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations, product
from random import Random

import pytest
from django.db import connection

from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.clocks.sweeping import sweep
from bangfu.kernel.errors import BangfuError
from bangfu.procedures import Doer, Done, Instance, Level, Taken, take
from tests.cast import YUNXI
from tests.generative.test_proceedings import (
    PROCEDURES,
    RUNS,
    CrashedError,
    History,
    bare_core,
    crash_at,
    real,
    scope_of,
    somebody,
)
from tests.procedure_kit import good_facts, noon, terms

MOVES = 14
TAKEN, REFUSED, LATE, DIED, SWEPT = "taken", "refused", "late", "died", "swept"


@dataclass
class Work:
    """What a worker is about to do, and what came of it."""

    run: Callable[[], None]
    # None: a sweep.
    done: Done | None
    dies_at: int | None
    result: str = ""
    error: BaseException | None = None

    def __call__(self, together: threading.Barrier) -> None:
        try:
            together.wait(20)
            if self.dies_at is None:
                self._do()
            else:
                with crash_at(self.dies_at):
                    self._do()
        except CrashedError:
            self.result = DIED
        except BangfuError as error:
            self.result = LATE if error.code == "E-MONITORING-REVISION" else REFUSED
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def _do(self) -> None:
        self.run()
        self.result = TAKEN if self.done else SWEPT


class Shared(History):
    """A history in which every move is made by two."""

    def race(self) -> list[Work]:
        """Let two workers do something at the same moment; judge what is there afterwards."""
        self.today += timedelta(days=self.dice.choice([0, 0, 1, 2, 7, 12]))
        works = [self._step() if self.dice.random() < 0.75 else self._sweep() for _ in range(2)]
        if self.dice.random() < 0.25:
            works[0].dies_at = self.dice.randint(1, 30)
        together = threading.Barrier(2)
        threads = [threading.Thread(target=work, args=(together,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [work.error for work in works] == [None, None]
        # A sweep leaves alone what somebody has locked: the next one does it.
        sweep(at=noon(self.today), region=YUNXI)
        orders = [self._judge(order) for order in permutations(works)]
        found = [one for one in orders if one is not None and one[0] == self.stored()]
        assert found, [(work.done, work.result) for work in works]
        self.pure, taken = found[0]
        self.steps, self.audited = self.steps + taken, self.audited + taken
        self.check()
        return works

    def _step(self) -> Work:
        of, dice = self.of, self.dice
        legal = of.steps_from(self.pure.state) or tuple(of.steps.values())
        pool = [one for one in legal if one.name not in {"VOID", "WITHDRAW", "JOIN", "END"}]
        step = dice.choice(pool or list(legal))
        facts = good_facts(of, step, self.pure.facts, self.today)
        brought = {name: real(name, value) for name, value in facts.items()}
        doer, row, at = somebody(step), self.row(), noon(self.today)

        def run() -> None:
            services.take(
                scope=scope_of(doer, row),
                at=at,
                proceeding_id=self.id,
                step=step.name,
                facts=brought,
                revision=row.revision,
            )

        return Work(run, Done(step.name, doer, at, brought), None)

    def _sweep(self) -> Work:
        at = noon(self.today)

        def run() -> None:
            sweep(at=at, region=YUNXI)

        return Work(run, None, None)

    def _judge(self, order: tuple[Work, ...]) -> tuple[Instance, int] | None:
        """The instance and the number of steps that this order would have left behind; None where
        it would have told one of the two something else."""
        pure, taken = self.pure, 0
        for work in order:
            if work.done is None:
                after = self._lapsed(pure)
                # What died or met a lock may have done nothing.
                pure, taken = (after, taken + 1) if after is not None else (pure, taken)
                continue
            if work.result == DIED:
                continue
            told = take(self.of, pure, work.done, terms())
            said = LATE if taken else TAKEN if isinstance(told, Taken) else REFUSED
            if said != work.result:
                return None
            if isinstance(told, Taken) and not taken:
                pure, taken = told.instance, taken + 1
        after = self._lapsed(pure)
        return (after, taken + 1) if after is not None else (pure, taken)

    def _lapsed(self, pure: Instance) -> Instance | None:
        """What time does to an instance, if anything."""
        due = pure.next_due()
        if due is None or due.due.on >= self.today:
            return None
        for name in ("LAPSE", "LAPSE_AGAIN"):
            system = Doer("system", Level.SYSTEM)
            found = take(self.of, pure, Done(name, system, noon(self.today), {}), terms())
            if isinstance(found, Taken):
                return found.instance
        return None


@pytest.mark.slow
@pytest.mark.evidence("T2")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_what_one_order_of_them_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare_core(monkeypatch)
    results: list[tuple[str, ...]] = []
    for seed, procedure in product(range(RUNS), PROCEDURES):
        history = Shared(procedure, Random(f"two-{procedure}-{seed}"))
        for _ in range(MOVES):
            results.append(tuple(sorted(work.result for work in history.race())))
        history.check_swept()
    # The drawn moves reach what they are meant to judge.
    assert (LATE, TAKEN) in results
    assert (TAKEN, TAKEN) not in results
    assert any(DIED in pair for pair in results)
    assert any(SWEPT in pair and TAKEN in pair for pair in results)
