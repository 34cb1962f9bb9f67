"""Suspicions (疑点) from a screening: heard first, decided by people, never asked twice, and never
a removal by themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bangfu.domains.feeds.models import Authorization
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding, ProceedingClock
from bangfu.domains.monitoring.models.clues import ExplainedHit, HeldBatch
from bangfu.domains.monitoring.services import take
from bangfu.domains.monitoring.villagelists import entering, lists
from bangfu.domains.registry.models import Household, Membership
from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.hits import Hit
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.period import Period
from tests.cast import YUNXI_TOWN, YUNXI_VILLAGE, Cast
from tests.clues_kit import MONDAY, SCOPE, add_homes, clues, hit, make, run_of
from tests.db.test_village_lists import filled, printed

pytestmark = pytest.mark.django_db
VILLAGE = str(YUNXI_VILLAGE)
DAY = timedelta(days=1)
VEHICLE = "traffic/vehicle"


def suspicion(household: UUID, rule: str = "deceased_still_member", **changed: Any) -> Hit:
    values: dict[str, Any] = {
        "risk": "OTHER",
        "severity": Severity.NONE,
        "classes": frozenset({"FINANCE"}),
        "is_suspicion": True,
        "feeds": ("police/death",),
        **changed,
    }
    return hit(household, rule, **values)


def suspicions() -> list[Proceeding]:
    with activate(SCOPE):
        return list(Proceeding.objects.filter(procedure="suspicion").order_by("no"))


def sign(household: UUID, paper_no: str = "授〔2026〕7号", **changed: Any) -> None:
    """Let a member of a household sign for the comparison of assets, from January on."""
    with activate(SCOPE):
        member = Membership.objects.filter(household_id=household).select_related("person").get()
        values: dict[str, Any] = {
            "region_code": member.region_code,
            "person_token": member.person.id_token,
            "id_number": "x",
            "person_name": "x",
            "paper_no": paper_no,
            "signed_on": date(2026, 1, 5),
            "expires_on": date(2027, 1, 4),
            "witness": "x",
            "batch_id": uuid4(),
            "recorded_at": MONDAY,
            **changed,
        }
        Authorization.objects.create(**values)


def test_each_rule_is_a_suspicion_of_its_own_that_waits_for_the_household(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    sign(home)
    run = run_of()
    made = make(run, suspicion(home), suspicion(home, "vehicle_owned", feeds=(VEHICLE,)), hit(home))
    assert (made.opened, made.suspected, made.withheld) == (1, 2, 0)
    first, second = suspicions()
    assert (first.no, first.state, first.waits_for) == ("YD2026-000001", "TELLING", "VILLAGE")
    assert (clues()[0].no, second.no) == ("XS2026-000001", "YD2026-000002")
    facts = unseal(second.facts)
    assert facts["authorisation_no"] == "授〔2026〕7号"
    titles = "名下有较高价格机动车 · Owns a vehicle of some value"
    assert facts["rule"] == f"{titles} (vehicle_owned, {run.pack} {run.pack_version})"
    assert (facts["hit_on"], facts["data_as_of"]) == (MONDAY.date(), date(2026, 9, 30))
    with activate(SCOPE):
        clock = ProceedingClock.objects.get(proceeding=first)
        assert (clock.clock, clock.ended_on) == ("explain", None)
        # Nothing happens to the household by itself.
        assert Household.objects.get(id=home).closed_on is None
    assert make(run, suspicion(home), hit(home)).suspected == 0
    again = make(run_of("2026-10"), suspicion(home), hit(home), at=MONDAY + 30 * DAY)
    assert (again.suspected, again.joined, len(suspicions())) == (0, 0, 2)


def test_nobody_is_asked_about_assets_without_a_signature_in_force(cast: Cast) -> None:
    homes = add_homes(VILLAGE, VILLAGE, VILLAGE)
    sign(homes[0], revoked_on=MONDAY.date())
    sign(homes[1], expires_on=date(2026, 9, 29))
    hits = [suspicion(home, "vehicle_owned", feeds=(VEHICLE,)) for home in homes]
    made = make(run_of(), *hits)
    assert (made.suspected, made.withheld, suspicions()) == (0, 3, [])


def test_a_decided_suspicion_stays_silent_until_its_facts_change(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    make(run_of(), suspicion(home))
    (row,) = suspicions()
    town, county, at = cast.township.scope, cast.county.scope, MONDAY + DAY
    two = (str(cast.cadre.user.pk), str(cast.township.user.pk))
    day = at.date()
    for scope, step, facts in (
        (
            town,
            "HEAR",
            {"told_on": day, "told_by": two, "explained_on": day, "explanation": "已迁出"},
        ),
        (town, "CHECK", {"checked_on": day, "checkers": two, "finding": "属实"}),
        (town, "GIVE_OPINION", {"township_on": day, "township_opinion": "可解释"}),
        (
            county,
            "DECIDE",
            {
                "decided_on": day,
                "deciders": (str(cast.county.user.pk),),
                "outcome": "TRUE_EXPLAINED",
            },
        ),
    ):
        assert scope is not None
        take(scope=scope, at=at, proceeding_id=row.id, step=step, facts=facts)
    with activate(SCOPE):
        assert ExplainedHit.objects.get().outcome == "TRUE_EXPLAINED"
    later = make(run_of("2026-10"), suspicion(home), at=MONDAY + 30 * DAY)
    assert (later.suspected, later.silent) == (0, 1)
    changed = make(run_of("2026-11"), suspicion(home, digest="d2"), at=MONDAY + 60 * DAY)
    assert (changed.suspected, changed.changed) == (1, 1)


def test_a_hit_that_is_gone_is_noted_with_its_suspicion_and_closes_nothing(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    make(run_of(), suspicion(home))
    assert make(run_of("2026-10"), at=MONDAY + 30 * DAY).gone == 1
    (row,) = suspicions()
    assert row.state == "TELLING"
    with activate(SCOPE):
        assert ClueOrigin.objects.filter(proceeding=row, rule_id="").exists()


def test_f49_a_flood_of_suspicions_is_held(cast: Cast) -> None:
    homes = add_homes(*[VILLAGE] * 61)
    made = make(run_of(households=10_000), *(suspicion(home) for home in homes))
    assert (made.suspected, made.held is not None, suspicions()) == (0, True, [])
    with activate(SCOPE):
        assert HeldBatch.objects.get().village_clues == 61


def test_the_village_hears_the_household_by_its_list_and_decides_nothing(cast: Cast) -> None:
    homes = add_homes(VILLAGE, VILLAGE, VILLAGE)
    make(run_of(), *(suspicion(home) for home in homes))
    town = cast.township.scope
    assert town is not None
    (record,) = lists.make_lists(
        scope=town, at=MONDAY + DAY, region=YUNXI_TOWN, month=Period("2026-10")
    )
    assert record.rows == 3
    content = filled(
        printed(cast, record),
        ("无变化", "入户", "2026-10-14", "乙、结对干部", "老人已于九月去世"),
        ("无变化", "入户", "2026-10-14", "乙", "户口已迁走"),
        ("无变化", "入户", "2026-10-14", "乙", ""),
    )
    entered = entering.enter(scope=town, at=MONDAY + 3 * DAY, list_id=record.id, content=content)
    assert entered.results == {"CLOSED": 0, "NOTED": 2, "ALARM": 0}
    assert [one.code for one in entered.problems] == ["E-CLUES-LIST-UNHEARD"]
    # Two people are a check; one has heard the household.
    assert [row.state for row in suspicions()] == ["TOWNSHIP", "CHECKING", "TELLING"]
    assert unseal(suspicions()[0].facts)["explanation"] == "老人已于九月去世"
