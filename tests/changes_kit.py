"""A village with officers, and requests carried through their steps, for the tests of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from bangfu.domains.changes import services
from bangfu.domains.changes.domain import RequestRecord
from bangfu.domains.changes.services import Form
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.acts_kit import AT, ON, id_of, settle_families
from tests.cast import YUNXI_TOWN, YUNXI_VILLAGE, Cast, Player, _player


@dataclass(frozen=True, slots=True)
class Village:
    """上坪村 of 清溪镇: who asks (the paired cadre), agrees, decides, and a second decider."""

    cast: Cast
    cadre: Scope
    officer: Player
    town: Scope
    second: Player

    def person(self, household_no: str, name: str) -> str:
        """Return a member's id as the form takes it."""
        return str(id_of(self.town, household_no, name))


def settle(cast: Cast, folder: Path) -> Village:
    """Enter the families and appoint a village officer and a second township officer."""
    settle_families(cast.county.scope, folder)
    officer = _player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE)
    second = _player("yi2", "乙二", "TOWNSHIP_OFFICER", YUNXI_TOWN)
    assert cast.cadre.scope
    assert cast.township.scope
    return Village(cast, cast.cadre.scope, officer, cast.township.scope, second)


def draft(
    village: Village,
    kind: str,
    household_no: str,
    facts: dict[str, Any],
    *,
    at: datetime = AT,
    on: date = ON,
    note: str = "看过户口簿",
    scope: Scope | None = None,
) -> RequestRecord:
    """Draw up a request, by the paired cadre unless told otherwise."""
    form = Form(kind, household_no, on, facts, note)
    return services.create(scope=scope or village.cadre, at=at, form=form)


def submitted(village: Village, *args: Any, **kwargs: Any) -> RequestRecord:
    """Draw up a request and submit it."""
    made = draft(village, *args, **kwargs)
    scope = kwargs.get("scope") or village.cadre
    return services.submit(scope=scope, at=kwargs.get("at", AT), request_id=made.id)


def agreed(village: Village, *args: Any, **kwargs: Any) -> RequestRecord:
    """Carry a request to the township."""
    made = submitted(village, *args, **kwargs)
    assert village.officer.scope
    scope = village.officer.scope
    if not scope.covers(RegionCode(made.region_code)):
        scope = command_scope(RegionCode(made.region_code), "village")
    return services.decide_village(
        scope=scope, at=kwargs.get("at", AT), request_id=made.id, decision="AGREE"
    )


def decide(
    village: Village, request_id: UUID, decision: str = "APPROVE", *, at: datetime = AT
) -> RequestRecord:
    """Decide as 乙."""
    return services.decide_town(
        scope=village.town, at=at, request_id=request_id, decision=decision, note="核实无误"
    )


def approved(village: Village, *args: Any, **kwargs: Any) -> RequestRecord:
    """Carry a request into force."""
    made = agreed(village, *args, **kwargs)
    return decide(village, made.id, at=kwargs.get("at", AT))
