"""Random requests by our own description of the interface, sent as every role.

Each example is one request that schemathesis makes from the description: half of them keep to it,
half break it on purpose. Examples are sent in turn by one of the roles that may call the operation
and by one of all the others, somebody without a post and nobody among them. What a request does is
taken back, so that all meet the same country: that of the matrix (tests/api/isolation), in which
every kind of thing stands. Requests name its things most of the time, or nearly every answer would
be 404.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bangfu.foundation.access.roles import list_roles
from bangfu.foundation.access.scopes import command_scope
from bangfu.foundation.accounts import services
from bangfu.foundation.http.permits import Open, Permit
from bangfu.kernel.region import RegionCode
from bangfu.server.api import api
from tests.api.isolation.asking import FILTERS, PREFIX, REFERENCE, routes
from tests.api.isolation.bodies import known_of
from tests.api.isolation.country import VILLAGES
from tests.api.isolation.victims import Country
from tests.cast import AT, PASSWORD, give_post

TOKEN = "t" * 32
PLACES = (
    "000000000000",
    "990000000000",
    "990100000000",
    "990101000000",
    "990101101000",
    "990101101201",
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
REFUSAL = {"code", "message", "remedy", "request_id"}


@dataclass
class Outcome:
    """What came of it: answers by operation and status, and what broke."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    examples: Counter[str] = field(default_factory=Counter)


def description() -> Any:
    """Return our interface as schemathesis reads it."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1"), default=str))
    generation = GenerationConfig(with_security_parameters=False, allow_x00=False)
    project = ProjectConfig(generation=generation)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_dict(document, config=config)


def operations(schema: Any) -> Iterator[Any]:
    """Yield every operation of the description."""
    for found in schema.get_all_operations():
        yield found.ok()


@dataclass(frozen=True)
class Sender:
    """Who sends: a session's cookies and the permissions of the post; none for nobody."""

    name: str
    cookies: dict[str, str]
    permissions: frozenset[str]
    is_signed_in: bool

    @classmethod
    def of(cls, name: str, user: Any, permissions: frozenset[str]) -> Sender:
        """Sign `user` in; None is nobody."""
        return cls(name, _cookies(user), permissions, user is not None)


