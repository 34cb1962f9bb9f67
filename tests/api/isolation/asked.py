"""Asks a post every question of the matrix and says what was wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.test import Client

from bangfu.foundation.access import roles
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.http.permits import Permit
from bangfu.kernel.region import RegionCode
from tests.api.isolation.asking import (
    NARROWED,
    OWN_ANSWER,
    PARENT_ANSWER,
    PREFIX,
    WRITTEN,
    Question,
    Route,
    questions,
    routes,
)
from tests.api.isolation.country import POST_PLACES, VILLAGES, Village, relation
from tests.api.isolation.oracle import leaks
from tests.api.isolation.victims import Country, missing
from tests.api.test_route_permissions import routes as operations

REQUEST_NUMBER = re.compile(rb'"request_id": ?"[0-9a-f]+"')
REFUSED = {400, 403, 404, 422}
# The roles that are asked every word about every thing; what they and the others may see differs
# by place and permission alone.
IN_FULL = frozenset({"COUNTY_OFFICER"})
RELATIONS = ("own", "child", "parent", "sibling", "cousin", "other province")


@dataclass
class Asker:
    """A signed-in holder of a post."""

    role: str
    region: RegionCode
    permissions: frozenset[str]
    client: Client
    # The audit rows that the last answer left, by their action.
    rows: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What was asked, by way and relation, and what was wrong."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def required() -> dict[str, frozenset[str] | None]:
    """Return the permissions of each route, any of which opens it; None for routes without."""
    found: dict[str, frozenset[str] | None] = {}
    for _, name, operation in operations():
        rule = operation.auth_callbacks[0]  # type: ignore[attr-defined]
        found[name] = frozenset(rule.permissions) if isinstance(rule, Permit) else None
    return found


def bytes_of(response: Any) -> bytes:
    """Return the body, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def send(asker: Asker, question: Question) -> tuple[int, bytes, str]:
    """Ask, and undo what the answer did; return status, body and headers."""
    with transaction.atomic(), _rows_noted(asker):
        response = question.ask(asker.client)
        content = bytes_of(response)
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return response.status_code, content, headers


@contextmanager
def _rows_noted(asker: Asker) -> Iterator[None]:
    asker.rows = []

    def note(instance: AuditEvent, **_: Any) -> None:
        asker.rows.append(instance.action)

    post_save.connect(note, sender=AuditEvent)
    try:
        yield
    finally:
        post_save.disconnect(note, sender=AuditEvent)


def ask_everything(
    asker: Asker, country: Country, cursors: dict[str, str], *, briefly: bool
) -> Report:
    """Ask all routes; what the post lacks the permission for must be refused.

    `briefly`: one question of each way at each relation, instead of all words and all things.
    """
    report, needed = Report(), required()
    for route in routes():
        wanted = needed[route.name]
        asked = questions(route, country.things, cursors.get(route.name, ""))
        if wanted is not None and not wanted & asker.permissions:
            _check_refused(report, asker, next(asked))
            continue
        compared, cells = False, set()
        for question in asked:
            cell = (question.way, _relation(asker, country, question), bool(question.query))
            if briefly and cell in cells:
                continue
            cells.add(cell)
            report.asked[cell[:2]] += 1
            is_foreign = _ask_one(report, asker, country, question)
            if is_foreign and question.way == "id" and not compared:
                compared = True
                _compare(report, asker, country, route, question)
    return report


def _check_refused(report: Report, asker: Asker, question: Question) -> None:
    status, content, headers = send(asker, question)
    if status != 403:
        report.wrong.append(f"{question}: {status} without permission")
    _check_bytes(report, asker, question, content, headers)
    _check_rows(report, asker, question, status)


def _relation(asker: Asker, country: Country, question: Question) -> str:
    """Return how the furthest thing or place that a question names lies to the post."""
    named = [*_regions_named(country, question)]
    if question.region:
        named.append(RegionCode.parse(question.region))
    if not named and question.village:
        named.append(question.village.code)
    ways = [relation(asker.region, place) for place in named] or ["own"]
    return max(ways, key=RELATIONS.index)


