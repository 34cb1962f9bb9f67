"""The conditions of a clearing are held against what is known; what is not is marked as said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring.cases import prefill, services
from bangfu.domains.monitoring.cases.quality import count_stops, list_stops
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.registry.models import Household, Person
from bangfu.domains.screening.domain import Severity
from bangfu.engine.packs import load, load_quality
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import Refused
from bangfu.standards.paths import packs_root
from tests import cases_kit as kit
from tests.api.conftest import hint, publish
from tests.cases_kit import Office, noon
from tests.cast import YUNXI, YUNXI_VILLAGE
from tests.procedure_kit import book, definition
from tests.proceedings_kit import HOUSE, go, hours, report

TODAY = date(2026, 10, 12)
OTHERWISE = "E-MONITORING-CONDITION-OTHERWISE"


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def proposed(office: Office, **facts: Any) -> Any:
    """A clearing of the household, whose risk was found in January; all is well but `facts`."""
    known = {
        "monitored_category": "SUDDEN_HARDSHIP",
        "risk_status": "ACTIVE",
        "risk_identified_month": "2026-01",
        "measures": ["HEALTH"],
        "net_income": 20_000,
        "housing_grade": "A",
        "water_safe": True,
        **facts,
    }
    with activate(office.c):
        Household.objects.filter(household_no=HOUSE).update(**known)
    return services.propose_clearing(
        scope=office.v, at=noon(TODAY), household_no=HOUSE, proposed_on=TODAY,
        identified_on=date(2026, 1, 15),
    )  # fmt: skip


def state(office: Office, case: Any, minute: int = 10, **changed: Any) -> Any:
    """The village says that everything is as it should be."""
    said = {
        "income_stable_since": date(2026, 2, 1),
        "guarantees_met": True,
        "rigid_spending_settled": True,
        "risk_gone": True,
        "has_new_risk": False,
        "is_all_without_labour": False,
        "clearing_way": "NATURAL",
        "measures_count": 0,
        **changed,
    }
    return go(office.v, case, "RECORD_CONDITIONS", noon(TODAY, minute), **said)


def refusal(office: Office, case: Any, **changed: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        state(office, case, **changed)
    assert refused.value.code == OTHERWISE
    return dict(refused.value.params)


@pytest.mark.parametrize("way", ["NATURAL", "BY_HELP"])
def test_an_income_below_the_line_clears_nobody_whatever_the_way(office, way):
    case = proposed(office, net_income=1_000)
    told = refusal(office, case, clearing_way=way, measures_count=1)
    assert told["fact_zh"] == "收入稳定高于监测范围的起始日期"
    assert "人均纯收入 1,000 元" in told["found_zh"]


@pytest.mark.parametrize(
    ("fact", "words"),
    [({"housing_grade": "D"}, "住房等级"), ({"water_safe": False}, "饮水安全")],
)
def test_a_gap_that_the_register_has_is_not_said_away(office, fact, words):
    case = proposed(office, **fact)
    told = refusal(office, case)
    assert told["fact_zh"] == "三保障和饮水安全已巩固"
    assert words in told["found_zh"]
    # That the guarantees are not met may be said; such a case does not go on.
    assert state(office, case, guarantees_met=False).state == "CHECKING"


def test_a_member_without_insurance_is_a_gap(office):
    case = proposed(office)
    with activate(office.c):
        Person.objects.update(resident_medical=False, employee_medical=False)
    assert "1 人没有参加基本医保" in refusal(office, case)["found_zh"]


def test_a_household_in_which_nobody_can_work_is_not_said_to_have_labour(office):
    case = proposed(office)
    with activate(office.c):
        Person.objects.update(labour_class="NONE")
    assert refusal(office, case)["fact_zh"] == "整户无劳动能力"


def test_a_screening_that_found_a_gap_speaks_against_the_clearing(office):
    with activate(command_scope(YUNXI, "tests")):
        row = hint(
            office.homes.mine, str(YUNXI_VILLAGE), Severity.URGENT, "房屋D级", "housing_unsafe"
        )
        publish(YUNXI, [row])
    case = proposed(office)
    told = refusal(office, case)
    assert told["fact_zh"] == "三保障和饮水安全已巩固"
    assert "住房安全有问题" in told["found_zh"]


def test_what_the_data_do_not_know_is_marked_as_said(office):
    case = proposed(office)
    said = str(state(office, case).facts["conditions_stated"])
    # The register has income, house and water; of the only member neither insurance nor school
    # nor labour. What was spent and whether the risk is gone no data can tell.
    assert "收入稳定" not in said
    assert "刚性支出已解决" in said
    assert "识别时的风险已消除" in said
    (gap,) = [one for one in said.split("；") if one.startswith("三保障")]
    assert "住房" not in gap.removeprefix("三保障和饮水安全已巩固")
    assert "医" in gap
    with activate(office.c):
        Person.objects.update(
            resident_medical=True, employee_medical=False, education_level="PRIMARY",
            labour_class="ORDINARY",
        )  # fmt: skip
    said = str(state(office, case, minute=20).facts["conditions_stated"])
    assert said == "刚性支出已解决；识别时的风险已消除"


def test_nobody_types_what_was_only_said(office):
    case = proposed(office)
    assert state(office, case, conditions_stated="无").facts["conditions_stated"] != "无"


def test_a_clue_that_is_open_is_a_new_risk(office):
    case = proposed(office)
    clue = report(office.t, at=noon(TODAY, 5))
    told = refusal(office, case)
    assert told["fact_zh"] == "有新的风险"
    assert clue.no in told["found_zh"]


def test_a_risk_confirmed_since_stops_a_case_that_is_under_way(office):
    case = proposed(office)
    state(office, case)
    visit = {
        "visited_on": TODAY,
        "visitors": office.ids(office.village, office.cast.cadre),
        "visit_finding": "稳定",
    }
    go(office.v, case, "RECORD_VISIT", noon(TODAY, 11), **visit)
    kit.paper(office.c, case, "comparison", "比对009", noon(TODAY, 12))
    go(
        office.c, case, "RECORD_COMPARISON", noon(TODAY, 12), compared_on=TODAY,
        comparison_no="比对009", comparison_result="CLEAR",
    )  # fmt: skip
    clue = report(office.t, at=noon(TODAY, 13))
    with activate(office.c):
        row = Proceeding.objects.get(id=case.id)
        confirmed = Proceeding.objects.filter(id=clue.id)
        confirmed.update(closed_at=noon(TODAY, 20), outcome="CONFIRMED", state="CONFIRMED")
    with pytest.raises(Refused) as refused:
        go(office.v, case, "PASS", noon(TODAY, 30))
    assert (refused.value.code, refused.value.params["fact_zh"]) == (OTHERWISE, "有新的风险")
    # So it does at the township and at the county, where the number is worked out.
    assert [one.rule_id for one in list_stops(row, noon(TODAY, 31))] == ["new_risk"]
    # What was confirmed before the proposal is what the clearing is about.
    with activate(office.c):
        earlier = noon(TODAY) - timedelta(days=200)
        confirmed.update(opened_at=earlier, changed_at=earlier, closed_at=earlier)
    assert count_stops(row, noon(TODAY, 31)) == 0
    assert go(office.v, case, "PASS", noon(TODAY, 32)).state == "REVIEWING"


def test_the_form_has_what_is_known(office):
    case = proposed(office, water_safe=False)
    found = prefill.prefill_of(office.v, case.id, at=hours(5)).facts
    assert (found["guarantees_met"], found["has_new_risk"]) == (False, False)
    assert "rigid_spending_settled" not in found


def test_conditions_name_facts_and_rules_that_there_are():
    facts = definition("clearing").facts
    root = packs_root() / "national"
    rules = {rule.id for pack in (load(root), load_quality(root)) for rule in pack.rules}
    assert {one.fact for one in book().conditions} >= {"guarantees_met", "has_new_risk"}
    for one in book().conditions:
        assert one.fact in facts
        assert one.against <= rules