class Naming:
    """Lets requests name what stands in the country, mostly of the county of most senders."""

    def __init__(self, country: Country, random: Random) -> None:
        self.country, self.random = country, random
        self.routes = {f"{route.method} {PREFIX}{route.path}": route for route in routes()}

    def name(self, case: Case) -> None:
        """Put the things of one village into the parts of a request that are not wrong on purpose,
        three times out of four."""
        if self.random.random() < 0.25:
            return
        route = self.routes[case.operation.label]
        village = self.random.choice((*VILLAGES[:3], *VILLAGES))
        things = self.country.things[village]
        if self._is_right(case, ParameterLocation.PATH):
            for name in route.path_names:
                kind = route.kind(name)
                case.path_parameters[name] = things.names[kind] if kind else REFERENCE[name]
        if self._is_right(case, ParameterLocation.QUERY):
            places = {"region": (str(village.code), str(village.county), village.county.prefix)}
            for name in (FILTERS | places).keys() & case.query.keys():
                case.query[name] = self.random.choice((FILTERS | places)[name])
        if self._is_right(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            known = known_of(route.json_body or {"properties": {}}, village, things)
            for name in known.keys() & case.body.keys():
                case.body[name] = known[name]

    @staticmethod
    def _is_right(case: Case, part: ParameterLocation) -> bool:
        found = case.meta.components.get(part) if case.meta else None
        return found is not None and found.mode is GenerationMode.POSITIVE


class Driver:
    """Sends examples and keeps what came of it."""

    def __init__(self, senders: list[Sender], country: Country, number: int) -> None:
        """`country`: what requests name; `number`: the seed."""
        self.app = get_wsgi_application()
        self.senders, self.number = senders, number
        self.naming, self.outcome = Naming(country, Random(number)), Outcome()
        self.last: Case | None = None
        self.rules = {
            f"{operation.methods[0]} /api/v1{path}": operation.auth_callbacks[0]
            for _, router in api._routers
            for path, view in router.path_operations.items()
            for operation in view.operations
        }

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Keep the test's connection: as Django's own client does, nothing closes it."""
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)

    def drive(self, operation: Any, examples: int) -> None:
        """Make and send so many examples of one operation, half of them against the rules."""
        senders = self._turns(operation.label)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            try:
                with self.connected():
                    self._run(strategy, examples // 2, senders)
            except Unsatisfiable:
                # An operation that takes nothing has no wrong examples.
                assert mode is GenerationMode.NEGATIVE
        if self.last is not None and self.outcome.examples[operation.label] == 1:
            # What takes no input has one example; everybody sends it.
            for sender in self.senders:
                self._send(self.last, sender)

    def _turns(self, label: str) -> Iterator[Sender]:
        """Who sends each next example."""
        rule = self.rules[label]
        may = [one for one in self.senders if _may(rule, one)]
        others = [one for one in self.senders if one not in may] or may
        return (one for pair in zip(cycle(may), cycle(others), strict=False) for one in pair)

    def _run(self, strategy: Any, examples: int, senders: Iterator[Sender]) -> None:
        @seed(self.number)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def send(case: Case) -> None:
            self.last = case
            self.outcome.examples[case.operation.label] += 1
            self.naming.name(case)
            self._send(case, next(senders))

        send()

    def _send(self, case: Case, sender: Sender) -> None:
        label = case.operation.label
        with transaction.atomic():
            headers = {"X-CSRFToken": TOKEN}
            response = case.call(app=self.app, headers=headers, cookies=sender.cookies)
            transaction.set_rollback(True)
        self.outcome.answers[label, response.status_code] += 1
        problem = self._problem(case, response)
        if problem:
            self.outcome.failures.setdefault(f"{label} as {sender.name}", problem)

    def _problem(self, case: Case, response: Any) -> str:
        if response.status_code in (401, 403):
            # Before anything was read; the same shape everywhere.
            is_ours = set(json.loads(response.content)) == REFUSAL
            documented = case.operation.definition.raw["responses"]
            known = str(response.status_code) in {str(code) for code in documented}
            return "" if is_ours and known else f"{response.status_code} {response.content!r}"
        try:
            case.validate_response(response, checks=CHECKS)
        except BaseExceptionGroup as error:
            return "; ".join(str(one)[:900] for one in error.exceptions)
        return ""


def _may(rule: Any, sender: Sender) -> bool:
    if isinstance(rule, Permit):
        return bool(sender.permissions.intersection(rule.permissions))
    return sender.is_signed_in or isinstance(rule, Open)


def _cookies(user: Any) -> dict[str, str]:
    client = Client()
    if user is not None:
        client.force_login(user)
    found = {name: morsel.value for name, morsel in client.cookies.items()}
    return {**found, "csrftoken": TOKEN}


def senders_of() -> list[Sender]:
    """Return one sender for each role, at the county or the nearest level, and two without."""
    found = [
        Sender.of("nobody", None, frozenset()),
        Sender.of("without a post", _user("without-post", "无岗位"), frozenset()),
    ]
    for role in list_roles():
        level = min(role.levels, key=lambda one: abs(one - 3))
        user = _user(f"role-{role.code.lower().replace('_', '-')}", role.zh)
        give_post(user, role.code, RegionCode(PLACES[level]))
        found.append(Sender.of(role.code, user, role.permissions))
    return found


def _user(name: str, called: str) -> Any:
    nation = command_scope(RegionCode(PLACES[0]), "tests")
    return services.create_user(
        scope=nation, at=AT, username=name, password=PASSWORD, display_name=called
    )
