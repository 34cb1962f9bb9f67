"""Every route says who may call it; a new one without a permission fails here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bangfu.foundation.access.roles import all_permissions
from bangfu.foundation.http.permits import Open, Permit, SignedIn
from bangfu.server.api import api

# Routes that need no permission, and why that is right.
OPEN = {"get_health", "get_sso", "start_sso"}
SIGNED_IN = {
    "get_session",
    "change_post",
    "change_language",
    "get_factor_code",
    "get_password_rules",
    "list_messages",
    "count_unread_messages",
    "mark_messages_read",
    "mark_all_messages_read",
    "get_message_settings",
    "change_message_settings",
    "ask_phone_code",
    "confirm_phone",
}


def routes() -> Iterator[tuple[str, str, object]]:
    """Yield (method and path, function name, operation) of every route."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"{operation.methods[0]} {prefix}{path}"
                yield name, operation.view_func.__name__, operation


@pytest.mark.evidence("ASVS-8.2.1", "GB22239-8.1.4.2-f")
def test_every_route_declares_exactly_one_permission_rule():
    found = {name: operation.auth_callbacks for name, _, operation in routes()}
    assert len(found) > 20
    undeclared = [
        name
        for name, rules in found.items()
        if len(rules) != 1 or not isinstance(rules[0], Open | SignedIn)
    ]
    assert undeclared == []


@pytest.mark.evidence("ASVS-8.2.1", "ASVS-13.4.5")
def test_only_the_known_routes_do_without_a_permission():
    without = {
        function: type(operation.auth_callbacks[0]).__name__
        for _, function, operation in routes()
        if not isinstance(operation.auth_callbacks[0], Permit)
    }
    assert without == {**dict.fromkeys(OPEN, "Open"), **dict.fromkeys(SIGNED_IN, "SignedIn")}


@pytest.mark.evidence("ASVS-8.1.1")
def test_every_permission_named_by_a_route_is_in_the_table_of_roles():
    named = {
        permission
        for _, _, operation in routes()
        if isinstance(operation.auth_callbacks[0], Permit)
        for permission in operation.auth_callbacks[0].permissions
    }
    assert named
    assert named <= all_permissions()


def test_an_open_route_says_why():
    for _, _, operation in routes():
        rule = operation.auth_callbacks[0]
        if isinstance(rule, Open):
            assert len(rule.reason) > 10


def test_operation_names_are_unique():
    names = [function for _, function, _ in routes()]
    assert len(names) == len(set(names))


def test_every_answer_about_records_documents_its_refusals():
    document = api.get_openapi_schema(path_prefix="/api/v1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.endswith(("/health", ".xlsx", "/export")):
                continue
            assert {"401", "403", "404"} <= {str(code) for code in operation["responses"]}, (
                method,
                path,
            )


def test_no_two_wire_shapes_share_a_name():
    """The interface's description names a shape by its class: one of two would be lost."""
    import importlib
    import pkgutil

    from ninja import Schema

    import bangfu

    for module in pkgutil.walk_packages(bangfu.__path__, "bangfu."):
        if module.name.endswith("schemas"):
            importlib.import_module(module.name)
    found: dict[str, set[str]] = {}
    waiting = [Schema]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            waiting.append(shape)
            if shape.__module__.startswith("bangfu."):
                found.setdefault(shape.__name__, set()).add(shape.__module__)
    assert len(found) > 60
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
