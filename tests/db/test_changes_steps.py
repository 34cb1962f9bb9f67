"""The way of a request: drawn up, submitted, agreed, decided; and who may take which step."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection

from bangfu.domains.changes import papers, selectors, services, view
from bangfu.domains.changes.domain import State, Step
from bangfu.domains.changes.models import ChangeRequest, ChangeStep
from bangfu.domains.registry.looking import Reason
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services as accounts
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from tests.acts_kit import AT, LATER, family
from tests.cast import Cast
from tests.changes_kit import Village, agreed, approved, decide, draft, settle, submitted
from tests.evidence_samples import jpeg
from tests.registry_kit import id_number

CHILD = {"name": "赵六", "id_number": id_number(9, "20261010"), "relation": "SONS_DAUGHTER"}


@pytest.fixture
def village(cast: Cast, tmp_path: Path) -> Village:
    return settle(cast, tmp_path)


def test_a_birth_comes_into_force_when_the_township_approves(village: Village) -> None:
    made = draft(village, "BIRTH", "1", CHILD)
    assert made.no == "BG-101201-2610-001"
    assert "赵六" not in family(village.town, "1")
    found = services.submit(scope=village.cadre, at=AT, request_id=made.id)
    assert (found.state, found.due_on) == (State.SUBMITTED, date(2026, 10, 25))
    assert village.officer.scope
    found = services.decide_village(
        scope=village.officer.scope, at=AT, request_id=made.id, decision="AGREE"
    )
    assert found.state == State.VILLAGE_AGREED
    assert "赵六" not in family(village.town, "1")
    found = decide(village, made.id)
    assert found.state == State.APPROVED
    assert family(village.town, "1")["赵六"] == "SONS_DAUGHTER"
    detail = selectors.get_detail(village.town, made.id)
    assert [step.step for step in detail.steps] == ["CREATE", "SUBMIT", "VILLAGE", "TOWN"]
    assert detail.allowed == (Step.UNDO,)
    with activate(village.town):
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"changes.request.decided_by_town", "registry.act.recorded"} <= actions


def test_a_death_a_new_head_and_a_correction_come_into_force(village: Village) -> None:
    facts = {
        "person": village.person("1", "赵一"),
        "new_head": village.person("1", "赵二"),
    }
    approved(village, "DEATH", "1", facts)
    assert family(village.town, "1")["赵二"] == "HEAD"
    approved(village, "HEAD_CHANGE", "3", {"person": village.person("3", "孙八")})
    assert family(village.town, "3") == {"孙八": "HEAD", "孙七": "FATHER"}
    made = approved(village, "CORRECTION", "3", {"field": "household.wage_income", "value": "1234"})
    found = view.detail(village.town, selectors.get_detail(village.town, made.id))
    assert found["effects"] == [
        {
            "text_zh": "3户的“工资性收入”改为“1234”",
            "text_en": "“Wage income” of household 3 becomes “1234”",
        }
    ]


def test_an_approved_request_is_undone_whole(village: Village) -> None:
    before = family(village.town, "1")
    made = approved(village, "BIRTH", "1", CHILD)
    with pytest.raises(InvalidValue):
        services.undo(scope=village.town, at=LATER, request_id=made.id, reason=" ")
    found = services.undo(scope=village.town, at=LATER, request_id=made.id, reason="填错户")
    assert found.state == State.UNDONE
    assert family(village.town, "1") == before


@pytest.mark.evidence("T5", "T3")
def test_who_asked_or_agreed_does_not_approve(village: Village) -> None:
    made = draft(village, "BIRTH", "1", CHILD, scope=village.town)
    services.submit(scope=village.town, at=AT, request_id=made.id)
    assert village.officer.scope
    services.decide_village(
        scope=village.officer.scope, at=AT, request_id=made.id, decision="AGREE"
    )
    with pytest.raises(Conflict) as caught:
        decide(village, made.id)
    assert caught.value.code == "E-CHANGES-TWO-PERSONS"
    assert Step.TOWN not in selectors.get_detail(village.town, made.id).allowed
    assert village.second.scope
    found = services.decide_town(
        scope=village.second.scope, at=AT, request_id=made.id, decision="APPROVE"
    )
    assert found.state == State.APPROVED


@pytest.mark.evidence("T5")
def test_who_edited_does_not_approve_either(village: Village) -> None:
    made = draft(village, "BIRTH", "1", CHILD)
    form = services.Form("BIRTH", "1", made.happened_on, CHILD, "改过")
    services.edit(scope=village.town, at=AT, request_id=made.id, form=form)
    services.submit(scope=village.cadre, at=AT, request_id=made.id)
    assert village.officer.scope
    services.decide_village(
        scope=village.officer.scope, at=AT, request_id=made.id, decision="AGREE"
    )
    with pytest.raises(Conflict) as caught:
        decide(village, made.id)
    assert caught.value.code == "E-CHANGES-TWO-PERSONS"


@pytest.mark.evidence("T5", "T3")
def test_the_database_holds_two_persons_as_well(village: Village) -> None:
    made = approved(village, "BIRTH", "1", CHILD)
    with (
        pytest.raises(IntegrityError, match="changes_request_two_persons"),
        activate(village.town),
    ):
        ChangeRequest.objects.filter(id=made.id).update(town_by_id=made.created_by_id)


def test_a_returned_request_is_mended_and_goes_the_way_again(village: Village) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    with pytest.raises(InvalidValue) as caught:
        services.decide_town(scope=village.town, at=AT, request_id=made.id, decision="RETURN")
    assert caught.value.code == "E-CHANGES-REASON"
    assert decide(village, made.id, "RETURN").state == State.RETURNED
    form = services.Form("BIRTH", "1", made.happened_on, {**CHILD, "name": "赵陆"})
    edited = services.edit(scope=village.cadre, at=LATER, request_id=made.id, form=form)
    assert edited.revision == 2
    services.submit(scope=village.cadre, at=LATER, request_id=made.id, note="户口簿")
    assert village.officer.scope
    services.decide_village(
        scope=village.officer.scope, at=LATER, request_id=made.id, decision="AGREE"
    )
    with pytest.raises(Conflict) as seen:
        services.decide_town(
            scope=village.town, at=LATER, request_id=made.id, decision="APPROVE", seen=1
        )
    assert seen.value.code == "E-CHANGES-SEEN"
    decide(village, made.id, at=LATER)
    assert "赵陆" in family(village.town, "1")


def test_a_rejected_or_withdrawn_request_changes_nothing(village: Village) -> None:
    before = family(village.town, "1")
    rejected = agreed(village, "BIRTH", "1", CHILD)
    assert decide(village, rejected.id, "REJECT").state == State.REJECTED
    given_up = submitted(village, "BIRTH", "1", CHILD)
    assert (
        services.withdraw(scope=village.cadre, at=AT, request_id=given_up.id).state
        == State.WITHDRAWN
    )
    for request in (rejected, given_up):
        with pytest.raises(Conflict) as caught:
            decide(village, request.id)
        assert caught.value.code == "E-CHANGES-STATE"
    assert family(village.town, "1") == before


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({**CHILD, "nothing": "x"}, "E-CHANGES-FACT-UNKNOWN"),
        ({**CHILD, "relation": "HEAD"}, "E-CHANGES-FACT-FORMAT"),
        ({**CHILD, "relation": ["SON"]}, "E-CHANGES-FACT-FORMAT"),
        ({**CHILD, "id_number": "990101202610100099"}, "E-ID-CHECKSUM"),
        ({**CHILD, "id_number": 9}, "E-CHANGES-FACT-FORMAT"),
        ({**CHILD, "name": "赵" * 501}, "E-CHANGES-FACT-FORMAT"),
    ],
)
def test_facts_that_the_form_does_not_take_are_refused(
    village: Village, facts: dict[str, object], code: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        draft(village, "BIRTH", "1", facts)
    assert caught.value.code == code


@pytest.mark.evidence("ASVS-2.2.3")
def test_what_is_missing_is_asked_for_at_submission(village: Village) -> None:
    made = draft(village, "BIRTH", "1", {"name": "赵六"})
    with pytest.raises(InvalidValue) as caught:
        services.submit(scope=village.cadre, at=AT, request_id=made.id)
    assert (caught.value.code, caught.value.params["zh"]) == ("E-CHANGES-FACT-MISSING", "身份证号")
    bare = draft(village, "BIRTH", "1", CHILD, note="")
    with pytest.raises(InvalidValue) as caught:
        services.submit(scope=village.cadre, at=AT, request_id=bare.id)
    assert caught.value.code == "E-CHANGES-EVIDENCE-NEEDED"
    services.attach(
        scope=village.cadre, at=AT, request_id=bare.id, name="户口簿.jpg", content=jpeg()
    )
    found = services.submit(scope=village.cadre, at=AT, request_id=bare.id)
    assert found.state == State.SUBMITTED


def test_what_cannot_be_done_is_refused_at_submission_and_leaves_no_trace(
    village: Village,
) -> None:
    made = draft(village, "DEATH", "1", {"person": village.person("1", "赵一")})
    with pytest.raises(Conflict) as caught:
        services.submit(scope=village.cadre, at=AT, request_id=made.id)
    assert caught.value.code == "E-REGISTRY-HEAD-NEEDED"
    assert family(village.town, "1")["赵一"] == "HEAD"
    with activate(village.town):
        assert not AuditEvent.objects.filter(action="registry.act.recorded").exists()


@pytest.mark.evidence("ASVS-2.3.1", "ASVS-8.2.1")
def test_only_those_with_the_post_take_a_step(village: Village, cast: Cast) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    for player in (cast.county, cast.cadre, village.officer, cast.auditor):
        with pytest.raises(NotAllowed):
            services.decide_town(scope=player.scope, at=AT, request_id=made.id, decision="APPROVE")
    with pytest.raises(NotAllowed):
        services.decide_village(scope=village.town, at=AT, request_id=made.id, decision="AGREE")
    with pytest.raises(NotFound):
        selectors.get_detail(cast.neighbour.scope, made.id)
    with pytest.raises(NotFound):
        services.withdraw(scope=cast.neighbour.scope, at=AT, request_id=made.id)
    assert selectors.list_requests(cast.neighbour.scope, selectors.RequestFilter()).total == 0


def test_a_household_elsewhere_cannot_be_asked_about(village: Village, cast: Cast) -> None:
    with pytest.raises(NotFound):
        draft(village, "BIRTH", "2", CHILD)  # 下坪村, and the cadre's village is 上坪村
    with pytest.raises(NotFound):
        draft(village, "BIRTH", "1", CHILD, scope=cast.neighbour.scope)


@pytest.mark.evidence("GB39786-8.4-e", "ASVS-16.4.2")
def test_steps_and_history_can_only_grow_and_facts_are_stored_sealed(village: Village) -> None:
    made = approved(village, "BIRTH", "1", CHILD)
    with pytest.raises(ProgrammingError, match="permission denied"), activate(village.town):
        ChangeStep.objects.filter(request_id=made.id).update(note="x")
    with activate(village.town):
        states = list(
            ChangeRequest.pgh_event_model.objects.order_by("pgh_id").values_list("state", flat=True)
        )
        assert states == ["DRAFT", "SUBMITTED", "VILLAGE_AGREED"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT facts, tokens::text, flags::text FROM changes_request")
            facts, tokens, flags = cursor.fetchone()
        assert CHILD["id_number"].encode() not in bytes(facts)
        assert CHILD["id_number"] not in tokens + flags


@pytest.mark.evidence("ASVS-8.2.3")
def test_t1_id_numbers_are_masked_for_everybody_and_seen_for_a_purpose(
    village: Village, cast: Cast
) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    for scope in (village.town, cast.county.scope):
        assert scope
        detail = view.detail(scope, selectors.get_detail(scope, made.id))
        fact = next(each for each in detail["facts"] if each["name"] == "id_number")
        assert CHILD["id_number"] not in str(detail)
        assert (fact["value"], fact["shown"]) == ("990101************", "MASKED")
        assert fact["can_reveal"] is True
        found = papers.reveal_fact(
            scope=scope,
            at=AT,
            request_id=made.id,
            field="id_number",
            reason=Reason("CHANGE_CHECK"),
        )
        assert found.value == CHILD["id_number"]


def test_a_masked_number_that_comes_back_with_the_form_stays_what_it_was(
    village: Village,
) -> None:
    made = draft(village, "BIRTH", "1", CHILD)
    masked = {**CHILD, "id_number": "990101************"}
    form = services.Form("BIRTH", "1", AT.date(), masked, "")
    services.edit(scope=village.town, at=AT, request_id=made.id, form=form)
    again = selectors.get_request(village.town, made.id)
    assert again.facts["id_number"] == CHILD["id_number"]


def test_f45_an_approver_who_lost_the_post_since_decides_nothing(
    village: Village, cast: Cast
) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    nation = command_scope(RegionCode("000000000000"), "tests")
    accounts.end_post(
        scope=nation, at=AT, post_id=cast.township.post_id, valid_to=date(2026, 10, 19)
    )
    with pytest.raises(NotAllowed):
        decide(village, made.id)
    assert "赵六" not in family(village.town, "1")