def _ask_one(report: Report, asker: Asker, country: Country, question: Question) -> bool:
    status, content, headers = send(asker, question)
    named = _regions_named(country, question)
    is_foreign = names_foreign(asker.region, country, question)
    report.answered[question.operation] += status < 300
    _check_bytes(report, asker, question, content, headers)
    _check_rows(report, asker, question, status)
    is_plain = question.method == "GET" and not question.query
    if status >= 500:
        report.wrong.append(f"{question}: {status}")
    elif question.operation in PARENT_ANSWER and _names_parent(asker.region, question):
        return is_foreign
    elif is_foreign and status not in ({404} if is_plain else REFUSED):
        report.wrong.append(f"{question}: {status} for what lies outside")
    elif (
        named
        and not is_foreign
        and is_plain
        and len(set(named)) == 1
        and status != 200
        and question.operation not in OWN_ANSWER
        and asker.role not in NARROWED
    ):
        report.wrong.append(f"{question}: {status} for what lies inside")
    return is_foreign


def _names_parent(region: RegionCode, question: Question) -> bool:
    place = RegionCode.parse(question.region) if question.region else region
    return relation(region, place) == "parent"


def _check_bytes(
    report: Report, asker: Asker, question: Question, content: bytes, headers: str
) -> None:
    for leak in leaks(content, headers, asker.region):
        report.wrong.append(f"{question}: {leak}")


def _check_rows(report: Report, asker: Asker, question: Question, status: int) -> None:
    """What was done or refused left one audit row, what was read at most one."""
    wanted: tuple[int, ...] = (0, 1)
    if status in (401, 403):
        wanted = (1,)
    elif question.method != "GET":
        wanted = (WRITTEN.get(question.operation, 1),) if status < 300 else wanted
    if len(asker.rows) not in wanted:
        report.wrong.append(f"{question}: {status} left the audit rows {asker.rows}")


def names_foreign(region: RegionCode, country: Country, question: Question) -> bool:
    """Return whether a question names a thing or place outside `region`."""
    if question.region and not region.contains(RegionCode.parse(question.region)):
        return True
    return any(not region.contains(one) for one in _regions_named(country, question))


def _regions_named(country: Country, question: Question) -> list[RegionCode]:
    found = []
    for village in VILLAGES:
        things = country.things[village]
        for kind in question.kinds:
            if things.names[kind] in question.path.split("/"):
                found.append(things.regions[kind])
    return found


def _compare(
    report: Report, asker: Asker, country: Country, route: Route, question: Question
) -> None:
    """What lies outside and what does not exist get the same answer, byte for byte."""
    nobody = missing(country)
    everybody: dict[Village, Any] = dict.fromkeys(VILLAGES, nobody)
    twin = next(
        one
        for one in questions(route, everybody)
        if one.way == "id" and one.query == question.query
    )
    theirs, nothing = send(asker, question), send(asker, twin)
    said = [REQUEST_NUMBER.sub(b"", content) for _, content, _ in (theirs, nothing)]
    if theirs[0] != nothing[0] or said[0] != said[1]:
        report.wrong.append(f"{question}: {theirs[0]}, but {nothing[0]} for what does not exist")


def foreign_cursors(strangers: Iterable[Asker]) -> dict[str, str]:
    """Return cursors that officers of other places are given, by route; each of the first whom
    the route gives one."""
    found: dict[str, str] = {}
    for stranger in strangers:
        for route in paged():
            wanted = required()[route.name]
            if route.name in found or (wanted is not None and not wanted & stranger.permissions):
                continue
            answer = stranger.client.get(PREFIX + route.path, {"limit": 1}).json()
            if answer.get("next_cursor"):
                found[route.name] = answer["next_cursor"]
    return found


def paged() -> list[Route]:
    """Return the lists that go on by a cursor and need no name of a thing."""
    return [
        route
        for route in routes()
        if "cursor" in {name for name, _ in route.queries} and not route.path_names
    ]


def posts(*, lowest: bool = False) -> list[tuple[str, RegionCode]]:
    """Return every role at each of its levels, or at its lowest, each above village A.

    The nation is left out: nothing lies outside it.
    """
    found = []
    for role in roles.list_roles():
        levels = sorted(role.levels - {0})
        found += [(role.code, POST_PLACES[level]) for level in (levels[-1:] if lowest else levels)]
    return found
