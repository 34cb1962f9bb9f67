"""What the county is told of a flood of clues that was held back (F49)."""

from __future__ import annotations

from datetime import datetime

from bangfu.domains.monitoring.models.clues import HeldBatch
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.notifications.services import notify
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day


def tell_held(scope: Scope, at: datetime, batch: HeldBatch) -> None:
    """Tell the county's officers that a batch waits for them."""
    county = RegionCode(batch.region_code)
    holders = list_holders(scope, "CLUE_DISPATCH", local_day(at), levels=(COUNTY,))
    notify(
        scope=scope,
        at=at,
        users=[holder.user_id for holder in holders],
        subject="monitoring.held",
        params={"place": batch.region_code, "month": batch.period, "count": batch.clues},
        link="/clues/held",
        region=county,
        key=f"held:{batch.id}",
    )
