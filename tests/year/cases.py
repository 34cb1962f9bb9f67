"""What people do about cases, the help that follows them, and the families that are monitored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from bangfu.domains.monitoring.cases import batches, notices, services
from bangfu.domains.monitoring.cases.quality import count_all_stops
from bangfu.domains.monitoring.domain.cases import CASES, BatchDecision, PaperKind
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.publicity.domain import NoticeWay, ObjectionWay
from bangfu.domains.publicity.objections import ObjectionForm
from bangfu.foundation.access.scopes import activate
from bangfu.procedures.facts import as_day
from tests.evidence_samples import png
from tests.year.county import COUNTY, Worker
from tests.year.days import DAY, later
from tests.year.desk import Desk

REFUSED, REJECTED, OBJECTED = 0.08, 0.04, 0.05
ASKED, UPHELD, ASKED_COUNTY, COUNTY_REFUSED = 0.4, 0.7, 0.5, 0.05
CATEGORY = "SUDDEN_HARDSHIP"
CLEARING = "clearing"
# With which the platform refuses conditions that the data contradict, and stops left unsaid.
OTHERWISE, STOPS = "E-MONITORING-CONDITION-OTHERWISE", "E-MONITORING-STOPS"
CONDITIONS = {
    "guarantees_met": True, "rigid_spending_settled": True, "risk_gone": True,
    "has_new_risk": False, "is_all_without_labour": False, "clearing_way": "BY_HELP",
    "measures_count": 1,
}  # fmt: skip


def of_case(desk: Desk, row: Proceeding) -> None:
    """Do what is next about a case; those that wait for the county are decided by lists."""
    act = _ACTS.get(row.state)
    if act is not None:
        act(desk, row, _People(desk, row))


def of_help(desk: Desk, row: Proceeding) -> None:
    """The plan, then the first help."""
    people = _People(desk, row)
    if row.state == "HELP_DUE":
        desk.take(people.clerk, row, "HELP", first_helped_on=desk.today, first_help="救助到账",
                  helpers=people.ids(people.clerk))  # fmt: skip
        return
    desk.take(people.clerk, row, "PLAN", planned_on=desk.today, plan="医疗救助、公益岗位",
              planners=people.ids(people.clerk), measures_planned=2)  # fmt: skip
    desk.on(row.id, desk.today + timedelta(days=7))


def of_status(desk: Desk, row: Proceeding) -> None:
    """A family that is monitored is visited within each month, one that is cleared each half."""
    who = _People(desk, row).clerk
    desk.take(who, row, "UPDATE", updated_on=desk.today, updaters=(str(who.user_id),),
              update_way="VISIT")  # fmt: skip
    after = 150 if row.state == "CLEARED" else 21
    desk.on(row.id, desk.today + timedelta(days=after + int(8 * desk.rng.random())))


class _People:
    """Who works on a case: village, township and the one who reviews there, county."""

    def __init__(self, desk: Desk, row: Proceeding) -> None:
        self.clerk = desk.county.clerks[row.region_code]
        self.officer, self.head = desk.county.town_of(row.region_code)
        self.second = desk.handler_of(row) or self.officer
        self.office = desk.county.county[0]

    @staticmethod
    def ids(*people: Worker) -> tuple[str, ...]:
        """Return people as a fact names them."""
        return tuple(dict.fromkeys(str(one.user_id) for one in people))


def _paper(desk: Desk, who: Worker, row: Proceeding, name: str) -> str:
    """Put the number of an original on file."""
    no = f"{name}-{row.no}-{row.revision}"
    original = filing.Original(name, no, PaperKind.ORIGINAL, desk.today)
    filing.keep(scope=who.scope, at=desk.now(), proceeding_id=row.id, original=original)
    return no


def _is_clearing(row: Proceeding) -> bool:
    return row.procedure == CLEARING


def _opened(desk: Desk, row: Proceeding, people: _People) -> None:
    no = _paper(desk, people.clerk, row, "authorisation")
    desk.take(
        people.clerk, row, "AUTHORISE", authorised_on=desk.today, authorisation_no=no,
        authorisation_witness="见证人", absent_adults=0, has_children_apart=False,
    )  # fmt: skip
    desk.plan(row.id, people.clerk)


def _checking(desk: Desk, row: Proceeding, people: _People) -> None:
    visitors = people.ids(people.clerk, people.officer)
    desk.take(people.clerk, row, "RECORD_VISIT", visited_on=desk.today, visitors=visitors,
              visit_finding="情况属实")  # fmt: skip
    no = _paper(desk, people.office, row, "comparison")
    desk.take(people.office, row, "RECORD_COMPARISON", compared_on=desk.today, comparison_no=no,
              comparison_result="CLEAR")  # fmt: skip
    if desk.once(row, "refused", REFUSED):
        who, step = (people.clerk, "KEEP") if _is_clearing(row) else (
            people.officer, "REFUSE_AFTER_CHECK")  # fmt: skip
        desk.take(who, row, step, refusal_reason="不符合条件")
    elif _is_clearing(row):
        stable = {"income_stable_since": desk.today - timedelta(days=200), **CONDITIONS}
        # What speaks against them the platform works out itself.
        if desk.tries(people.clerk, row, "RECORD_CONDITIONS", OTHERWISE, **stable):
            desk.take(people.clerk, row, "PASS")
        else:
            desk.take(people.clerk, row, "KEEP", refusal_reason="有新的风险或条件不具备")
    else:
        desk.take(people.clerk, row, "PASS", assessed_level="YELLOW",
                  assessed_by=people.ids(people.clerk))  # fmt: skip
    desk.plan(row.id, people.clerk)


def _reviewing(desk: Desk, row: Proceeding, people: _People) -> None:
    paper = "clearing_review" if _is_clearing(row) else "village_review"
    votes = {
        "reviewed_on": desk.today, "votes_due": 30, "votes_present": 26,
        "minutes_no": _paper(desk, people.clerk, row, paper),
    }  # fmt: skip
    if desk.once(row, "rejected", REJECTED):
        desk.take(people.clerk, row, "REJECT_AT_REVIEW", votes_agree=9, votes_against=17,
                  refusal_reason="评议未通过", **votes)  # fmt: skip
    else:
        desk.take(people.clerk, row, "HOLD_REVIEW", votes_agree=25, votes_against=1, **votes)
    desk.plan(row.id, people.clerk)


def _noticing(desk: Desk, row: Proceeding, people: _People) -> None:
    wanted = notices.CaseNotice(
        cases=(row.id,), posted_on=desk.today, way=NoticeWay.BOARD,
        report_phone="0990-6210002", categories={} if _is_clearing(row) else {row.id: CATEGORY},
    )  # fmt: skip
    drawn = notices.draw_up(scope=people.clerk.scope, at=desk.now(), notice=wanted)
    hung = notices.hang(scope=people.clerk.scope, at=desk.now(), notice_id=drawn.id)
    if desk.once(row, "objection", OBJECTED):
        form = ObjectionForm(row.id, desk.today, "村民 13800000000", ObjectionWay.ORAL, "有门面")
        notices.object_to(
            scope=people.clerk.scope, at=desk.now(), notice_id=hung.id, form=form
        )  # fmt: skip
        desk.plan(row.id, people.officer, more=1)
        return
    desk.on(row.id, hung.until_on + DAY)


def _objected(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.officer, row, "DISMISS_OBJECTION", objection_checked_on=desk.today,
              objection_checkers=people.ids(people.officer), objection_result="不实")  # fmt: skip
    desk.on(row.id, desk.today + timedelta(days=6))


def _noticed(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.clerk, row, "SUBMIT", submitted_on=desk.today)
    desk.plan(row.id, people.officer)


def _township(desk: Desk, row: Proceeding, people: _People) -> None:
    paper = "clearing_township" if _is_clearing(row) else "township_review"
    stops = {"quality_stops": 0} if _is_clearing(row) else {}
    # What speaks against a clearing is counted again: a clue may have come in since.
    if desk.tries(
        people.officer, row, "TOWNSHIP_AGREE", STOPS, township_on=desk.today,
        township_reviewers=people.ids(people.head),
        township_no=_paper(desk, people.officer, row, paper), **stops,
    ):  # fmt: skip
        return
    desk.take(people.head, row, "TOWNSHIP_REFUSE", refusal_reason="有新的风险")
    desk.plan(row.id, people.clerk)


def _decided(desk: Desk, row: Proceeding, people: _People) -> None:
    paper = "clearing_announcement" if _is_clearing(row) else "announcement"
    no = _paper(desk, people.officer, row, paper)
    desk.take(people.officer, row, "ANNOUNCE", announced_on=desk.today, announcement_no=no)
    desk.plan(row.id, people.officer)


def _announced(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.officer, row, "REGISTER", registered_on=desk.today)


def _refused(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.clerk, row, "TELL", told_on=desk.today, told_way="IN_PERSON")
    if desk.once(row, "asked", ASKED):
        desk.plan(row.id, people.clerk, more=1)


def _told(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.clerk, row, "ASK_RECHECK", recheck_asked_on=desk.today,
              recheck_reason="情况有变")  # fmt: skip
    desk.plan(row.id, people.head, more=2)


def _rechecked(desk: Desk, row: Proceeding, people: _People) -> None:
    if desk.drawn(row, "upheld") >= UPHELD:
        desk.take(people.head, row, "REOPEN", return_reason="请重新核实")
        desk.plan(row.id, people.clerk, more=1)
        return
    desk.take(people.head, row, "TOWNSHIP_UPHOLD", township_recheck_on=desk.today,
              township_recheckers=people.ids(people.head),
              township_recheck_finding="与入户核实一致",
              township_recheck_told_on=desk.today)  # fmt: skip
    if desk.once(row, "asked county", ASKED_COUNTY):
        desk.plan(row.id, people.clerk, more=2)


def _told_again(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.clerk, row, "ASK_COUNTY", county_recheck_asked_on=desk.today)
    desk.plan(row.id, people.office, more=3)


def _county_upheld(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.clerk, row, "TELL_COUNTY", county_recheck_told_on=desk.today)


def _county_recheck(desk: Desk, row: Proceeding, people: _People) -> None:
    desk.take(people.office, row, "COUNTY_UPHOLD", county_recheck_on=desk.today,
              county_recheckers=people.ids(people.office),
              county_recheck_finding="与乡镇一致")  # fmt: skip


_ACTS: dict[str, Callable[[Desk, Proceeding, _People], None]] = {
    "OPENED": _opened,
    "CHECKING": _checking,
    "REVIEWING": _reviewing,
    "NOTICING": _noticing,
    "NOTICED": _noticed,
    "OBJECTED": _objected,
    "TOWNSHIP": _township,
    "DECIDED": _decided,
    "ANNOUNCED": _announced,
    "REFUSED": _refused,
    "TOLD": _told,
    "TOWNSHIP_RECHECK": _rechecked,
    "TOLD_AGAIN": _told_again,
    "COUNTY_RECHECK": _county_recheck,
    "COUNTY_UPHELD": _county_upheld,
}


def decide_together(desk: Desk) -> int:
    """The county decides what waits for it since before today, a list for each procedure."""
    waiting: dict[str, list[Proceeding]] = defaultdict(list)
    with activate(COUNTY):
        found = Proceeding.objects.filter(state="COUNTY", closed_at=None, procedure__in=CASES)
        for row in found.order_by("no"):
            # The county decides after the day of the township.
            if as_day(unseal(row.facts)["township_on"]) < desk.today:
                waiting[row.procedure].append(row)
    office, decider = desk.county.county
    for procedure, rows in sorted(waiting.items()):
        stops = count_all_stops(rows, desk.today)
        made = batches.draft(
            scope=office.scope, at=desk.now(), procedure=procedure,
            lines=[_line(desk, row, stops[row.id]) for row in rows],
        )  # fmt: skip
        batches.put_scan(
            scope=office.scope, at=desk.now(), batch_id=made.id, name="盖章页.png", content=png()
        )
        ruling = batches.Ruling(f"云帮办〔{desk.today.year}〕{made.no}", desk.today,
                                (decider.user_id,))  # fmt: skip
        batches.decide(scope=office.scope, at=desk.now(), batch_id=made.id, ruling=ruling)
        for row in rows:
            desk.plan(row.id, desk.county.town_of(row.region_code)[0])
    return sum(map(len, waiting.values()))


def _line(desk: Desk, row: Proceeding, stops: int) -> batches.BatchLine:
    category = "" if _is_clearing(row) else CATEGORY
    if stops:
        return batches.BatchLine(row.id, BatchDecision.REFUSE, category, "有新的风险")
    if desk.once(row, "county refused", COUNTY_REFUSED):
        return batches.BatchLine(row.id, BatchDecision.REFUSE, category, "收入高于监测线")
    return batches.BatchLine(row.id, category=category)


def _is_identified(home: UUID) -> bool:
    """Whether a family has a case of this year: its income cannot be stable since before that."""
    with activate(COUNTY):
        found = Proceeding.objects.filter(household_id=home, procedure="identification")
        return bool(found.exists())


def propose_clearings(desk: Desk, count: int) -> list[str]:
    """The townships propose to clear families that were monitored before the year began."""
    made = []
    left = desk.county.monitored
    for home in [left.pop() for _ in range(min(count, len(left)))]:
        place = desk.place_of(home)
        if place is None or _is_identified(home):
            continue
        officer, _ = desk.county.town_of(place)
        case = services.propose_clearing(
            scope=officer.scope, at=desk.now(), household_no=desk.county.numbers[home],
            proposed_on=desk.today, identified_on=date(2025, 3, 20),
        )  # fmt: skip
        desk.planned[later(desk.today, 1)].append(case.id)
        made.append(case.no)
    return made
