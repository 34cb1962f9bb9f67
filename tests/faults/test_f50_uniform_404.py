"""F50, F51, F52, F53: what is another county's is answered as what is nowhere: same bytes, same
time."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.test import Client

from bangfu.foundation import jobs
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.http import cursors
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import World
from tests.cast import SHIQIAO

THEIRS, NOWHERE = "H9901020001", "H9901029999"


def stripped(response: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return an answer without the request's number: status, headers, body."""
    body = json.loads(response.content)
    assert body.pop("request_id") == response["X-Request-ID"]
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, body


def job_of_shiqiao() -> str:
    scope = command_scope(SHIQIAO, "tests")
    with activate(scope):
        job = jobs.start(scope, "screening.run", {"region": str(SHIQIAO), "period": "2026-10"})
    return str(job.id)


@pytest.mark.evidence("F50", "F51", "T2", "ASVS-8.2.2")
def test_f50_another_countys_record_is_answered_as_none_byte_for_byte(world: World, jia: Client):
    pairs = [
        (f"/households/{THEIRS}", f"/households/{NOWHERE}"),
        (f"/households/{THEIRS}/explanation", f"/households/{NOWHERE}/explanation"),
        (f"/households/{THEIRS}/access", f"/households/{NOWHERE}/access"),
        (f"/jobs/{job_of_shiqiao()}", f"/jobs/{uuid7()}"),
        ("/regions/990102", "/regions/990199"),
        ("/households?region=990102", "/households?region=990199"),
    ]
    for theirs, nowhere in pairs:
        found, missing = (stripped(jia.get(f"/api/v1{path}")) for path in (theirs, nowhere))
        assert found == missing
        assert found[0] == 404


def medians(asks: list[Callable[[], Any]], rounds: int) -> list[float]:
    """Return the median CPU time of each question in milliseconds, asked in random turns."""
    taken: list[list[float]] = [[] for _ in asks]
    order, random = list(range(len(asks))), Random(20261122)
    gc.disable()
    try:
        for _ in range(rounds):
            random.shuffle(order)
            for index in order:
                began = time.thread_time()
                asks[index]()
                taken[index].append((time.thread_time() - began) * 1000)
    finally:
        gc.enable()
    return [statistics.median(one) for one in taken]


@pytest.mark.slow
@pytest.mark.evidence("F50", "T2")
def test_f50_it_takes_the_same_time(world: World, jia: Client):
    """CPU time of the request's thread: the machine's other work does not count.

    The database's share cannot differ: both are the same statement over the same index and find no
    row. A difference of a tenth would be ten times what a person could measure over a network.
    """

    def ask(number: str) -> Callable[[], Any]:
        return lambda: jia.get(f"/api/v1/households/{number}")

    asks = [ask(THEIRS), ask(NOWHERE)]
    medians(asks, 5)
    theirs, nowhere = medians(asks, 60)
    assert abs(theirs - nowhere) / nowhere < 0.1, (theirs, nowhere)


@pytest.mark.evidence("F52")
def test_f52_a_cursor_of_another_list_or_of_ones_own_making_is_refused(jia: Client, bing: Client):
    forged = ["eyJhIjoxfQ", "a:b:c", cursors.seal("another list", ["H990102", 1])]
    for text in forged:
        response = jia.get("/api/v1/households", {"cursor": text})
        assert (response.status_code, response.json()["code"]) == (400, "E-API-CURSOR")


@pytest.mark.evidence("F52")
def test_f52_a_neighbours_own_cursor_shows_ones_own_county_only(jia: Client, bing: Client):
    theirs = bing.get("/api/v1/households", {"limit": 1}).json()["next_cursor"]
    assert theirs
    found = jia.get("/api/v1/households", {"limit": 1, "cursor": theirs}).content.decode()
    assert "H990102" not in found
    assert "KANARUI" not in found


@pytest.mark.evidence("F53")
@pytest.mark.parametrize("query", ["bbox=1,2,3,4", "near=H9901020001", "tile=1/2/3", "order=1"])
def test_f53_a_question_about_places_that_no_list_offers_is_refused(jia: Client, query: str):
    response = jia.get(f"/api/v1/households?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "E-API-FILTER")


@pytest.mark.evidence("F56")
def test_f56_no_answer_can_be_kept_or_asked_for_again_by_its_mark(jia: Client, bing: Client):
    theirs = bing.get(f"/api/v1/households/{THEIRS}")
    assert theirs.status_code == 200
    assert theirs["Cache-Control"] == "no-store"
    assert "ETag" not in theirs
    assert "Last-Modified" not in theirs
    asked = jia.get(f"/api/v1/households/{THEIRS}", headers={"If-None-Match": "*"})
    assert asked.status_code == 404
