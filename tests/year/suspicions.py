"""What people do about a suspicion (疑点): the household is heard before anybody decides."""

from __future__ import annotations

from bangfu.domains.monitoring.models import Proceeding
from tests.year.desk import Desk
from tests.year.hazard import BY_ID

SILENT = 0.1
# Working days after which the ten days to explain are over, holidays or not.
TIME = 11
OTHERWISE = (("TRUE_EXPLAINED", 60), ("NOT_TRUE", 20), ("DATA_WRONG", 15), ("CANNOT_TELL", 5))


def of_suspicion(desk: Desk, row: Proceeding) -> None:
    """Do what is next about a suspicion, and plan what comes after."""
    {"TELLING": _hear, "CHECKING": _check, "TOWNSHIP": _opinion, "COUNTY": _decide}[row.state](
        desk, row
    )


def _hear(desk: Desk, row: Proceeding) -> None:
    """The village tells the household and writes down what it says; some say nothing, which
    counts only when their time is over."""
    clerk = desk.county.clerks[row.region_code]
    told = {"told_on": desk.today, "told_by": (str(clerk.user_id),)}
    if desk.drawn(row, "silent") >= SILENT:
        desk.take(clerk, row, "HEAR", **told, explained_on=desk.today, explanation="已于去年卖出")
        desk.plan(row.id, clerk)
    elif desk.once(row, "told", 1.0):
        desk.take(clerk, row, "TELL", **told)
        desk.plan(row.id, clerk, more=TIME)
    else:
        desk.take(clerk, row, "HEAR_NOTHING", silence_reason="外出务工，电话、上门均未联系上")
        desk.plan(row.id, clerk)


def _check(desk: Desk, row: Proceeding) -> None:
    clerk = desk.county.clerks[row.region_code]
    officer, _ = desk.county.town_of(row.region_code)
    people = (str(clerk.user_id), str(officer.user_id))
    desk.take(clerk, row, "CHECK", checked_on=desk.today, checkers=people, finding="已入户核对")
    desk.plan(row.id, officer)


def _opinion(desk: Desk, row: Proceeding) -> None:
    officer, _ = desk.county.town_of(row.region_code)
    desk.take(officer, row, "GIVE_OPINION", township_on=desk.today, township_opinion="同意核查意见")
    desk.plan(row.id, desk.county.county[0])


def _decide(desk: Desk, row: Proceeding) -> None:
    office, decider = desk.county.county
    truth = max((BY_ID[rule].truth for rule in desk.rules_of(row)), default=0.2)
    outcome = "TRUE_UNDUE" if desk.drawn(row, "truth") < truth else desk.choose(row, OTHERWISE)
    feedback = {"feedback_no": desk.request(row)} if outcome == "DATA_WRONG" else {}
    desk.take(office, row, "DECIDE", decided_on=desk.today, deciders=(str(decider.user_id),),
              outcome=outcome, **feedback)  # fmt: skip
