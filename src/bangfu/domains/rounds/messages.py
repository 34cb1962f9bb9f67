"""Who is told that a round (集中排查) begins: everybody in the county who enters households."""

from __future__ import annotations

from datetime import datetime

from bangfu.domains.rounds.models import Round
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.notifications.services import notify
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

ENTER = "CLUE_CHECK"


def tell_opened(scope: Scope, at: datetime, row: Round) -> int:
    """Tell the posts that enter households of the county; return how many people it was."""
    county = RegionCode(row.region_code)
    users = {one.user_id for one in list_holders(scope, ENTER, local_day(at))}
    return notify(
        scope=scope,
        at=at,
        users=sorted((one for one in users if str(one) != scope.actor.id), key=str),
        subject="monitoring.round_opened",
        params={"place": row.region_code, "until": row.to_on},
        link="/rounds",
        region=county,
        key=f"round:{row.id}",
    )
