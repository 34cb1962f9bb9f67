"""Fifty users on two pooled connections, with lists and with streams that outlive the request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.http import StreamingHttpResponse

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts.models import Post
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, Cast

PLACES = (YUNXI, SHIQIAO, YUNXI_TOWN)
USERS = 50
EXPECTED = {
    YUNXI: {"990101000000", "990101101000", "990101101201"},
    SHIQIAO: {"990102000000"},
    YUNXI_TOWN: {"990101101000", "990101101201"},
}

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pool_of_two() -> Iterator[None]:
    """The application's connections come from a pool of two."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 2, "timeout": 60}
    yield
    connection.close()
    connection.close_pool()
    del connection.settings_dict["OPTIONS"]["pool"]


def all_users(visit: Any) -> list[Any]:
    """Let fifty threads visit at once, each for one place, and return what they say."""
    gate = threading.Barrier(10)

    def one(number: int) -> Any:
        place = PLACES[number % len(PLACES)]
        try:
            gate.wait(timeout=30)
            return place, visit(place, number)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(10) as threads:
        return list(threads.map(one, range(USERS)))


def regions() -> set[str]:
    return set(Post.objects.values_list("region_code", flat=True))


def pids() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.evidence("T2", "F50")
def test_fifty_users_see_their_own_place_and_nothing_after_it(
    cast: Cast, pool_of_two: None
) -> None:
    seen_pids = set()

    def visit(place: RegionCode, number: int) -> Any:
        with activate(command_scope(place, "test")):
            seen = regions()
            seen_pids.add(pids())
        return seen, regions()

    for place, (seen, after) in all_users(visit):
        assert (place, seen, after) == (place, EXPECTED[place], set())
    assert len(seen_pids) <= 2


def test_an_error_in_the_middle_leaves_nothing_to_the_next_user(
    cast: Cast, pool_of_two: None
) -> None:
    def visit(place: RegionCode, number: int) -> Any:
        try:
            with activate(command_scope(place, "test")):
                raise LookupError(regions())
        except LookupError:
            return regions()

    assert {frozenset(seen) for _, seen in all_users(visit)} == {frozenset()}


@pytest.mark.evidence("T2", "F51")
def test_f51_a_stream_that_activates_inside_itself_holds_its_own_place_and_no_other(
    cast: Cast, pool_of_two: None
) -> None:
    """What outlives the request is read as the server sends it, when others use its connection."""

    def rows(place: RegionCode) -> Iterator[bytes]:
        with activate(command_scope(place, "test")):
            for code in (
                Post.objects.order_by("id")
                .values_list("region_code", flat=True)
                .iterator(chunk_size=1)
            ):
                yield f"{code}\n".encode()

    def visit(place: RegionCode, number: int) -> Any:
        with activate(command_scope(place, "test")):
            response = StreamingHttpResponse(rows(place))
            regions()
        return set(b"".join(response.streaming_content).decode().split())

    for place, sent in all_users(visit):
        assert (place, sent) == (place, EXPECTED[place])


def test_f51_a_stream_that_relies_on_the_requests_scope_is_empty_and_never_a_strangers(
    cast: Cast, pool_of_two: None
) -> None:
    def rows() -> Iterator[bytes]:
        for code in Post.objects.values_list("region_code", flat=True):
            yield f"{code}\n".encode()

    def visit(place: RegionCode, number: int) -> Any:
        with activate(command_scope(place, "test")):
            response = StreamingHttpResponse(rows())
        return b"".join(response.streaming_content)

    assert {sent for _, sent in all_users(visit)} == {b""}


def test_a_stream_that_is_dropped_half_way_gives_its_connection_back_without_its_scope(
    cast: Cast, pool_of_two: None
) -> None:
    def rows(place: RegionCode) -> Iterator[str]:
        with activate(command_scope(place, "test")):
            yield from Post.objects.values_list("region_code", flat=True)

    def visit(place: RegionCode, number: int) -> Any:
        stream = rows(place)
        first = next(stream)
        stream.close()  # type: ignore[attr-defined]
        return first in EXPECTED[place], regions()

    assert [said for _, said in all_users(visit) if said != (True, set())] == []
