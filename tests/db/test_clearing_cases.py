"""A clearing that contradicts the register is stopped; what is known is not typed again."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.domains.monitoring.cases import prefill, services
from bangfu.domains.monitoring.cases.quality import count_stops, list_stops
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, NotFound, Refused
from tests import cases_kit as kit
from tests.cases_kit import Office, noon
from tests.proceedings_kit import HOUSE, go

TODAY = date(2026, 10, 12)


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def monitored(office: Office, **facts):
    """The household of the kit as one whose risk was found in January."""
    known = {
        "monitored_category": "SUDDEN_HARDSHIP",
        "risk_status": "ACTIVE",
        "risk_identified_month": "2026-01",
        "measures": ["HEALTH"],
        **facts,
    }
    with activate(office.c):
        Household.objects.filter(household_no=HOUSE).update(**known)


def propose(office: Office):
    return services.propose_clearing(
        scope=office.v,
        at=noon(TODAY),
        household_no=HOUSE,
        proposed_on=TODAY,
        identified_on=date(2026, 1, 15),
    )


def row_of(office: Office, case) -> Proceeding:
    with activate(office.c):
        return Proceeding.objects.get(id=case.id)


def put(office: Office, case, **columns) -> Proceeding:
    with activate(office.c):
        Proceeding.objects.filter(id=case.id).update(**columns)
    return row_of(office, case)


def test_a_clearing_is_proposed_for_a_monitored_household_alone(office):
    with pytest.raises(Conflict) as refused:
        propose(office)
    assert refused.value.code == "E-MONITORING-NOT-MONITORED"
    monitored(office)
    case = propose(office)
    assert (case.procedure, case.state) == ("clearing", "CHECKING")
    assert case.no.startswith("XC2026-")
    with pytest.raises(Conflict) as again:
        propose(office)
    assert again.value.code == "E-MONITORING-OPEN-ALREADY"


def with_way(office: Office, case, way: str) -> Proceeding:
    go(
        office.v, case, "RECORD_CONDITIONS", noon(TODAY), income_stable_since=date(2026, 2, 1),
        guarantees_met=True, rigid_spending_settled=True, risk_gone=True, has_new_risk=False,
        is_all_without_labour=False, clearing_way=way, measures_count=1,
    )  # fmt: skip
    return row_of(office, case)


def test_cleared_by_help_without_a_measure_in_the_register_is_stopped(office):
    monitored(office, measures=None)
    case = propose(office)
    row = with_way(office, case, "BY_HELP")
    found = {one.rule_id: one.message_zh for one in list_stops(row, noon(TODAY))}
    # C-03: 帮扶消除而无帮扶措施; nothing else speaks against it.
    assert len(found) == 1, found
    assert "帮扶措施" in next(iter(found.values()))
    put(office, case, state="TOWNSHIP")
    with pytest.raises(Refused) as refused:
        go(
            office.t, case, "TOWNSHIP_AGREE", noon(TODAY, 5), township_on=TODAY,
            township_reviewers=office.ids(office.second), quality_stops=0,
        )  # fmt: skip
    assert (refused.value.code, refused.value.params) == (
        "E-MONITORING-STOPS",
        {"said": 0, "found": 1},
    )


def test_a_clearing_that_contradicts_nothing_is_not_stopped(office):
    monitored(office)
    case = propose(office)
    assert count_stops(with_way(office, case, "BY_HELP"), noon(TODAY)) == 0


def test_cleared_in_the_month_of_its_identification_is_stopped(office):
    monitored(office, risk_identified_month="2026-10")
    case = propose(office)
    row = with_way(office, case, "NATURAL")
    assert "cleared_at_once" in {one.rule_id for one in list_stops(row, noon(TODAY))}


def test_what_is_known_is_given_for_the_next_steps(office):
    monitored(office, measures=None)
    case = propose(office)
    with_way(office, case, "BY_HELP")
    found = prefill.prefill_of(office.v, case.id, at=noon(TODAY))
    assert found.facts["quality_stops"] == 1
    # Nobody has screened the county: nothing can be told.
    assert found.facts["comparison_result"] == "CANNOT_TELL"
    assert "measures_count" not in found.facts, "known already"
    with pytest.raises(NotFound):
        prefill.prefill_of(office.cast.neighbour.scope, case.id, at=noon(TODAY))


def test_the_check_of_the_clue_is_the_home_check_of_its_case(office):
    case = kit.confirmed(office)
    found = prefill.prefill_of(office.v, case.id, at=noon(TODAY, 30)).facts
    assert found["visited_on"] == TODAY
    assert found["visit_finding"] == "住院自付三万元，收入减少"
    assert len(found["visitors"]) == 2
