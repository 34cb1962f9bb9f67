"""What people do about a clue in each of its states: who does it, when they get to it, and how."""

from __future__ import annotations

from bangfu.domains.monitoring.clues import bulk
from bangfu.domains.monitoring.models import Proceeding
from tests.year.county import Worker
from tests.year.days import later
from tests.year.desk import Desk
from tests.year.hazard import BY_ID

TRANSFERRED, EXTENDED = 0.08, 0.05
FALSE = (("EXPLAIN", 45), ("FIND_NO_RISK", 35), ("FIND_DATA_WRONG", 20))
RED = 0.15
# By how many working days a check may be put off.
LONGER = 5
_DEPARTMENT = {
    "ILLNESS": "MEDICAL_INSURANCE", "MEDICAL_INSURANCE": "MEDICAL_INSURANCE",
    "HOUSING": "HOUSING", "WATER": "WATER", "EDUCATION": "EDUCATION",
    "UNSTABLE_JOB": "HUMAN_RESOURCES", "INCOME": "HUMAN_RESOURCES", "DISASTER": "EMERGENCY",
}  # fmt: skip


def of_clue(desk: Desk, row: Proceeding) -> None:
    """Do what is next about a clue, and plan what comes after."""
    acts = {
        "RECEIVED": _received,
        "DISPATCHED": _dispatched,
        "CHECKING": _checking,
        "WITH_DEPARTMENT": _with_department,
        "URGENT": _urgent,
    }
    acts[row.state](desk, row)


def _received(desk: Desk, row: Proceeding) -> None:
    """Nobody was found for it: the township hands it to the village."""
    officer, _ = desk.county.town_of(row.region_code)
    clerk = desk.county.clerks[row.region_code]
    desk.take(officer, row, "DISPATCH", handlers=(str(clerk.user_id),))
    desk.plan(row.id, clerk)


def _dispatched(desk: Desk, row: Proceeding) -> None:
    who = desk.handler_of(row)
    if who is None or who.delay is None:
        return _give_to_others(desk, row)
    if not who.is_here(desk.today):
        return desk.postpone(row.id, who)
    desk.take(who, row, "ACKNOWLEDGE")
    desk.plan(row.id, who, more=1)
    return None


def _give_to_others(desk: Desk, row: Proceeding) -> None:
    """Once it has climbed to the county the township gives it to the village's clerk; of some
    that nobody sees to it hears only from the city."""
    heard = "PREFECTURE" if desk.drawn(row, "deaf") < 0.25 else "COUNTY"
    if row.overdue_level not in (heard, "PREFECTURE"):
        return desk.again(row.id)
    officer, _ = desk.county.town_of(row.region_code)
    clerk = desk.county.clerks[row.region_code]
    wish = bulk.Wish(bulk.Act.REASSIGN, (str(clerk.user_id),), "逾期未办")
    done = bulk.act_on_many(scope=officer.scope, at=desk.now(), ids=[row.id], wish=wish)
    assert done.done == 1, done
    return desk.plan(row.id, clerk)


def _checking(desk: Desk, row: Proceeding) -> None:
    who = desk.handler_of(row)
    if who is None or who.delay is None:
        return _give_to_others(desk, row)
    if not who.is_here(desk.today):
        return desk.postpone(row.id, who)
    if desk.once(row, "transfer", TRANSFERRED):
        department = _DEPARTMENT[row.risk]
        desk.take(who, row, "TRANSFER", department=department, transfer_reason="请核对数据")
        return desk.plan(row.id, desk.county.departments[department])
    if desk.once(row, "extend", EXTENDED):
        due = desk.due_of(row, "check")
        until = later(max(due, desk.today), 3)
        # Whoever is later than that does it now.
        if until <= later(due, LONGER):
            officer, _ = desk.county.town_of(row.region_code)
            desk.take(officer, row, "EXTEND", extended_to=until, extension_reason="农户外出")
            return desk.plan(row.id, who, more=2)
    return _answer(desk, row, who)


def _answer(desk: Desk, row: Proceeding, who: Worker) -> None:
    truth = max((BY_ID[rule].truth for rule in desk.rules_of(row)), default=0.1)
    found = {
        "checked_on": desk.today,
        "check_way": "VISIT",
        "checkers": (str(who.user_id), *_second(desk, row, who)),
        "finding": "已入户核实",
    }
    if desk.drawn(row, "truth") < truth:
        level = "RED" if desk.drawn(row, "red") < RED else "YELLOW"
        signed = {"assessed_level": level, "assessed_by": (str(who.user_id),)}
        desk.conclude(who, row, "CONFIRM", who, **found, **signed)
        return
    step = desk.choose(row, FALSE)
    if step == "FIND_DATA_WRONG":
        officer, _ = desk.county.town_of(row.region_code)
        desk.conclude(officer, row, step, who, **found, feedback_no=desk.request(row))
    else:
        desk.conclude(who, row, step, who, **found)


def _second(desk: Desk, row: Proceeding, who: Worker) -> tuple[str, ...]:
    clerk = desk.county.clerks[row.region_code]
    officer, _ = desk.county.town_of(row.region_code)
    return (str((clerk if clerk is not who else officer).user_id),)


def _with_department(desk: Desk, row: Proceeding) -> None:
    who = desk.county.departments[row.department]
    desk.take(who, row, "ANSWER", department_outcome="DONE", department_result="已核对")
    desk.plan(row.id, desk.handler_of(row) or desk.county.clerks[row.region_code])


def _urgent(desk: Desk, row: Proceeding) -> None:
    """Help first, then the procedure: the case begins on the fast track."""
    clerk = desk.county.clerks[row.region_code]
    desk.take(clerk, row, "HELP_FIRST", helped_on=desk.today, help_given="临时救助 2,000 元")
    officer, _ = desk.county.town_of(row.region_code)
    people = (str(clerk.user_id), str(officer.user_id))
    desk.conclude(
        clerk, row, "CONFIRM", clerk, checked_on=desk.today, check_way="VISIT", checkers=people,
        finding="情况紧急，已先行救助", assessed_level="RED", assessed_by=people[:1],
    )  # fmt: skip
