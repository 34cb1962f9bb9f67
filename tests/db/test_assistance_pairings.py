"""Pairings: who answers for which household, never two at a time, and only who can act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from bangfu.domains.assistance import selectors
from bangfu.domains.assistance.models import Pairing
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.uuid7 import uuid7
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Cast

ON = AT.date()


def pairing(cast: Cast, household: UUID, since: date = date(2026, 1, 1), **more: Any) -> Pairing:
    """Store a pairing of the cadre's village as it is, past every service."""
    values = {
        "region_code": str(YUNXI_VILLAGE),
        "household_id": household,
        "household_no": "H1",
        "head_name": "王大山",
        "user_id": cast.cadre.user.pk,
        "cadre_name": "结对干部",
        "office_kind": "COUNTY_OFFICE",
        "valid_from": since,
        "created_at": AT,
        "created_by": "tests",
        "created_by_id": "tests",
        **more,
    }
    with activate(command_scope(YUNXI, "tests")):
        return Pairing.objects.create(**values)


def ended(on: date) -> dict[str, Any]:
    return {"valid_to": on, "end_reason": "OTHER", "ended_at": AT}


def test_the_database_refuses_a_second_open_pairing(cast: Cast) -> None:
    home = uuid7()
    pairing(cast, home)
    with pytest.raises(IntegrityError), transaction.atomic():
        pairing(cast, home, since=date(2026, 5, 1))


def test_the_database_refuses_two_pairings_on_one_day(cast: Cast) -> None:
    home = uuid7()
    pairing(cast, home, **ended(date(2026, 3, 31)))
    with pytest.raises(IntegrityError), transaction.atomic():
        pairing(cast, home, since=date(2026, 3, 31))
    pairing(cast, home, since=date(2026, 4, 1))


def test_a_pairing_that_held_no_day_or_is_void_is_in_nobodys_way(cast: Cast) -> None:
    home, day = uuid7(), date(2026, 4, 1)
    pairing(cast, home, since=day, **ended(day - timedelta(days=1)))
    pairing(cast, home, since=day, voided_at=AT, **ended(day))
    pairing(cast, home, since=day)


def test_the_cadre_of_many_households_is_told_at_once(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    homes = [uuid7() for _ in range(4)]
    pairing(cast, homes[0])
    pairing(cast, homes[1], **ended(ON - timedelta(days=1)))
    pairing(cast, homes[2], since=ON + timedelta(days=1))
    pairing(cast, homes[3], user_id=cast.public.user.pk)
    scope = cast.county.scope
    assert scope is not None
    # Two reads, and what it takes to enter and leave their transactions.
    with django_assert_max_num_queries(16):
        found = selectors.paired_cadre_of(scope, homes, ON)
    assert found == {homes[0]: cast.cadre.user.pk}
    # Somebody without a post is named where it is asked who it is, and not who can act.
    named = selectors.paired_cadre_of(scope, homes, ON, able=False)
    assert named == {homes[0]: cast.cadre.user.pk, homes[3]: cast.public.user.pk}


def test_bing_sees_no_pairing_of_the_neighbouring_county(cast: Cast) -> None:
    home = uuid7()
    pairing(cast, home)
    assert cast.neighbour.scope is not None
    assert selectors.paired_cadre_of(cast.neighbour.scope, [home], ON) == {}
    assert selectors.households_of(cast.neighbour.scope, cast.cadre.user.pk, ON) == []


def test_the_cadre_sees_his_own_households(cast: Cast) -> None:
    home = uuid7()
    pairing(cast, home)
    assert cast.cadre.scope is not None
    held = selectors.households_of(cast.cadre.scope, cast.cadre.user.pk, ON)
    assert [(one.household_id, one.is_able) for one in held] == [(home, True)]
