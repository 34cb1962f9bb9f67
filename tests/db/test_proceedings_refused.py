"""Proceedings: what is refused, to whom, and that nothing is left of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.models import (
    Proceeding,
)
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts.granting import end_post
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound, Refused
from tests.cast import YUNXI, Cast
from tests.proceedings_kit import (
    CLUE,
    FOREIGN_HOUSE,
    HOUSE,
    MONDAY,
    add_homes,
    checking,
    go,
    hours,
    refused,
    report,
    written,
)


@pytest.fixture
def homes(cast: Cast) -> Any:
    """The households of the kit."""
    return add_homes()


def test_a_step_of_another_state_level_or_person_is_refused_without_a_trace(
    cast: Cast, homes: Any
) -> None:
    made = report(cast.township.scope)
    before = written(cast.county.scope)
    late = "E-PROCEDURE-STEP-NOT-NOW"
    refused(Conflict, late, go, cast.cadre.scope, made, "ACKNOWLEDGE", hours(1))
    refused(Conflict, late, go, cast.cadre.scope, made, "NO_SUCH_STEP", hours(1))
    others = "E-PROCEDURE-STEP-OTHERS"
    me = (str(cast.cadre.user.pk),)
    refused(NotAllowed, others, go, cast.cadre.scope, made, "DISPATCH", hours(1), handlers=me)
    earlier = "E-PROCEDURE-STEP-EARLIER"
    refused(Conflict, earlier, go, cast.township.scope, made, "DISPATCH", hours(-1), handlers=me)
    assert written(cast.county.scope) == before


def test_facts_that_are_unknown_missing_or_no_such_value_are_all_told_at_once(
    cast: Cast, homes: Any
) -> None:
    made = checking(cast)
    before = written(cast.county.scope)
    lacks = "E-PROCEDURE-STEP-LACKS"
    wrong = {"checked_on": "明天", "extended_to": date(2026, 10, 12), "colour": "red"}
    error = refused(Refused, lacks, go, cast.cadre.scope, made, "FIND_NO_RISK", hours(3), **wrong)
    said = str(error.params["lacks"])
    assert said.count("；") == 2
    assert all(word in said for word in ("核实日期", "延长至", "colour"))
    error = refused(Refused, lacks, go, cast.cadre.scope, made, "FIND_NO_RISK", hours(3))
    said = str(error.params["lacks"])
    assert all(word in said for word in ("核实日期", "核实方式", "核实人", "核实情况"))
    assert written(cast.county.scope) == before


# Whose it is


@pytest.mark.evidence("ASVS-8.2.2", "T2")
def test_the_neighbour_neither_sees_nor_takes_nor_reports(cast: Cast, homes: Any) -> None:
    made = report(cast.township.scope)
    there = cast.neighbour.scope
    gone = "E-MONITORING-NOT-FOUND"
    refused(NotFound, gone, go, there, made, "VOID", hours(1), void_reason="误报")
    assert written(there) == [0, 0, 0, 0, 0]
    unknown = refused(NotFound, "E-REGISTRY-NOT-FOUND", report, there, "H9999999999")
    foreign = refused(NotFound, "E-REGISTRY-NOT-FOUND", report, there, HOUSE)
    assert str(unknown).replace("H9999999999", HOUSE) == str(foreign)
    refused(NotFound, "E-API-NOT-FOUND", report, there, None)
    refused(NotFound, "E-REGISTRY-NOT-FOUND", report, cast.county.scope, FOREIGN_HOUSE)


def test_people_of_another_county_and_unknown_departments_are_refused(
    cast: Cast, homes: Any
) -> None:
    town = cast.township.scope
    made = report(town)
    for person in (str(cast.neighbour.user.pk), str(homes.mine), "张三"):
        refused(
            InvalidValue,
            "E-MONITORING-PERSON",
            go,
            town,
            made,
            "DISPATCH",
            hours(1),
            handlers=(person,),
        )
    given = checking(cast, risk="WATER")
    refused(
        InvalidValue,
        "E-MONITORING-DEPARTMENT",
        go,
        cast.cadre.scope,
        given,
        "TRANSFER",
        hours(3),
        department="UNKNOWN",
        transfer_reason="查报销",
    )


def test_f45_who_lost_the_post_since_the_page_was_opened_is_refused(cast: Cast, homes: Any) -> None:
    made = report(cast.township.scope)
    assert cast.township.post_id is not None
    with activate(cast.county.scope):
        end_post(
            scope=command_scope(YUNXI, "tests"),
            at=hours(1),
            post_id=cast.township.post_id,
            reason="调离",
        )
    before = written(cast.county.scope)
    me = (str(cast.cadre.user.pk),)
    refused(
        NotAllowed,
        "E-ACCESS-PERMISSION",
        go,
        cast.township.scope,
        made,
        "DISPATCH",
        hours(2),
        handlers=me,
    )
    assert written(cast.county.scope) == before


def test_a_clue_of_no_known_matter_or_place_is_refused(cast: Cast, homes: Any) -> None:
    town = cast.township.scope
    refused(InvalidValue, "E-MONITORING-RISK", report, town, risk="LAZINESS")
    refused(
        InvalidValue,
        "E-MONITORING-PLACE",
        services.open_proceeding,
        scope=town,
        at=MONDAY,
        procedure="clue",
        household_no=None,
        region=None,
        facts=CLUE,
        report=services.Report(risk="OTHER"),
    )
    assert written(cast.county.scope) == [0, 0, 0, 0, 0]


def test_a_version_that_the_countys_pack_has_lost_stops_the_step_and_nothing_else(
    cast: Cast, homes: Any
) -> None:
    made = report(cast.township.scope)
    with activate(cast.county.scope):
        Proceeding.objects.update(digest="0" * 64)
    refused(
        Conflict,
        "E-MONITORING-VERSION",
        go,
        cast.township.scope,
        made,
        "VOID",
        hours(1),
        void_reason="误报",
    )
