"""Who is told what of a step: the next one always, all at an alarm, nobody of his own deed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from bangfu.domains.monitoring.cases import batches
from bangfu.domains.monitoring.cases.batches import BatchLine
from bangfu.domains.monitoring.clues import bulk
from bangfu.domains.monitoring.clues.bulk import Act, Wish
from bangfu.domains.monitoring.domain.cases import BatchDecision
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate, scope_for_post
from bangfu.foundation.accounts import selectors
from bangfu.foundation.accounts.naming import names_of
from bangfu.foundation.notifications.delivering import system
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.kernel.region import RegionCode
from tests import cases_kit as kit
from tests import clues_kit
from tests.cast import SHIQIAO, YUNXI, Cast, _player, give_post
from tests.proceedings_kit import HOUSE, MONDAY, OTHER_HOUSE, go, hours, report

pytestmark = pytest.mark.django_db
Told = Callable[[], dict[str, list[str]]]
WHY = {"handover_reason": "另有任务"}


@pytest.fixture
def office(cast: Cast) -> kit.Office:
    return kit.settle(cast)


@pytest.fixture
def told(cast: Cast) -> Told:
    """Return what was said since the last time, by the names of those to whom."""
    seen = 0

    def ask() -> dict[str, list[str]]:
        nonlocal seen
        with activate(system()):
            found = list(Message.objects.order_by("id"))
        fresh, seen = found[seen:], len(found)
        names: dict[str, list[str]] = {}
        for one in fresh:
            who = names_of([one.user_id])[one.user_id]
            names.setdefault(who, []).append(one.subject.removeprefix("monitoring."))
        return {name: sorted(said) for name, said in names.items()}

    return ask


def by_sms() -> set[str]:
    with activate(system()):
        users = set(Outbox.objects.values_list("user_id", flat=True))
    return set(names_of(users).values())


def department(name: str, code: str, region: RegionCode = YUNXI) -> Any:
    """Somebody of a department, with the scope of the post."""
    player = _player(code.lower() + region.prefix, name, None, None)
    post_id = give_post(player.user, "DEPARTMENT_USER", region, department=code)
    posts = selectors.active_posts(player.user, MONDAY.date())
    return scope_for_post(next(post for post in posts if post.id == post_id), player.actor)


def test_each_step_of_a_clue_tells_who_has_it_next(office: kit.Office, told: Told) -> None:
    health, _ = department("医保局", "MEDICAL_INSURANCE"), department("民政局", "CIVIL_AFFAIRS")
    department("邻县医保局", "MEDICAL_INSURANCE", SHIQIAO)
    assert told() == {}
    clue = report(office.v)
    assert told() == {"乙": ["waiting"], "乙二": ["waiting"]}
    me = office.ids(office.cast.cadre)
    go(office.c, clue, "DISPATCH", hours(1), handlers=me)
    assert told() == {"结对干部": ["dispatched"]}
    go(office.c, clue, "REASSIGN", hours(2), handlers=office.ids(office.village), **WHY)
    assert told() == {"结对干部": ["reassigned"], "村干部": ["dispatched"]}
    go(office.t, clue, "RECALL", hours(3), **WHY)
    # 乙 took it back himself; his colleague and the county's dispatchers' township see it again.
    assert told() == {"村干部": ["reassigned"], "乙二": ["returned"]}
    go(office.t, clue, "DISPATCH", hours(4), handlers=me)
    go(office.cast.cadre.scope, clue, "ACKNOWLEDGE", hours(5))
    assert told() == {"结对干部": ["dispatched"]}
    asks = {"department": "MEDICAL_INSURANCE", "transfer_reason": "核对报销"}
    go(office.cast.cadre.scope, clue, "TRANSFER", hours(6), **asks)
    assert told() == {"医保局": ["transferred"]}
    answer = {"department_outcome": "DONE", "department_result": "已补报销"}
    go(health, clue, "ANSWER", hours(7), **answer)
    assert told() == {"结对干部": ["answered"]}
    go(office.cast.cadre.scope, clue, "TRANSFER", hours(8), **asks)
    go(office.c, clue, "CALL_BACK", hours(9), **WHY)
    assert told() == {"医保局": ["reassigned", "transferred"], "结对干部": ["returned"]}
    more = {"extended_to": date(2026, 10, 21), "extension_reason": "外出务工"}
    go(office.c, clue, "EXTEND", hours(10), **more)
    assert told() == {"结对干部": ["extended"]}
    go(office.c, clue, "VOID", hours(11), void_reason="重复登记")
    assert told() == {"结对干部": ["closed"]}


def test_an_alarm_is_told_to_village_township_and_county_at_once_by_sms_too(
    office: kit.Office, told: Told
) -> None:
    clue = report(office.v)
    told()
    go(office.v, clue, "RAISE_ALARM", hours(1), danger="房屋烧毁，一家人无处居住")
    urgent = {name: ["urgent"] for name in ("结对干部", "乙", "乙二", "甲", "甲二")}
    assert told() == urgent
    assert by_sms() == set(urgent)
    with activate(system()):
        said = Message.objects.filter(subject="monitoring.urgent").first()
    assert said is not None
    # Today's help is due by the next day; nothing of the family or its danger is said.
    assert said.params == {"number": clue.no, "due_on": "2026-10-13"}


def test_what_is_said_of_a_step_is_gone_with_it(office: kit.Office, told: Told) -> None:
    with transaction.atomic():
        report(office.v)
        transaction.set_rollback(True)
    assert told() == {}


def test_urgent_clues_handed_on_together_go_by_sms(cast: Cast, told: Told) -> None:
    one, two = clues_kit.add_homes("990101102201", "990101102201")
    run = clues_kit.run_of()
    urgent = clues_kit.hit(one, severity=Severity.URGENT, risk="DISASTER")
    # 上坪's cadre stands in for a village without posts: whoever is named by hand.
    clues_kit.make(run, urgent, clues_kit.hit(two))
    assert told() == {}, "nobody holds a post in that town"
    scope = cast.county.scope
    assert scope is not None
    wish = Wish(Act.DISPATCH, (str(cast.cadre.user.pk),))
    rows = [row.id for row in clues_kit.clues()]
    bulk.act_on_many(scope=scope, at=clues_kit.MONDAY, ids=rows, wish=wish)
    assert told() == {"结对干部": ["dispatched", "urgent"]}
    assert by_sms() == {"结对干部"}


def test_more_than_three_urgent_ones_at_once_are_one_sms(cast: Cast, told: Told) -> None:
    homes = clues_kit.add_homes(*["990101102201"] * 4)
    hits = [clues_kit.hit(home, severity=Severity.URGENT, risk="DISASTER") for home in homes]
    clues_kit.make(clues_kit.run_of(), *hits)
    scope = cast.county.scope
    assert scope is not None
    wish = Wish(Act.DISPATCH, (str(cast.cadre.user.pk),))
    rows = [row.id for row in clues_kit.clues()]
    bulk.act_on_many(scope=scope, at=clues_kit.MONDAY, ids=rows, wish=wish)
    assert told() == {"结对干部": ["urgent_many"]}
    with activate(system()):
        assert Outbox.objects.count() == 1


def test_many_of_a_kind_are_one_message_with_their_number(cast: Cast, told: Told) -> None:
    homes = clues_kit.add_homes(*["990101101202"] * 4)
    clues_kit.make(clues_kit.run_of(), *(clues_kit.hit(home) for home in homes))
    with activate(system()):
        found = {one.subject: one.params for one in Message.objects.all()}
    # Nobody of 下坪村 is there: the township's one post gets all four, in one message.
    assert [*found] == ["monitoring.dispatched_many"]
    assert found["monitoring.dispatched_many"]["count"] == 4


def test_a_case_is_told_from_level_to_level_and_its_decision_below(
    office: kit.Office, told: Told
) -> None:
    case = kit.to_notice(office)
    kit.hang(office, case)
    told()
    go(office.v, case, "SUBMIT", kit.noon(kit.TOWN_DAY), submitted_on=kit.TOWN_DAY)
    assert told() == {"乙": ["waiting"], "乙二": ["waiting"]}
    kit.paper(office.t, case, "township_review", "T1", kit.noon(kit.TOWN_DAY))
    agreed = {"township_on": kit.TOWN_DAY, "township_reviewers": office.ids(office.second)}
    go(office.t, case, "TOWNSHIP_AGREE", kit.noon(kit.TOWN_DAY, 1), township_no="T1", **agreed)
    assert told() == {"甲": ["waiting"], "甲二": ["waiting"]}
    go(office.c, case, "COUNTY_RETURN", kit.noon(kit.TOWN_DAY, 2), return_reason="请补说明")
    assert told() == {"乙": ["returned"], "乙二": ["returned"]}
    kit.paper(office.t, case, "township_review", "T2", kit.noon(kit.TOWN_DAY, 3))
    go(office.t, case, "TOWNSHIP_AGREE", kit.noon(kit.TOWN_DAY, 4), township_no="T2", **agreed)
    told()
    batch = kit.listed(office, BatchLine(case.id, BatchDecision.REFUSE, reason="收入稳定"))
    at = kit.noon(kit.DECIDED, 5)
    batches.decide(scope=office.c, at=at, batch_id=batch.id, ruling=kit.ruling(office))
    told_now = told()
    assert {name: said for name, said in told_now.items() if "decided" in said} == {
        name: ["decided"] for name in ("村干部", "结对干部", "乙", "乙二")
    }


def test_nobody_of_another_county_and_no_auditor_is_told(office: kit.Office, told: Told) -> None:
    for house in (HOUSE, OTHER_HOUSE):
        clue = report(office.v, house)
        go(office.v, clue, "RAISE_ALARM", hours(1), danger="火灾")
    assert not {"丙", "审计员", "群众"} & set(told())
