"""Three households of 清溪镇 with a round or a year-end window over them, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from bangfu.domains.rounds import services, windows
from bangfu.domains.rounds.domain import RoundRecord, Season, Stage, WindowRecord
from bangfu.domains.rounds.policy import policy
from bangfu.kernel.scope import Scope
from tests.acts_kit import settle_families
from tests.cast import YUNXI, Cast

# In the autumn round 2026-08-01 to 2026-10-31.
AT = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
ON = date(2026, 10, 20)
CODE = "2026-AUTUMN"
AUTUMN = services.Plan(
    2026, Season.AUTUMN, "云农组〔2026〕9号", date(2026, 8, 1), date(2026, 10, 31)
)


def settle(cast: Cast, folder: Path) -> Scope:
    """Enter the three families and return the county's scope."""
    assert cast.county.scope
    settle_families(cast.county.scope, folder)
    return cast.county.scope


def open_autumn(scope: Scope, at: datetime = AT) -> RoundRecord:
    """Open the autumn round of 云溪县."""
    return services.open_round(scope=scope, at=at, county=YUNXI, plan=AUTUMN)


def on(month: int, day: int) -> datetime:
    """Return ten in the morning of a day of 2026."""
    return datetime(2026, month, day, 2, 0, tzinfo=UTC)


def open_window(scope: Scope) -> WindowRecord:
    """Open the window of 2026 with its usual days."""
    plan = windows.Opening(2026, "云农组〔2026〕12号", policy().spans_of(2026))
    return windows.open_window(scope=scope, at=on(9, 1), county=YUNXI, plan=plan)


def go_to_signing(scope: Scope) -> None:
    """Open the window and take it to the stage of signatures on 3 December."""
    open_window(scope)
    for seen in (Stage.TRAINING, Stage.COLLECTING, Stage.ENTERING, Stage.CLEANING):
        windows.advance(scope=scope, at=on(12, 3), county=YUNXI, year=2026, seen=seen)


def lock(scope: Scope, *towns: Scope) -> WindowRecord:
    """Sign for the towns with households and lock the year on 11 December."""
    go_to_signing(scope)
    for town in towns:
        windows.sign(scope=town, town=town.region, at=on(12, 4), year=2026)
    return windows.lock(
        scope=scope, at=on(12, 11), county=YUNXI, year=2026, document_no="云农组〔2026〕20号"
    )
