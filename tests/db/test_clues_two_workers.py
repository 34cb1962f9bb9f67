"""Two workers make the clues of one run at the same time: each clue is made once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from bangfu.domains.monitoring.clues.making import MadeClues
from tests.cast import YUNXI_VILLAGE, Cast
from tests.clues_kit import add_homes, clues, hit, make, pair, run_of


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_clue_once(cast: Cast) -> None:
    homes = add_homes(*[str(YUNXI_VILLAGE)] * 3)
    for home in homes:
        pair(cast, home)
    run = run_of()
    hits = [hit(home) for home in homes]
    together = threading.Barrier(2)
    made: list[MadeClues] = []

    def work() -> None:
        try:
            together.wait()
            made.append(make(run, *hits))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(one.opened for one in made) == [0, 3]
    assert [row.no for row in clues()] == ["XS2026-000001", "XS2026-000002", "XS2026-000003"]
