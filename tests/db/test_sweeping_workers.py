"""Two workers sweep at once while people work: each rung once, no step lost, nothing waits."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

import pytest
from django.db import connections

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.foundation.access.scopes import activate
from tests.cast import make_cast
from tests.sweeping_kit import COUNTY, report, row_of, steps_of, swept, take

MONDAY, LATER = date(2026, 6, 1), date(2026, 6, 9)
CLUES = 12


def both(*works):
    """Run each in a thread of its own, begun together; what one raises goes on."""
    barrier, failed = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(10)
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if failed:
        raise failed[0]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_and_a_cadre_at_once_climb_each_rung_once_and_lose_no_step():
    cast = make_cast()
    clues = [report(COUNTY, MONDAY) for _ in range(CLUES)]
    handlers = (str(cast.cadre.user.pk),)

    def work():
        for clue in clues[::2]:
            take(cast.county.scope, LATER, clue, "DISPATCH", handlers=handlers)

    both(lambda: swept(LATER), lambda: swept(LATER), work)
    swept(LATER)
    with activate(COUNTY):
        states = Counter(Proceeding.objects.values_list("state", flat=True))
        rungs = Counter(
            (step.proceeding_id, facts["clock"], facts["level"])
            for step in ProceedingStep.objects.filter(step__in=["OVERDUE", "SUPERVISED"])
            for facts in [instances.unseal(step.facts)]
        )
        left = ProceedingClock.objects.filter(ended_on=None, due_on__lt=LATER)
        reached = {
            one.id: len(instances.to_deadline(one.data).climbed(LATER)) - len(one.climbed)
            for one in left
        }
    assert states == {"DISPATCHED": CLUES // 2, "RECEIVED": CLUES // 2}
    assert set(rungs.values()) == {1}
    assert set(reached.values()) == {0}
    for clue in clues[1::2]:
        assert row_of(clue).overdue_level == "COUNTY"
        assert [one.step for one in steps_of(clue)] == ["REPORT"] + ["OVERDUE"] * 3
