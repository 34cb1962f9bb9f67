"""bangfu db: start and stop our own PostgreSQL, show its address, bring its tables up to date."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bangfu.cli.output import emit, say, setup_django
from bangfu.foundation.database import cluster, saved
from bangfu.foundation.database.urls import DatabaseUrl, stated_urls
from bangfu.kernel.errors import Refused
from bangfu.server.config import get_config

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def command() -> None:
    """The database: our own PostgreSQL, or the one that DATABASE_URL names."""


def _home() -> Path:
    return Path(get_config().home)


def _stated() -> str | None:
    """Return DATABASE_URL; where one is given there is nothing of ours to start or stop."""
    return stated_urls()[0]


def _refuse_foreign(what: str) -> None:
    if _stated() is not None:
        raise Refused("E-DB-FOREIGN", command=what)


@command.command()
@click.option("--copied", is_flag=True, help="This home is a copy: use the data copied with it.")
@_JSON
def up(copied: bool, as_json: bool) -> None:
    """Start our PostgreSQL, making it first if need be; does nothing when it runs."""
    if _stated() is not None:
        emit({"running": True, "own": False}, as_json=as_json, text="DATABASE_URL")
        return
    if copied:
        cluster.adopt(_home())
    connection = cluster.up(_home())
    result = {"running": True, "own": True, "port": connection.port, "run_as": connection.run_as}
    emit(result, as_json=as_json, text=f"127.0.0.1:{connection.port}")


@command.command()
@_JSON
def down(as_json: bool) -> None:
    """Stop our PostgreSQL."""
    _refuse_foreign("down")
    was_running = cluster.down(_home())
    emit({"running": False, "was_running": was_running}, as_json=as_json, text="stopped")


@command.command()
@click.option("--with-password", is_flag=True, help="Show the password as well.")
@click.option("--role", type=click.Choice(["app", "owner"]), default="app", show_default=True)
@_JSON
def url(with_password: bool, role: str, as_json: bool) -> None:
    """Print the database's address; its password only when asked for."""
    app, owner = stated_urls()
    stated = owner if role == "owner" else app
    found = DatabaseUrl.parse(stated) if stated is not None else saved.load(_home()).url(role)
    text = found.text(with_password=with_password)
    emit({"url": text, "role": role}, as_json=as_json, text=text)


@command.command()
@_JSON
def status(as_json: bool) -> None:
    """Show whether the database answers and whether migrations wait."""
    result: dict[str, Any] = {"own": _stated() is None}
    if result["own"]:
        result |= asdict(cluster.status(_home()))
    if not result["own"] or result["running"]:
        setup_django()
        from bangfu.foundation.database.migrate import pending

        result |= {"running": True, "pending": pending()}
    lines = [f"{key}: {value}" for key, value in result.items()]
    emit(result, as_json=as_json, text="\n".join(lines))


@command.command()
@_JSON
def migrate(as_json: bool) -> None:
    """Bring the tables up to date, as the owner; safe to repeat."""
    setup_django()
    from bangfu.foundation.database.migrate import migrate as run

    applied = run().applied
    emit({"applied": applied}, as_json=as_json, text=f"{len(applied)} migrations applied")


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@_JSON
def reset(yes: bool, as_json: bool) -> None:
    """Delete everything in our database and start an empty one; keys and files stay."""
    _refuse_foreign("reset")
    if not yes:
        say("这将删除本机数据库中的全部数据。 This deletes all data in the local database.")
        click.confirm("继续？ Continue?", abort=True, err=True)
    _close_connections()
    cluster.destroy(_home())
    connection = cluster.up(_home())
    _forget_address()
    emit({"reset": True, "port": connection.port}, as_json=as_json, text="empty database ready")


def _close_connections() -> None:
    """Let go of the database if this process has used it, as `bangfu demo` does."""
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        return
    from django.apps import apps
    from django.db import connections

    from bangfu.foundation.database.backend.base import DatabaseWrapper

    if apps.ready:
        for connection in connections.all(initialized_only=True):
            connection.close()
            if isinstance(connection, DatabaseWrapper):
                connection.close_pool()


def _forget_address() -> None:
    """Make this process read the new cluster's address when it next connects."""
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        return
    from django.apps import apps
    from django.db import connections

    if apps.ready:
        for alias in connections:
            connections.settings[alias].update(USER="", PASSWORD="", HOST="", PORT="")
