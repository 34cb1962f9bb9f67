"""The clock (时钟): what happens to proceedings because time passes, and not because of a step.

Overdue clocks climb, terms that have passed close what waited for them, provisional deadlines are
computed again when days off are published. Everything is chosen by sets, done in batches of one
transaction each, and leaves alone what somebody has locked: a sweep that is killed, doubled or
late does by the next one what it did not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bangfu.domains.monitoring.clocks.calendar import recompute_all
from bangfu.domains.monitoring.clocks.climbs import climb
from bangfu.domains.monitoring.clocks.handovers import hand_over_orphans
from bangfu.domains.monitoring.clocks.households import follow_register
from bangfu.domains.monitoring.clocks.lapses import lapse
from bangfu.foundation.access.scopes import system_scope
from bangfu.kernel.region import RegionCode

NATION = RegionCode("000000000000")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: deadlines that moved with the calendar, steps that time took, rungs that
    clocks climbed, proceedings that went with their household and that got other handlers; and
    the numbers of those that cannot go on because their version of the procedure is gone."""

    recomputed: int = 0
    lapsed: int = 0
    climbed: int = 0
    followed: int = 0
    handed_over: int = 0
    lost: tuple[str, ...] = ()


def sweep(*, at: datetime, region: RegionCode = NATION, deep: bool = True) -> Swept:
    """Do everything that is due in a place at an instant; return what was done.

    Safe to run at any time, from several workers at once and again: what was done is not done
    twice. `deep` also compares all that is open with the calendar, the register and the posts, of
    whose changes most are told at once and some are not (a list that was imported, a post's last
    day): first, so that nothing climbs that was never late and nobody is told who is gone.
    """
    scope = system_scope(region, "monitoring.sweep")
    recomputed = recompute_all(scope, at) if deep else 0
    followed = follow_register(scope, at) if deep else 0
    handed_over = hand_over_orphans(scope, at) if deep else 0
    lapses = lapse(scope, at)
    return Swept(
        recomputed=recomputed,
        lapsed=lapses.taken,
        climbed=climb(scope, at),
        followed=followed,
        handed_over=handed_over,
        lost=lapses.lost,
    )
