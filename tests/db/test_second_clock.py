"""From the announced decision on: the second clock runs, and the household has its status."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bangfu.domains.monitoring import checking, instances, opening, services
from bangfu.domains.monitoring.clocks.following import follow_decision
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.opening import Home, Report
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, command_scope, system_scope
from bangfu.procedures import Level
from tests.acts_kit import TOWN, settle_families
from tests.cast import YUNXI, YUNXI_TOWN, YUNXI_VILLAGE
from tests.generative.test_proceedings import real
from tests.procedure_kit import definition, doer_for, good_facts
from tests.sweeping_kit import COUNTY, morning, row_of, swept

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
SYSTEM = system_scope(YUNXI, "tests")
_SCOPES = {
    Level.VILLAGE: command_scope(YUNXI_VILLAGE, "tests"),
    Level.TOWNSHIP: command_scope(YUNXI_TOWN, "tests"),
    Level.COUNTY: command_scope(YUNXI, "tests"),
    Level.SYSTEM: SYSTEM,
}
_TO_ANNOUNCED = [
    *["RECORD_VISIT", "RECORD_COMPARISON", "PASS", "HOLD_REVIEW", "POST_NOTICE"],
    *["SUBMIT", "TOWNSHIP_AGREE", "DECIDE", "ANNOUNCE"],
]


@pytest.fixture
def home(cast, tmp_path, monkeypatch):
    """Household 1 of 上坪村; papers and accounts are not asked for."""
    monkeypatch.setattr(Ports, "before", [])
    monkeypatch.setattr(Ports, "after", [follow_decision])
    monkeypatch.setattr(checking, "check_people", lambda *args: None)
    settle_families(command_scope(TOWN, "tests"), tmp_path)
    with activate(COUNTY):
        found = Household.objects.get(household_no="1")
    return Home(found.region_code, found.id, "1", found.head_name)


def go(home, procedure, day, steps, **changed):
    """Open a case and take steps, six days for the notice, the county a day after the township;
    return it with the day it came to."""
    of = definition(procedure)
    facts = {**facts_of(of, of.opening, {}, day), **changed}
    with activate(SYSTEM):
        case = opening.open_new(SYSTEM, morning(day), procedure, home, facts, Report(), "zh")
    for name in steps:
        day += timedelta(days={"SUBMIT": 6, "DECIDE": 1}.get(name, 0))
        step = of.steps[name]
        case = services.take(
            scope=_SCOPES[doer_for(step).level],
            at=morning(day),
            proceeding_id=case.id,
            step=name,
            facts=facts_of(of, step, case.facts, day),
        )
    return case, day


def facts_of(of, step, known, day):
    return {n: real(n, v) for n, v in good_facts(of, step, known, day).items()}


def open_of(procedure):
    with activate(COUNTY):
        rows = Proceeding.objects.filter(procedure=procedure, closed_at=None)
        return [(row.state, instances.unseal(row.facts), row) for row in rows]


def test_an_announced_inclusion_begins_the_second_clock_and_the_status(home, cast):
    case, day = go(home, "identification", DAY, ["AUTHORISE", *_TO_ANNOUNCED])
    [(state, facts, row)] = open_of("followup")
    assert (state, facts["case_no"], facts["decided_on"]) == ("PLAN_DUE", case.no, day)
    assert row.no.startswith("BF2026-")
    assert row.origin_id == case.id
    assert row.next_due_on == day + timedelta(days=10)
    with activate(COUNTY):
        held = ProceedingHandler.objects.filter(proceeding_id=row.id, until=None)
        assert held.count() > 0, "somebody has to make the plan"
    [(state, facts, status)] = open_of("status")
    assert (state, facts["identified_on"], facts["case_no"]) == ("MONITORED", day, case.no)
    assert status.no.startswith("JC2026-")
    swept(day + timedelta(days=11))
    assert row_of(row).overdue_level == "VILLAGE", "a plan that is not made climbs as all else"


def test_clearing_going_back_and_marking_anew_follow_each_other(home):
    go(home, "identification", date(2025, 3, 3), ["AUTHORISE", *_TO_ANNOUNCED, "REGISTER"])
    clearing = ["RECORD_CONDITIONS", *_TO_ANNOUNCED]
    case, day = go(home, "clearing", DAY, clearing, identified_on=date(2025, 3, 9))
    [(state, facts, status)] = open_of("status")
    assert (state, facts["clearing_no"], facts["clearing_way"]) == ("CLEARED", case.no, "BY_HELP")
    later = day + timedelta(days=30)
    again, day = go(home, "identification", later, ["AUTHORISE", *_TO_ANNOUNCED])
    [(state, facts, same)] = open_of("status")
    assert (state, facts["reflag_no"], same.id) == ("REFLAGGED", again.no, status.id)
    services.take(
        scope=_SCOPES[Level.COUNTY],
        at=morning(day),
        proceeding_id=status.id,
        step="UPDATE",
        facts={"updated_on": day, "updaters": real("u", ("甲",)), "update_way": "VISIT"},
    )
    assert row_of(status).next_clock == "contact"


def test_a_household_monitored_since_before_gets_its_status_with_its_clearing(home):
    clearing = ["RECORD_CONDITIONS", *_TO_ANNOUNCED]
    go(home, "clearing", DAY, clearing, identified_on=date(2025, 3, 9))
    [(state, facts, _)] = open_of("status")
    assert (state, facts["identified_on"]) == ("CLEARED", date(2025, 3, 9))
    assert "case_no" not in facts


def test_a_decision_that_is_not_announced_begins_nothing(home):
    go(home, "identification", DAY, ["AUTHORISE", *_TO_ANNOUNCED[:-1]])
    assert open_of("followup") == open_of("status") == []
