"""A risk of a household that is monitored already is noted; who signs an assessed level."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring import instances, opening
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Report
from bangfu.domains.monitoring.services import take_by_system
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import Refused
from tests import cases_kit as kit
from tests.cases_kit import Office
from tests.cast import YUNXI
from tests.proceedings_kit import HOUSE, MONDAY, checking, go

pytestmark = pytest.mark.django_db
SYSTEM = system_scope(YUNXI, "tests")
TODAY = MONDAY.date()


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def confirm(office: Office, **changed: Any) -> Any:
    """The cadre confirms a clue on the 12th."""
    clue = checking(office.cast)
    facts = {
        "checked_on": TODAY,
        "check_way": "VISIT",
        "checkers": office.ids(office.cast.cadre, office.village),
        "finding": "又住院，自付三万元",
        "assessed_level": "YELLOW",
        "assessed_by": office.ids(office.cast.cadre),
        **changed,
    }
    return go(office.cast.cadre.scope, clue, "CONFIRM", MONDAY + timedelta(hours=5), **facts)


def monitored(office: Office, risk: str | None = "ACTIVE", month: str | None = "2026-01") -> None:
    with activate(office.c):
        Household.objects.filter(household_no=HOUSE).update(
            monitored_category="SUDDEN_HARDSHIP", risk_status=risk, risk_identified_month=month
        )


def opened(procedure: str, **facts: Any) -> Any:
    home = opening.find_home(SYSTEM, HOUSE, None)
    with activate(SYSTEM):
        return opening.open_new(SYSTEM, MONDAY, procedure, home, facts, Report(), "zh")


def running(office: Office) -> dict[str, Proceeding]:
    """What is open about the household, by procedure."""
    with activate(office.c):
        found = Proceeding.objects.filter(household_no=HOUSE, closed_at__isnull=True)
        return {row.procedure: row for row in found}


def known(row: Proceeding) -> dict[str, Any]:
    return dict(instances.unseal(row.facts))


def test_a_new_risk_of_a_monitored_household_is_noted_and_planned_for(office):
    status = opened("status", identified_on=date(2026, 1, 15), case_no="SB2026-000009")
    clue = confirm(office)
    found = running(office)
    assert set(found) == {"status", "followup"}, "no second identification"
    noted = known(found["status"])
    assert (noted["risk_no"], noted["risk_noted_on"]) == (clue.no, TODAY)
    assert (found["status"].id, found["status"].state) == (status.id, "MONITORED")
    plan = known(found["followup"])
    assert (plan["case_no"], plan["risk_no"]) == ("SB2026-000009", clue.no)
    # Ten days for the plan, counted from the confirmation on Monday the 12th.
    assert (found["followup"].state, found["followup"].next_due_on) == (
        "PLAN_DUE",
        date(2026, 10, 22),
    )


def test_a_plan_that_waits_for_its_help_is_made_anew(office):
    opened("status", identified_on=date(2026, 1, 15))
    running_plan = opened("followup", decided_on=TODAY, case_no="SB2026-000009")
    plan = {
        "planned_on": TODAY,
        "planners": office.ids(office.village),
        "plan": "医疗救助",
        "measures_planned": 1,
    }
    go(office.v, running_plan, "PLAN", MONDAY + timedelta(minutes=10), **plan)
    clue = confirm(office)
    found = running(office)
    assert set(found) == {"status", "followup"}
    assert (found["followup"].id, found["followup"].state) == (running_plan.id, "REPLANNING")
    assert known(found["followup"])["return_reason"] == clue.no


@pytest.mark.parametrize(
    ("month", "procedures"),
    [("2026-01", {"status", "followup"}), (None, {"followup"})],
)
def test_a_household_monitored_since_before_is_not_identified_again(office, month, procedures):
    monitored(office, month=month)
    confirm(office)
    found = running(office)
    assert set(found) == procedures
    if month:
        assert known(found["status"])["identified_on"] == date(2026, 1, 1)


def test_a_new_risk_after_a_clearing_is_a_case_of_its_own(office):
    status = opened("status", identified_on=date(2026, 1, 15))
    with activate(SYSTEM):
        row = Proceeding.objects.select_for_update().get(id=status.id)
        facts = {"cleared_on": TODAY, "clearing_no": "XC2026-000001", "clearing_way": "BY_HELP"}
        take_by_system(row, "CLEAR", facts, scope=SYSTEM, at=MONDAY)
    monitored(office, risk="CLEARED")
    clue = confirm(office)
    found = running(office)
    assert set(found) == {"status", "identification"}
    assert found["identification"].origin_id == clue.id
    assert "risk_no" not in known(found["status"])


@pytest.mark.parametrize("with_cadre", [False, True])
def test_nobody_signs_a_level_for_somebody_else(office, with_cadre):
    named = (office.cast.cadre, office.decider) if with_cadre else (office.decider,)
    with pytest.raises(Refused) as refused:
        confirm(office, assessed_by=office.ids(*named))
    assert refused.value.code == "E-MONITORING-SIGNED-BY-OTHER"
    assert running(office)["clue"].state == "CHECKING"
