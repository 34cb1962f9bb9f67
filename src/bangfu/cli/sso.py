"""`bangfu sso`: which person of the province's sign-in is let into which account."""

from __future__ import annotations

from typing import Any

import click

from bangfu.cli import output
from bangfu.cli.feeds import region_option

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_REGION = click.option("--region", required=True, help="Division code of the account's place.")
_BY = click.option("--by", required=True, help="Who asks for it, by name.")


@click.group()
def command() -> None:
    """The province's single sign-on (统一身份认证): join a person to an account, or separate."""


@command.command()
@click.argument("username")
@click.argument("number")
@_REGION
@_BY
@_JSON
def join(username: str, number: str, region: str, by: str, as_json: bool) -> None:
    """Let the person whom the province knows by NUMBER into the account USERNAME."""
    scope, user_id, at = _account(username, region, by)
    from bangfu.foundation.accounts import recovery

    recovery.join_sso(scope=scope, at=at, user_id=user_id, number=number.strip())
    output.emit({"username": username}, as_json=as_json, text=username)


@command.command()
@click.argument("username")
@_REGION
@_BY
@_JSON
def separate(username: str, region: str, by: str, as_json: bool) -> None:
    """Let nobody of the province's sign-in into USERNAME any more; its sessions end."""
    scope, user_id, at = _account(username, region, by)
    from bangfu.foundation.accounts import recovery

    recovery.separate_sso(scope=scope, at=at, user_id=user_id)
    output.emit({"username": username}, as_json=as_json, text=username)


def _account(username: str, region: str, by: str) -> tuple[Any, Any, Any]:
    output.setup_django()
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.accounts import register

    scope = command_scope(region_option(region), f"sso: {by.strip()}")
    return scope, register.get_account(scope, username).id, timezone.now()
