"""A village list, a held batch and an act on many clues in each village of the country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bangfu.domains.monitoring.models.clues import (
    BulkAct,
    HeldBatch,
    VillageList,
    VillageListRow,
)
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import NOW
from tests.api.isolation.country import Village

if TYPE_CHECKING:
    from tests.api.isolation.victims import Things


def add_lists(scope: Scope, village: Village, clue: Any, things: Things) -> None:
    """Put the village's clue on a list, hold a batch of its county back, act on many."""
    place = str(village.code)
    made = VillageList.objects.create(
        region_code=place,
        month="2026-10",
        no=f"{place}-202610",
        issued_on=NOW.date(),
        due_on=NOW.date(),
        contact=village.head,
        made_at=NOW,
        made_by=village.head,
    )
    VillageListRow.objects.create(
        region_code=place,
        list=made,
        place=1,
        proceeding_id=clue,
        clue_no=f"XS-{village.place}",
        head_name=village.head,
    )
    held = HeldBatch.objects.create(
        region_code=place,
        run_id=uuid7(),
        period="2026-10",
        held_at=NOW,
        clues=1,
        households=1,
        screened=1,
        village_code=place,
        village_clues=1,
        exceeded="SHARE",
        share_limit=0.1,
        village_limit=1,
        rules={village.reason: 1},
    )
    act = BulkAct.objects.create(
        region_code=place, act="DISPATCH", at=NOW, by=village.head, by_id="tests", count=0, items=[]
    )
    things.add("village_list", made.id, village.code)
    things.add("held_batch", held.id, village.code)
    things.add("bulk_act", act.id, village.code)
