"""`bangfu sso`: which person of the province's sign-in is let into which account."""

from __future__ import annotations

from typing import Any

import click

from bangfu.cli import output
from bangfu.cli.feeds import region_option

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_REGION = click.option("--region", required=True, help="Division code of the account's place.")
_BY = click.option("--by", required=True, help="Who asks for it, by name.")
_APPROVED_BY = click.option(
    "--approved-by", help="The second person, by name; administrators' accounts take two."
)
_SECOND = click.option("--approved-by", required=True, help="The second person, by name.")


@click.group()
def command() -> None:
    """The province's single sign-on (统一身份认证): join a person to an account, or separate."""


@command.command()
@click.argument("username")
@click.argument("number")
@_REGION
@_BY
@_SECOND
@_JSON
def join(username: str, number: str, region: str, by: str, approved_by: str, as_json: bool) -> None:
    """Let the person whom the province knows by NUMBER into the account USERNAME."""
    persons = _persons(region, by, approved_by)
    from bangfu.foundation.accounts import terminal

    terminal.join_sso(persons, username, number.strip())
    output.emit({"username": username}, as_json=as_json, text=username)


@command.command()
@click.argument("username")
@_REGION
@_BY
@_APPROVED_BY
@_JSON
def separate(username: str, region: str, by: str, approved_by: str | None, as_json: bool) -> None:
    """Let nobody of the province's sign-in into USERNAME any more; its sessions end."""
    persons = _persons(region, by, approved_by)
    from bangfu.foundation.accounts import terminal

    terminal.separate_sso(persons, username)
    output.emit({"username": username}, as_json=as_json, text=username)


def _persons(region: str, by: str, approved_by: str | None) -> Any:
    output.setup_django()
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.accounts import terminal

    place = region_option(region)
    second = command_scope(place, f"sso: {approved_by.strip()}") if approved_by else None
    return terminal.Persons(command_scope(place, f"sso: {by.strip()}"), second)
