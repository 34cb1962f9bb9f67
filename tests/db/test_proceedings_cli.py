"""`bangfu proceedings` as a person calls it: report, list, step, show."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner
from django.utils import timezone

from bangfu.cli import proceedings
from bangfu.kernel.errors import Conflict, NotFound
from tests.cast import Cast
from tests.proceedings_kit import HOUSE, add_homes

TOWN, VILLAGE = "990101101", "990101101201"


def call(*arguments: str) -> Any:
    """Return the JSON of a command that has to succeed."""
    done = CliRunner().invoke(proceedings.command, [*arguments, "--json"])
    assert done.exception is None, done.output
    return json.loads(done.stdout)


def test_a_clue_is_reported_listed_handed_on_and_shown(cast: Cast) -> None:
    add_homes()
    today = timezone.localdate().isoformat()
    facts = ("--fact", f"clue_on={today}", "--fact", "source=CADRE", "--fact", "matter=住院")
    place = ("--region", TOWN, "--household", HOUSE)
    made = call("report", *place, "--risk", "ILLNESS", *facts)
    assert (made["state"], made["joined"]) == ("RECEIVED", False)
    again = call("report", *place, "--risk", "ILLNESS", *facts)
    assert (again["no"], again["joined"]) == (made["no"], True)
    (item,) = call("list", "--region", TOWN, "--open")["items"]
    assert (item["no"], item["waits_for"], item["head_name"]) == (made["no"], "TOWNSHIP", "王大山")
    sent = call("step", made["no"], "DISPATCH", "--region", TOWN, "--fact", "handlers=cadre")
    assert (sent["state"], sent["revision"]) == ("DISPATCHED", 2)
    late = CliRunner().invoke(
        proceedings.command,
        ["step", made["no"], "ACKNOWLEDGE", "--region", VILLAGE, "--revision", "1"],
    )
    assert isinstance(late.exception, Conflict)
    shown = call("show", made["no"], "--region", VILLAGE)
    assert ([one["step"] for one in shown["steps"]], shown["next_step"]) == (
        ["REPORT", "DISPATCH"],
        "ACKNOWLEDGE",
    )
    foreign = CliRunner().invoke(proceedings.command, ["show", made["no"], "--region", "990102"])
    assert isinstance(foreign.exception, NotFound)
