"""`bangfu messages`: the digest, what leaves by SMS, and what did not get out."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from bangfu.cli import output
from bangfu.cli.households import region_of
from bangfu.kernel.workdays import BEIJING

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_REGION = click.option("--region", default="000000000000", show_default=True, help="Division code.")
_AT = click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="As if it were then, Beijing's time, e.g. 2026-11-23T08:30.",
)


@click.group()
def command() -> None:
    """Messages (消息): the digest, SMS on their way, dead letters, the stop list."""


@command.command()
@_AT
@_JSON
def digest(at: datetime | None, as_json: bool) -> None:
    """Make the digest of the day, whatever the hour; a day's digest is made once.

    JSON keys: day, people (null where it was made before).
    """
    output.setup_django()
    from bangfu.foundation.notifications import digest as digests

    moment = _moment(at)
    people = digests.make(at=moment)
    day = moment.date().isoformat()
    made = f"{day}: {people} people" if people is not None else f"{day}: made before"
    output.emit({"day": day, "people": people}, as_json=as_json, text=made)


@command.command()
@_AT
@_JSON
def deliver(at: datetime | None, as_json: bool) -> None:
    """Send the SMS that are due, as the worker does once a minute.

    JSON keys: sent, skipped, dead, later, reasons.
    """
    output.setup_django()
    from bangfu.foundation.notifications import delivering

    done = delivering.deliver(at=_moment(at))
    found = {
        "sent": done.sent,
        "skipped": done.skipped,
        "dead": done.dead,
        "later": done.later,
        "reasons": done.reasons,
    }
    counts = " ".join(f"{name} {found[name]}" for name in ("sent", "skipped", "later", "dead"))
    reasons = " ".join(f"{name}={count}" for name, count in sorted(done.reasons.items()))
    output.emit(found, as_json=as_json, text=f"{counts} {reasons}".strip())


@command.command()
@_REGION
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.option("--retry", "retried", type=click.UUID, help="Try this one again from the beginning.")
@click.option("--give-up", "given_up", type=click.UUID, help="Take this one from the list.")
@_JSON
def dead(
    region: str, limit: int, retried: UUID | None, given_up: UUID | None, as_json: bool
) -> None:
    """List messages that did not get out, newest first, with the reason.

    JSON keys: items (id, user_id, region, channel, subject, reason, attempts, created_at).
    """
    place = region_of(region)
    output.setup_django()
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.notifications import outgoing, selectors

    scope = command_scope(place, "bangfu messages dead")
    if retried is not None:
        outgoing.retry(scope=scope, at=_moment(None), outbox_id=retried)
    if given_up is not None:
        outgoing.give_up(scope=scope, at=_moment(None), outbox_id=given_up)
    items: list[dict[str, Any]] = [
        {
            "id": str(one.id),
            "user_id": str(one.user_id),
            "region": one.region_code,
            "channel": one.channel,
            "subject": one.subject,
            "reason": one.reason,
            "attempts": one.attempts,
            "created_at": one.created_at.isoformat(),
        }
        for one in selectors.list_dead(scope, limit=limit)
    ]
    lines = [
        f"{one['id']} {one['region']} {one['subject']:28} {one['reason']:12} {one['attempts']}"
        for one in items
    ]
    output.emit({"items": items}, as_json=as_json, text="\n".join(lines) or "none")


@command.command()
@click.argument("phone")
@_REGION
def stop(phone: str, region: str) -> None:
    """Put a telephone on the stop list: nothing is sent there again."""
    place = region_of(region)
    output.setup_django()
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.notifications import contacts

    contacts.stop(scope=command_scope(place, "bangfu messages stop"), at=_moment(None), phone=phone)
    click.echo("stopped")


@command.command()
@click.option("--port", default=8099, show_default=True, type=click.IntRange(1, 65535))
def gateway(port: int) -> None:
    """Run a gateway on loopback that sends nothing, to try SMS with; Ctrl-C ends it.

    It prints the settings that point an installation at it, and each SMS that it takes.
    """
    from bangfu.integrations.sms.fake import running

    with running(port=port) as found:
        click.echo(f"BANGFU_SMS_URL={found.url}")
        click.echo(f"BANGFU_SMS_KEY_ID={found.key_id}")
        click.echo(f"BANGFU_SMS_SECRET={found.secret}")
        shown = 0
        try:
            while True:
                for sent in found.sent[shown:]:
                    click.echo(f"{sent['to'][:3]}****{sent['to'][-4:]} {sent['text']}")
                    shown += 1
                time.sleep(0.5)
        except KeyboardInterrupt:
            return


def _moment(at: datetime | None) -> datetime:
    return at.replace(tzinfo=BEIJING) if at is not None else datetime.now(BEIJING)
