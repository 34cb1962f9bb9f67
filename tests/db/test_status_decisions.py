"""What the county decides of a status alone: taken back, ended, void; and who may open one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bangfu.domains.monitoring import opening, services
from bangfu.domains.monitoring.cases import services as cases
from bangfu.domains.monitoring.domain.cases import PaperKind
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import DecisionBatch
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.services import Report, take_by_system
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Act, Household
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import BangfuError, Conflict, NotFound, Refused
from tests import cases_kit as kit
from tests.cases_kit import Office, noon
from tests.cast import YUNXI
from tests.evidence_samples import png
from tests.proceedings_kit import HOUSE, go

pytestmark = pytest.mark.django_db
CLEARED, BACK = date(2026, 10, 12), date(2026, 10, 14)
NUMBER = "云农组〔2026〕21号"
SYSTEM = system_scope(YUNXI, "tests")


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def cleared(office: Office) -> Any:
    """The status of a household that was cleared by help on the 12th, as the register has it."""
    with activate(office.c):
        Household.objects.filter(household_no=HOUSE).update(
            monitored_category="SUDDEN_HARDSHIP",
            risk_status="CLEARED",
            risk_identified_month="2026-01",
            clearing_method="BY_HELP",
            risk_cleared_month="2026-10",
            measures=["HEALTH"],
        )
    home = opening.find_home(SYSTEM, HOUSE, None)
    with activate(SYSTEM):
        facts = {"identified_on": date(2026, 1, 15), "case_no": "SB2026-000001"}
        made = opening.open_new(SYSTEM, noon(CLEARED), "status", home, facts, Report(), "zh")
        row = Proceeding.objects.select_for_update().get(id=made.id)
        facts = {"cleared_on": CLEARED, "clearing_no": "XC2026-000001", "clearing_way": "BY_HELP"}
        take_by_system(row, "CLEAR", facts, scope=SYSTEM, at=noon(CLEARED, 5))
    return made


def page(office: Office, status: Any, paper: str = "status_revert", no: str = NUMBER) -> None:
    """The decider puts the sealed page on file; the officer of the county takes the steps."""
    original = filing.Original(paper, no, PaperKind.SCAN, BACK, "批复.png", png())
    assert office.decider.scope
    filing.keep(
        scope=office.decider.scope, at=noon(BACK), proceeding_id=status.id, original=original
    )


def revert(office: Office, status: Any, **changed: Any) -> Any:
    facts = {"reverted_on": BACK, "revert_reason": "复核收入不实", "revert_no": NUMBER, **changed}
    return go(office.c, status, "REVERT", noon(BACK, 5), **facts)


def register(office: Office) -> dict[str, Any]:
    names = (
        *("monitored_category", "risk_status", "risk_identified_month"),
        *("clearing_method", "risk_cleared_month"),
    )
    with activate(office.c):
        return Household.objects.filter(household_no=HOUSE).values(*names).get()


def to_enter(office: Office) -> dict[str, str]:
    with activate(office.c):
        found = ReconciliationItem.objects.filter(household_no=HOUSE, state="OPEN")
        return dict(found.values_list("column", "here"))


def code_of(deed: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(BangfuError) as refused:
        deed(*args, **more)
    return refused.value.code


def test_a_clearing_that_is_taken_back_stands_open_in_the_register_and_on_the_list(office):
    status = cleared(office)
    page(office, status)
    assert revert(office, status).state == "REVERTED"
    assert register(office) == {
        "monitored_category": "SUDDEN_HARDSHIP",
        "risk_status": "ACTIVE",
        "risk_identified_month": "2026-01",
        "clearing_method": None,
        "risk_cleared_month": None,
    }
    assert to_enter(office) == {
        "risk_status": "ACTIVE",
        "clearing_method": "",
        "risk_cleared_month": "",
    }
    with activate(office.c):
        [act] = Act.objects.all()
    acts.undo(
        scope=SYSTEM,
        at=noon(BACK, 10),
        source=acts.Origin("更正", YUNXI),
        act_id=act.id,
        reason="批复撤销",
    )
    assert register(office)["risk_status"] == "CLEARED"


def test_a_household_whose_clearing_was_taken_back_can_be_proposed_again(office):
    status = cleared(office)
    later = date(2027, 6, 21)

    def propose() -> Any:
        return cases.propose_clearing(
            scope=office.v, at=noon(later), household_no=HOUSE, proposed_on=later
        )

    assert code_of(propose) == "E-MONITORING-NOT-MONITORED"
    page(office, status)
    revert(office, status)
    # The day of the identification is the status' own: nobody types it.
    assert propose().facts["identified_on"] == date(2026, 1, 15)


def test_a_clearing_is_taken_back_by_a_decision_on_file_and_two_people(office):
    status = cleared(office)
    assert code_of(revert, office, status) == "E-MONITORING-DECISION-MISSING"
    original = filing.Original("status_revert", NUMBER, PaperKind.ORIGINAL, BACK)
    filing.keep(scope=office.c, at=noon(BACK), proceeding_id=status.id, original=original)
    assert code_of(revert, office, status) == "E-MONITORING-DECISION-MISSING", "no page, a number"
    original = filing.Original("status_revert", NUMBER, PaperKind.SCAN, BACK, "批.png", png())
    filing.keep(scope=office.c, at=noon(BACK), proceeding_id=status.id, original=original)
    assert code_of(revert, office, status) == "E-MONITORING-DECISION-SECOND"
    assert register(office)["risk_status"] == "CLEARED"
    assert to_enter(office) == {}


def test_the_decision_on_a_list_of_cases_takes_no_clearing_back(office):
    status = cleared(office)
    page(office, status)
    with activate(office.c):
        DecisionBatch.objects.create(
            region_code=str(YUNXI), no="2026年第1批", procedure="clearing", stage="DECIDED",
            approval_no=NUMBER, decided_on=CLEARED, created_at=noon(CLEARED),
            created_by="tests", created_by_id="tests", deciders=[office.decider.user.pk],
            scan_file_id=office.decider.user.pk, decided_at=noon(CLEARED),
        )  # fmt: skip
    assert code_of(revert, office, status) == "E-MONITORING-DECISION-OTHER"


@pytest.mark.parametrize(
    ("step", "paper", "facts", "kept"),
    [
        (
            "END",
            "status_end",
            {"ended_on": BACK, "end_reason": "整户迁出", "end_no": NUMBER},
            {"risk_identified_month": "2026-01", "risk_cleared_month": "2026-10"},
        ),
        (
            "VOID",
            "status_void",
            {"voided_on": BACK, "void_reason": "错误纳入", "void_no": NUMBER},
            {"risk_identified_month": None, "risk_cleared_month": None},
        ),
    ],
)
def test_who_is_no_longer_monitored_has_no_category(office, step, paper, facts, kept):
    status = cleared(office)
    assert code_of(go, office.c, status, step, noon(BACK), **facts) == (
        "E-MONITORING-DECISION-MISSING"
    )
    page(office, status, paper)
    go(office.c, status, step, noon(BACK, 5), **facts)
    found = register(office)
    assert (found["monitored_category"], found["risk_status"]) == (None, None)
    assert {name: found[name] for name in kept} == kept
    assert {"monitored_category": "", "risk_status": ""}.items() <= to_enter(office).items()


def test_the_papers_of_a_status_are_the_pages_that_its_steps_ask_for(office):
    status = cleared(office)
    found = filing.list_case(office.c, status.id, at=noon(BACK))
    assert [(one.paper, one.state) for one in found.states] == [
        ("status_revert", "INCOMPLETE"),
        ("status_end", "INCOMPLETE"),
        ("status_void", "INCOMPLETE"),
    ]
    page(office, status)
    found = filing.list_case(office.c, status.id, at=noon(BACK))
    assert [one.state for one in found.states] == ["HELD", "INCOMPLETE", "INCOMPLETE"]
    assert code_of(page, office, status, "home_check") == "E-PAPERS-UNKNOWN"
    with pytest.raises(NotFound):
        filing.list_case(office.cast.neighbour.scope, status.id, at=noon(BACK))


def test_nobody_marks_a_status_by_hand(office):
    status = cleared(office)
    page(office, status)
    revert(office, status)
    day = date(2026, 10, 16)
    clear = {"cleared_on": day, "clearing_no": "没有", "clearing_way": "NATURAL"}
    assert code_of(go, office.c, status, "CLEAR", noon(day), **clear) == ("E-PROCEDURE-STEP-OTHERS")
    flag = {"reflagged_on": day, "reflag_no": "没有", "monitored_category": "SUDDEN_HARDSHIP"}
    second = cleared_again(office, status)
    assert code_of(go, office.c, second, "REFLAG", noon(day), **flag) == "E-PROCEDURE-STEP-OTHERS"


def cleared_again(office: Office, status: Any) -> Any:
    with activate(SYSTEM):
        row = Proceeding.objects.select_for_update().get(id=status.id)
        facts = {"cleared_on": BACK, "clearing_no": "XC2026-000002", "clearing_way": "BY_HELP"}
        take_by_system(row, "CLEAR", facts, scope=SYSTEM, at=noon(BACK, 30))
    return status


@pytest.mark.parametrize(
    ("procedure", "facts"),
    [
        ("clearing", {"proposed_on": CLEARED, "identified_on": date(2026, 1, 1)}),
        ("identification", {"clue_on": CLEARED, "is_fast_track": False}),
        ("status", {"identified_on": date(2026, 1, 1)}),
        ("followup", {"decided_on": CLEARED, "case_no": "没有"}),
    ],
)
def test_only_clues_and_suspicions_are_opened_by_telling_of_them(office, procedure, facts):
    with pytest.raises(Refused) as refused:
        services.open_proceeding(
            scope=office.c, at=noon(CLEARED), procedure=procedure, household_no=HOUSE,
            region=None, facts=facts, report=Report(),
        )  # fmt: skip
    assert refused.value.code == "E-MONITORING-OPENS-OTHERWISE"
    with activate(office.c):
        assert not Proceeding.objects.exists()


def test_a_household_has_one_status(office):
    status = cleared(office)
    home = opening.find_home(SYSTEM, HOUSE, None)
    with activate(SYSTEM), pytest.raises(Conflict) as refused:
        opening.open_new(
            SYSTEM, noon(BACK), "status", home, {"identified_on": CLEARED}, Report(), "zh"
        )
    assert (refused.value.code, refused.value.params) == (
        "E-MONITORING-OPEN-ALREADY",
        {"no": status.no},
    )
