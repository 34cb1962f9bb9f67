"""`bangfu accounts`: accounts and posts at the terminal, for setting up and for emergencies.

What grants, or lets somebody in, names two persons, as on the screens: `--by` asks and
`--approved-by` agrees. Both stand in the audit log, and the security and audit administrators of
the place get a message: nobody proves at the terminal who he is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from bangfu.cli import output
from bangfu.cli.feeds import region_option

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_REGION = click.option("--region", required=True, help="Division code of the place.")
_BY = click.option("--by", required=True, help="Who asks for it, by name.")
_APPROVED_BY = click.option(
    "--approved-by", help="The second person, by name; administrators' accounts take two."
)
_SECOND = click.option("--approved-by", required=True, help="The second person, by name.")
_REASON = click.option("--reason", required=True)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Accounts and posts (账号与岗位): open, grant, end, disable, unlock, look after."""


def _scope(region: str, label: str) -> Any:
    from bangfu.foundation.access.scopes import command_scope

    return command_scope(region_option(region), f"accounts: {label.strip()}")


def _second(region: str, approved_by: str | None) -> Any:
    return _scope(region, approved_by) if approved_by else None


@command.command()
@_JSON
def roles(as_json: bool) -> None:
    """List the roles and what each may do, as standards/roles.yaml has them."""
    from bangfu.foundation.access.roles import list_roles

    found: list[dict[str, Any]] = [
        {
            "role": role.code,
            "zh": role.zh,
            "en": role.en,
            "levels": sorted(role.levels),
            "duty": role.duty,
            "permissions": sorted(role.permissions),
        }
        for role in list_roles()
    ]
    lines = [f"{one['role']:24} {one['zh']} {' '.join(one['permissions'])}" for one in found]
    output.emit({"roles": found}, as_json=as_json, text="\n".join(lines))


@command.command(name="list")
@_REGION
@click.option("--role", default="", help="Holders of this role alone.")
@_JSON
def list_(region: str, role: str, as_json: bool) -> None:
    """List the accounts of a place with their posts there."""
    output.setup_django()
    from django.utils import timezone

    from bangfu.foundation.accounts import register

    scope = _scope(region, "list")
    page = register.list_accounts(scope, on=timezone.localdate(), role=role, limit=1000)
    found: list[dict[str, Any]] = [
        {
            "username": one.username,
            "display_name": one.display_name,
            "is_active": one.is_active,
            "posts": [_post(post) for post in one.posts],
        }
        for one in page.items
    ]
    lines = []
    for one in found:
        lines.append(f"{one['username']:24} {one['display_name']} {_word(one['is_active'])}")
        lines += [
            f"    {post['role']:24} {post['region']} {post['from']}–{post['to'] or ''} {post['id']}"
            for post in one["posts"]
        ]
    output.emit({"accounts": found, "total": page.total}, as_json=as_json, text="\n".join(lines))


def _word(active: bool) -> str:
    return "active" if active else "disabled"


def _post(post: Any) -> dict[str, Any]:
    return {
        "id": str(post.id),
        "role": post.role,
        "region": post.region_code,
        "kind": post.kind,
        "office": post.office,
        "department": post.department,
        "from": str(post.valid_from),
        "to": str(post.valid_to) if post.valid_to else None,
        "ended_at": post.ended_at.isoformat() if post.ended_at else None,
        "proposed_by": post.proposed_by,
        "approved_by": post.approved_by,
    }


@command.command(name="open")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@_REGION
@_BY
@_SECOND
@_JSON
def open_(username: str, name: str, region: str, by: str, approved_by: str, as_json: bool) -> None:
    """Open the account USERNAME; prints its first password, to be changed at the first sign-in."""
    output.setup_django()
    from bangfu.foundation.accounts import terminal

    persons = terminal.Persons(_scope(region, by), _scope(region, approved_by))
    made = terminal.open_account(persons, username, name)
    output.emit(
        {"username": username, "password": made}, as_json=as_json, text=f"{username} {made}"
    )


