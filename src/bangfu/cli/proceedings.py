"""`bangfu proceedings`: clues and cases on their way, their steps, and a report of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bangfu.cli import output
from bangfu.cli.households import region_of

if TYPE_CHECKING:
    from bangfu.kernel.scope import Scope
    from bangfu.procedures import Definition, Value

_REGION = click.option(
    "--region", required=True, help="Division code; the steps are taken as a post of this place."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_FACTS = click.option("--fact", "given", multiple=True, metavar="NAME=VALUE", help="Repeatable.")
_YES = ("yes", "true", "1", "是")
# What of a line the list prints and gives.
_SHOWN = (
    *("no", "procedure", "state", "household_no", "head_name", "waits_for", "department"),
    *("next_clock", "next_due_on", "overdue_level", "is_supervised"),
)


@click.group()
def command() -> None:
    """Clues, suspicions and cases on their way (办件)."""


@command.command(name="list")
@_REGION
@click.option("--procedure", default="", help="clue, suspicion, identification, clearing, …")
@click.option("--state", default="", help="Only in this state, e.g. CHECKING.")
@click.option("--open/--closed", "is_open", default=None, help="Only open ones, or closed ones.")
@click.option("--overdue", is_flag=True, help="Only those whose last day has passed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@_JSON
def list_(
    region: str,
    procedure: str,
    state: str,
    is_open: bool | None,
    overdue: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List proceedings, the soonest due first.

    JSON keys: items (no, procedure, state, household_no, head_name, waits_for, department,
    next_clock, next_due_on, overdue_level, is_supervised, region), total.
    """
    scope, now = _begin(region, "list")
    from bangfu.domains.monitoring import view
    from bangfu.domains.monitoring.listing import ProceedingFilter, list_proceedings
    from bangfu.kernel.workdays import local_day

    wanted = ProceedingFilter(
        procedure=procedure,
        state=state,
        is_open=is_open,
        overdue_on=local_day(now) if overdue else None,
        by_due=True,
    )
    page = view.page(list_proceedings(scope, wanted, at=now, limit=limit))
    items = [
        {**{name: each[name] for name in _SHOWN}, "region": each["region"]["code"]}
        for each in page["items"]
    ]
    key = output.language()
    lines = [
        f"{each['no']:16} {each[f'state_{key}']} {each['household_no']} {each['head_name']} "
        f"{each['next_due_on'] or ''} {each[f'title_{key}']}"
        for each in page["items"]
    ]
    output.emit({"items": items, "total": page["total"]}, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("no")
@_REGION
@_JSON
def show(no: str, region: str, as_json: bool) -> None:
    """Show a proceeding with its history and the steps that a post of the place may take.

    JSON keys: no, procedure, state, revision, steps (at, by, step, state), clocks (clock, due_on,
    ended_on, is_late), offers (step, asks, blocked), next_step.
    """
    scope, now = _begin(region, "show")
    from bangfu.domains.monitoring import selectors, view
    from bangfu.domains.monitoring.listing import find_by_number

    found = find_by_number(scope, no)
    line = view.timeline(selectors.get_timeline(scope, found.id, at=now))
    key = output.language()
    offered = _offered(scope, found.id, now) if found.closed_at is None else None
    result: dict[str, Any] = {
        "no": found.no,
        "procedure": found.procedure,
        "state": found.state,
        "revision": found.revision,
        "steps": [
            {"at": one["at"], "by": one["by"], "step": one["step"], "state": one[f"state_{key}"]}
            for one in line["steps"]
        ],
        "clocks": [
            {name: one[name] for name in ("clock", "due_on", "ended_on", "is_late")}
            for one in line["clocks"]
        ],
        "offers": [
            {
                "step": one["step"],
                "asks": [fact["name"] for fact in one["asks"]],
                "blocked": one[f"blocked_{key}"],
            }
            for one in (offered or {"offers": []})["offers"]
        ],
        "next_step": offered["next_step"] if offered else "",
    }
    lines = [f"{one['at']:%Y-%m-%d %H:%M} {one['step']} {one['by']}" for one in result["steps"]]
    text = "\n".join([f"{found.no} {found.state}", *lines, f"→ {result['next_step']}"])
    output.emit(result, as_json=as_json, text=text)


def _offered(scope: Scope, proceeding_id: Any, at: datetime) -> dict[str, Any]:
    from bangfu.domains.monitoring import selectors, view

    return view.offered(selectors.offers_of(scope, proceeding_id, at=at))


@command.command()
@click.argument("no")
@click.argument("name")
@_REGION
@_FACTS
@click.option("--revision", type=int, help="Refuse if somebody took a step since this one.")
@click.option("--note", default="", help="Words kept with the step.")
@_JSON
def step(
    no: str,
    name: str,
    region: str,
    given: tuple[str, ...],
    revision: int | None,
    note: str,
    as_json: bool,
) -> None:
    """Take the step NAME of a proceeding; people are named by their accounts, joined by commas.

    JSON keys: no, state, revision, next_due_on.
    """
    scope, now = _begin(region, "step")
    from bangfu.domains.monitoring import selectors, services
    from bangfu.domains.monitoring.listing import find_by_number

    found = find_by_number(scope, no)
    definition = selectors.definition_for(scope, found.id, at=now)
    done = services.take(
        scope=scope,
        at=now,
        proceeding_id=found.id,
        step=name,
        facts=_facts(definition, given, scope),
        revision=revision,
        note=note,
        language=output.language(),
    )
    _tell(done, as_json)


@command.command()
@_REGION
@click.option("--household", default="", help="Number of the household; without it the place.")
@click.option("--procedure", default="clue", show_default=True)
@click.option("--risk", default="OTHER", show_default=True, help="A code of the list matter.")
@click.option("--words", default="", help="What was said.")
@click.option("--reporter", default="", help="Name and telephone of who said it.")
@_FACTS
@_JSON
def report(
    region: str,
    household: str,
    procedure: str,
    risk: str,
    words: str,
    reporter: str,
    given: tuple[str, ...],
    as_json: bool,
) -> None:
    """Report a clue or a suspicion; nothing else is opened by telling of it.

    JSON keys: no, state, revision, next_due_on, joined.
    """
    scope, now = _begin(region, "report")
    from bangfu.domains.monitoring import services
    from bangfu.domains.monitoring.books import book_for
    from bangfu.kernel.workdays import local_day

    definition = book_for(scope.region, now).book.in_force(procedure, local_day(now))
    made = services.open_proceeding(
        scope=scope,
        at=now,
        procedure=procedure,
        household_no=household or None,
        region=scope.region,
        facts=_facts(definition, given, scope),
        report=services.Report(words=words, reporter=reporter, risk=risk),
        language=output.language(),
    )
    _tell(made, as_json, joined=made.joined_now)


def _begin(region: str, name: str) -> tuple[Scope, datetime]:
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope

    return command_scope(place, f"bangfu proceedings {name}"), timezone.now()


def _tell(made: Any, as_json: bool, **more: Any) -> None:
    result = {
        "no": made.no,
        "state": made.state,
        "revision": made.revision,
        "next_due_on": made.next_due_on,
        **more,
    }
    text = f"{made.no} {made.state} {made.next_due_on or ''}"
    output.emit(result, as_json=as_json, text=text)


def _facts(definition: Definition, given: tuple[str, ...], scope: Scope) -> dict[str, Value]:
    from bangfu.domains.monitoring.wire import read_facts

    raw: dict[str, Any] = {}
    for one in given:
        name, mark, value = one.partition("=")
        if not mark:
            raise click.BadParameter(f"{one}: NAME=VALUE")
        fact = definition.facts.get(name)
        raw[name] = _plain(str(fact.type), value) if fact else value
    return read_facts(definition, raw, scope)


def _plain(kind: str, value: str) -> Any:
    from bangfu.foundation.accounts.selectors import get_user

    if kind == "PEOPLE":
        return [str(get_user(name.strip()).pk) for name in value.split(",") if name.strip()]
    if kind == "FLAG":
        return value.lower() in _YES
    if kind == "COUNT" and value.isdigit():
        return int(value)
    return value
