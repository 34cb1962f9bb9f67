"""A round and a locked year in each county of the country, and a correction in each village.

Their days are wide, so that nothing depends on the day on which the matrix is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bangfu.domains.rounds import corrections, services, windows
from bangfu.domains.rounds.domain import STAGES, Season, Stage
from bangfu.domains.rounds.policy import policy
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.region import TOWN, RegionCode
from bangfu.kernel.scope import Scope
from tests.api.conftest import NOW
from tests.api.isolation.country import Village

EVER = date(2099, 12, 31)


def fill_rounds(scope: Scope, county: RegionCode, villages: list[Village]) -> None:
    """Open a county's autumn round and lock its year."""
    name = f"wenhao-{county.prefix}"
    plan = services.Plan(2026, Season.AUTUMN, name, date(2026, 1, 1), EVER)
    services.open_round(scope=scope, at=NOW, county=county, plan=plan)
    spans = [replace(each, from_on=date(2026, 1, 1)) for each in policy().spans_of(2026)]
    spans[-1] = replace(spans[-1], to_on=EVER)
    opening = windows.Opening(2026, name, tuple(spans))
    windows.open_window(scope=scope, at=NOW, county=county, plan=opening)
    step: dict[str, Any] = {"at": NOW, "year": 2026}
    for seen in STAGES[: STAGES.index(Stage.SIGNING)]:
        windows.advance(scope=scope, county=county, seen=seen, **step)
    for town in sorted({village.code.at_level(TOWN) for village in villages}, key=str):
        windows.sign(scope=command_scope(town, "tests"), town=town, **step)
    windows.lock(scope=scope, county=county, document_no=name, **step)


def add_correction(scope: Scope, village: Village) -> Any:
    """Ask to correct the first household of a village."""
    wish = corrections.Wish(village.household_no(), village.reason, village.reason)

    return corrections.ask(scope=scope, at=NOW, year=2026, wish=wish).id
