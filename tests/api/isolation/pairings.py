"""A pairing and a handover in each village of the country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bangfu.domains.assistance.models import Handover, Pairing
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import AS_OF, NOW
from tests.api.isolation.country import Village

if TYPE_CHECKING:
    from tests.api.isolation.victims import Things


def add_pairings(scope: Scope, village: Village, home: Any, things: Things) -> None:
    """Pair the village's household with somebody whom a handover brought."""
    first, second, handover = uuid7(), uuid7(), uuid7()
    by = {"created_at": NOW, "created_by": "tests", "created_by_id": "tests"}
    of_home = {
        "region_code": str(village.code),
        "household_id": home,
        "household_no": village.household_no(),
        "head_name": village.head,
        "office": village.reason,
        "office_kind": "TOWNSHIP",
        "valid_from": AS_OF,
        **by,
    }
    Handover.objects.create(
        id=handover,
        region_code=str(village.code),
        at=NOW,
        by="tests",
        by_id="tests",
        on=AS_OF,
        from_user_id=first,
        from_name=village.head,
        to_user_id=second,
        to_name=village.head,
        reason=village.reason,
        count=1,
    )
    Pairing.objects.create(
        user_id=first,
        cadre_name=village.head,
        valid_to=AS_OF.replace(day=AS_OF.day - 1),
        end_reason="HANDED_OVER",
        ended_at=NOW,
        ended_in=handover,
        **of_home,
    )
    made = Pairing.objects.create(
        user_id=second, cadre_name=village.head, made_in=handover, **of_home
    )
    things.add("pairing", made.id, village.code)
    things.add("handover", handover, village.code)
