"""Hits that somebody has answered stay silent until their facts change.

A clue that ends with an answer (no risk, explained, data wrong, or confirmed and gone on as a
case), and a suspicion that is decided, remembers, of each rule that a screening reported in it, the
digest of the facts as they were. A clue that was made void or joined answers nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.models import ClueOrigin
from bangfu.domains.monitoring.models.clues import ExplainedHit
from bangfu.domains.monitoring.ports import Stepped
from bangfu.kernel.workdays import local_day

ANSWERS = frozenset({"NO_RISK", "EXPLAINED", "DATA_WRONG", "CONFIRMED"})
_DECIDED = "DECIDED"
Hit = tuple[UUID, str]


def remember(stepped: Stepped) -> None:
    """Keep the hits that an answered clue explains; called after every step."""
    row = stepped.row
    outcome = _answer(stepped)
    if not outcome or row.household_id is None:
        return
    origins = ClueOrigin.objects.filter(proceeding_id=row.id).exclude(facts_digest="")
    newest = {one.rule_id: one.facts_digest for one in origins.order_by("at", "id")}
    if not newest:
        return
    day = local_day(stepped.at)
    standing = ExplainedHit.objects.filter(household_id=row.household_id, until__isnull=True)
    standing.filter(rule_id__in=list(newest)).update(until=day)
    ExplainedHit.objects.bulk_create(
        [
            ExplainedHit(
                region_code=row.region_code,
                proceeding_id=row.id,
                household_id=row.household_id,
                rule_id=rule_id,
                facts_digest=digest,
                outcome=outcome,
                since=day,
            )
            for rule_id, digest in sorted(newest.items())
        ]
    )


def _answer(stepped: Stepped) -> str:
    """How a clue or a suspicion was answered; "" where it was not."""
    row = stepped.row
    if row.procedure == SUSPICION and row.outcome == _DECIDED:
        return str(stepped.taken.instance.facts.get("outcome", _DECIDED))
    return row.outcome if row.procedure == CLUE and row.outcome in ANSWERS else ""


def live_in(lower: str, upper: str) -> dict[Hit, ExplainedHit]:
    """Return the explained hits in force in a range of places, by household and rule."""
    rows = ExplainedHit.objects.filter(
        region_code__gte=lower, region_code__lt=upper, until__isnull=True
    )
    return {(one.household_id, one.rule_id): one for one in rows}


def end(rows: Iterable[ExplainedHit], on: date) -> int:
    """End what was explained: its facts have changed. Return how many."""
    ids: Collection[UUID] = [one.id for one in rows]
    return int(ExplainedHit.objects.filter(id__in=ids, until__isnull=True).update(until=on))
