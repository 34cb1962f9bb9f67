"""What stands in a county before the clues of a run are made, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bangfu.domains.monitoring.clues import explained
from bangfu.domains.monitoring.clues.planning import Home, Key, Known
from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.registry.selectors import filtered
from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.hits import Hit
from bangfu.foundation.access.scopes import in_scope
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

SCREENING = "SCREENING"
# Nobody has begun to check a clue in these states, or heard the household of a suspicion.
WAITING = frozenset({"RECEIVED", "DISPATCHED", "TELLING"})
_KINDS = (CLUE, SUSPICION)


def read(scope: Scope, county: RegionCode, run: RunRecord, hits: Sequence[Hit]) -> Known:
    """Return what a plan has to know; inside `activate` of the county's scope."""
    answered = {key: row.facts_digest for key, row in explained.live_in(*county.bounds).items()}
    households = {hit.household_id for hit in hits} | {household for household, _ in answered}
    clues = {
        clue_id: (household, risk, state, source, procedure)
        for clue_id, household, risk, state, source, procedure in in_scope(
            Proceeding.objects.all(), scope
        )
        .filter(procedure__in=_KINDS, closed_at__isnull=True, household_id__isnull=False)
        .values_list("id", "household_id", "risk", "state", "source", "procedure")
        if household is not None
    }
    told: set[tuple[UUID, str, str]] = set()
    rules: dict[UUID, set[Key]] = {}
    by_hand: set[UUID] = set()
    noted: set[UUID] = set()
    reports = ClueOrigin.objects.filter(
        proceeding__procedure__in=_KINDS, proceeding__closed_at=None
    )
    for clue, rule, digest, run_id in in_scope(reports, scope).values_list(
        "proceeding_id", "rule_id", "facts_digest", "run_id"
    ):
        if clue not in clues:
            continue
        if rule:
            told.add((clue, rule, digest))
            rules.setdefault(clue, set()).add((clues[clue][0], rule))
        elif run_id is None:
            by_hand.add(clue)
        elif run_id == run.id:
            noted.add(clue)
    return Known(
        homes=_homes(scope, households),
        answered=answered,
        by_matter=_by_matter(clues),
        by_rule={key: clue for clue, keys in rules.items() for key in keys},
        told=told,
        reported=_reported(scope, run.id),
        waiting={
            clue: frozenset(keys)
            for clue, keys in rules.items()
            if clues[clue][2] in WAITING and clue not in by_hand | noted
        },
    )


def _homes(scope: Scope, households: set[UUID]) -> dict[UUID, Home]:
    """The households that are open today; those of a few years ago may be closed or gone."""
    found = filtered(scope, HouseholdFilter(among=list(households)))
    return {
        household: Home(*rest)
        for household, *rest in found.values_list("id", "household_no", "head_name", "region_code")
    }


def _by_matter(clues: dict[UUID, tuple[UUID, str, str, str, str]]) -> dict[Key, UUID]:
    """Open clues by household and matter; of OTHER only one that a screening made is met again.
    A suspicion is met again by its rule alone."""
    return {
        (household, risk): clue
        for clue, (household, risk, _, source, procedure) in clues.items()
        if procedure == CLUE and (risk not in ("", "OTHER") or source == SCREENING)
    }


def _reported(scope: Scope, run_id: UUID) -> set[Key]:
    rows = in_scope(ClueOrigin.objects.all(), scope).filter(run_id=run_id).exclude(rule_id="")
    pairs = rows.values_list("proceeding__household_id", "rule_id")
    return {(household, rule) for household, rule in pairs if household is not None}