@command.command()
@click.argument("username")
@click.argument("role")
@_REGION
@_BY
@_SECOND
@click.option("--from", "valid_from", type=_DAY, help="First day; today when absent.")
@click.option("--to", "valid_to", type=_DAY, help="Last day of a temporary or deputy post.")
@click.option("--kind", type=click.Choice(["REGULAR", "TEMPORARY", "DEPUTY"]), default="REGULAR")
@click.option("--office", default="", help="Where the person works; administrators need it.")
@click.option("--note", default="", help="The document that orders it.")
@click.option("--department", default="", help="Code of the department; for DEPARTMENT_USER.")
@_JSON
def grant(
    username: str,
    role: str,
    region: str,
    by: str,
    approved_by: str,
    valid_from: datetime | None,
    valid_to: datetime | None,
    kind: str,
    office: str,
    note: str,
    department: str,
    as_json: bool,
) -> None:
    """Give USERNAME the post ROLE in a place: proposed by one person, approved by another."""
    output.setup_django()
    from django.utils import timezone

    from bangfu.foundation.accounts import terminal
    from bangfu.foundation.accounts.domain import PostKind, Terms

    place, now = region_option(region), timezone.now()
    terms = Terms(
        valid_from=valid_from.date() if valid_from else timezone.localdate(now),
        valid_to=valid_to.date() if valid_to else None,
        kind=PostKind(kind),
        office=office,
        note=note,
        department=department,
    )
    persons = terminal.Persons(_scope(region, by), _scope(region, approved_by))
    post = terminal.grant_post(persons, username, role, place, terms, now)
    output.emit({"post_id": str(post)}, as_json=as_json, text=str(post))


@command.command()
@click.argument("post_id", type=click.UUID)
@_REGION
@_BY
@_APPROVED_BY
@_REASON
@click.option("--on", "last", type=_DAY, help="Its last day; at once when absent.")
@_JSON
def end(
    post_id: Any,
    region: str,
    by: str,
    approved_by: str | None,
    reason: str,
    last: datetime | None,
    as_json: bool,
) -> None:
    """End a post; what is done in it stops within five seconds."""
    output.setup_django()
    from bangfu.foundation.accounts import terminal

    terminal.end_post(
        terminal.Persons(_scope(region, by), _second(region, approved_by)),
        post_id,
        reason=reason,
        valid_to=last.date() if last else None,
    )
    output.emit({"ended": str(post_id)}, as_json=as_json, text=f"ended {post_id}")


def _active(active: bool) -> click.Command:
    @click.argument("username")
    @_REGION
    @_BY
    @_APPROVED_BY
    @_REASON
    @_JSON
    def run(
        username: str, region: str, by: str, approved_by: str | None, reason: str, as_json: bool
    ) -> None:
        output.setup_django()
        from bangfu.foundation.accounts import terminal

        persons = terminal.Persons(_scope(region, by), _second(region, approved_by))
        terminal.set_active(persons, username, active=active, reason=reason)
        text = f"{username} {_word(active)}"
        output.emit({"username": username, "is_active": active}, as_json=as_json, text=text)

    run.__doc__ = (
        "Let the account USERNAME be used again."
        if active
        else "Disable the account USERNAME; it is out of everything within five seconds."
    )
    return command.command(name="enable" if active else "disable")(run)


disable = _active(False)
enable = _active(True)


@command.command()
@click.argument("username")
@_REGION
@_BY
@_JSON
def unlock(username: str, region: str, by: str, as_json: bool) -> None:
    """Forget the failed attempts at USERNAME, so that it can sign in at once."""
    output.setup_django()
    from django.utils import timezone

    from bangfu.foundation.accounts import recovery, register

    scope = _scope(region, by)
    user_id = register.get_account(scope, username).id
    count = recovery.unlock(scope=scope, at=timezone.now(), user_id=user_id)
    output.emit({"username": username, "forgotten": count}, as_json=as_json, text=f"{count}")


@command.command(name="reset-factor")
@click.argument("username")
@_REGION
@_BY
@_SECOND
@_JSON
def reset_factor(username: str, region: str, by: str, approved_by: str, as_json: bool) -> None:
    """Take the second factors of USERNAME away, who lost them; a new one is set up at sign-in."""
    output.setup_django()
    from bangfu.foundation.accounts import terminal

    persons = terminal.Persons(_scope(region, by), _scope(region, approved_by))
    terminal.reset_factors(persons, username)
    output.emit({"username": username}, as_json=as_json, text=f"{username} reset")


@command.command(name="reset-password")
@click.argument("username")
@_REGION
@_BY
@_SECOND
@_JSON
def reset_password(username: str, region: str, by: str, approved_by: str, as_json: bool) -> None:
    """Give USERNAME a new password, printed once, to be changed at the next sign-in."""
    output.setup_django()
    from bangfu.foundation.accounts import terminal

    persons = terminal.Persons(_scope(region, by), _scope(region, approved_by))
    password = terminal.reset_password(persons, username)
    output.emit(
        {"username": username, "password": password}, as_json=as_json, text=f"{username} {password}"
    )
