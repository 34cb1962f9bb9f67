"""What follows from a step: a confirmed clue opens a case, a decided one is to be entered, one
that is done again may go on another list, a clearing that is taken back stands open again.

Called for every step that is taken, by whoever, in its transaction.
"""

from __future__ import annotations

from bangfu.domains.monitoring import opening
from bangfu.domains.monitoring.cases import decided
from bangfu.domains.monitoring.cases.statuses import DECIDED
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.cases import CASES
from bangfu.domains.monitoring.domain.proceedings import CLUE, IDENTIFICATION, STATUS
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Home, Report
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.standing import find_monitored
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value

CONFIRMED, ANNOUNCE = "CONFIRMED", "ANNOUNCE"
# A recheck has the case done again: the county's list that refused it no longer speaks for it.
_AGAIN = frozenset({"REOPEN", "COUNTY_REOPEN"})


def follow_case_step(told: Stepped) -> None:
    """Open the case of a confirmed clue, list what a decision on a case or a status asks of the
    national system, free a case that is done again."""
    row = told.row
    if row.procedure == CLUE and row.state == CONFIRMED:
        _open_identification(told)
    elif row.procedure in CASES and told.taken.step == ANNOUNCE:
        decided.put_on_list(told)
    elif row.procedure in CASES and told.taken.step in _AGAIN:
        _free(row)
    elif row.procedure == STATUS and told.taken.step in DECIDED:
        decided.put_status_on_list(told, DECIDED[told.taken.step])


def _free(row: Proceeding) -> None:
    row.batch_rows.filter(is_live=True).update(is_live=False)
    row.batch_id = None
    row.save(update_fields=["batch_id"])


def _open_identification(told: Stepped) -> None:
    """The case goes on from what the clue knows; a household that has an open one keeps it.

    A household that is monitored is not identified a second time: the new risk is noted with its
    status (`clocks.following`). One whose risk was cleared has a case of its own (再标注).
    """
    clue = told.row
    if clue.household_id is None:
        return
    home = Home(clue.region_code, clue.household_id, clue.household_no, clue.head_name)
    opening.lock(home)
    has_one = Proceeding.objects.filter(
        household_id=clue.household_id, procedure=IDENTIFICATION, closed_at__isnull=True
    )
    system = system_of(RegionCode(clue.region_code), "cases")
    with activate(system):
        if has_one.exists() or find_monitored(system, clue) is not None:
            return
    known = told.taken.instance.facts
    helped = known.get("helped_on")
    facts: dict[str, Value] = {
        "clue_on": known.get("clue_on", local_day(told.at)),
        "clue_no": clue.no,
        "is_fast_track": "danger" in known,
    }
    if helped is not None:
        facts["helped_on"] = helped
    report = Report(
        risk=clue.risk,
        titles=(clue.title_zh, clue.title_en),
        classes=tuple(clue.classes),
        severity=clue.severity,
        period=clue.period,
        origin_id=clue.id,
    )
    with activate(system):
        opening.open_new(system, told.at, IDENTIFICATION, home, facts, report, "zh")
