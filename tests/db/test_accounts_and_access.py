"""Accounts, posts, roles and scopes."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from bangfu.foundation.access.roles import list_roles, require
from bangfu.foundation.access.scopes import command_scope, narrowed, restored_scope
from bangfu.foundation.accounts import selectors, services
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.cast import AT, PASSWORD, SHIQIAO, YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, Cast, give_post

NATION = command_scope(RegionCode("000000000000"), "tests")
SECOND = command_scope(RegionCode("000000000000"), "tests, second person")


@pytest.mark.evidence("ASVS-8.3.1")
def test_nobody_else_makes_a_scope() -> None:
    with pytest.raises(TypeError, match="a Scope is made by"):
        Scope(YUNXI, frozenset(), Actor("USER", "1", "甲"))


@pytest.mark.evidence("ASVS-8.1.1")
def test_roles_name_only_permissions_that_exist_and_levels_that_exist() -> None:
    for role in list_roles():
        assert role.zh
        assert role.en
        assert role.permissions
        assert role.levels <= {0, 1, 2, 3, 4, 5}


def test_a_command_may_do_everything_in_its_place_and_nothing_elsewhere() -> None:
    scope = command_scope(YUNXI, "tests")
    require(scope, "REGISTRY_IMPORT", YUNXI_VILLAGE)
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        require(scope, "REGISTRY_IMPORT", SHIQIAO)
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        narrowed(scope, SHIQIAO)
    assert narrowed(scope, YUNXI_TOWN).region == YUNXI_TOWN


def test_a_permission_that_no_table_knows_is_a_mistake_in_our_code() -> None:
    with pytest.raises(LookupError, match="SEE_ALL"):
        require(NATION, "SEE_ALL")
    kept = restored_scope(YUNXI, frozenset({"EXPORT", "SEE_ALL"}), Actor("USER", "1", "甲"))
    assert kept.permissions == {"EXPORT"}


@pytest.mark.evidence("ASVS-8.2.1", "GB22239-8.1.4.2-a")
@pytest.mark.django_db
def test_each_of_the_cast_may_do_what_their_post_says(cast: Cast) -> None:
    require(cast.county.scope, "FEEDS_IMPORT", YUNXI_TOWN)
    require(cast.township.scope, "HINT_READ")
    for player, permission in (
        (cast.township, "REGISTRY_IMPORT"),
        (cast.cadre, "EXPORT"),
        (cast.auditor, "REGISTRY_READ"),
    ):
        with pytest.raises(NotAllowed, match="E-ACCESS-PERMISSION"):
            require(player.scope, permission)


@pytest.mark.evidence("F60", "GB22239-8.1.4.2-c", "T10")
@pytest.mark.django_db
def test_f60_a_post_counts_from_its_first_day_to_its_last(cast: Cast) -> None:
    user = cast.public.user
    terms = {"valid_from": date(2026, 3, 1), "valid_to": date(2026, 5, 31)}
    give_post(user, "TOWNSHIP_OFFICER", YUNXI_TOWN, **terms)
    held = {
        day: len(selectors.active_posts(user, date.fromisoformat(day)))
        for day in ("2026-02-28", "2026-03-01", "2026-05-31", "2026-06-01")
    }
    assert held == {"2026-02-28": 0, "2026-03-01": 1, "2026-05-31": 1, "2026-06-01": 0}


@pytest.mark.django_db
def test_users_are_shown_their_own_posts_only(cast: Cast) -> None:
    assert [post.region_code for post in selectors.active_posts(cast.county.user, AT.date())] == [
        str(YUNXI)
    ]
    assert selectors.active_posts(cast.public.user, AT.date()) == []


@pytest.mark.evidence("GB22239-8.1.4.2-e", "GB22239-8.1.5.3-b")
@pytest.mark.django_db
def test_a_post_at_the_wrong_level_or_twice_or_elsewhere_is_refused(cast: Cast) -> None:
    def grant(scope: Scope, role: str, region: RegionCode, **days: date) -> None:
        services.grant_post(
            scope=scope,
            approver=SECOND,
            at=AT,
            user=cast.public.user,
            role=role,
            region=region,
            **{"valid_from": date(2026, 1, 1), **days},
        )

    with pytest.raises(InvalidValue, match="E-ACCESS-ROLE-LEVEL"):
        grant(NATION, "COUNTY_OFFICER", YUNXI_TOWN)
    with pytest.raises(InvalidValue, match="E-ACCESS-ROLE"):
        grant(NATION, "KING", YUNXI)
    with pytest.raises(InvalidValue, match="E-ACCOUNT-DATES"):
        grant(NATION, "COUNTY_OFFICER", YUNXI, valid_to=date(2025, 1, 1))
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        grant(command_scope(SHIQIAO, "tests"), "COUNTY_OFFICER", YUNXI)
    with pytest.raises(NotAllowed, match="E-ACCESS-PERMISSION"):
        grant(cast.county.scope, "COUNTY_OFFICER", YUNXI)
    grant(NATION, "COUNTY_OFFICER", YUNXI)
    with pytest.raises(Conflict, match="E-ACCOUNT-POST-EXISTS"):
        grant(NATION, "COUNTY_OFFICER", YUNXI)


@pytest.mark.django_db
def test_a_post_of_another_county_cannot_be_ended_from_here(cast: Cast) -> None:
    with pytest.raises(NotFound, match="E-ACCOUNT-POST-NOT-FOUND"):
        services.end_post(
            scope=command_scope(YUNXI, "tests"),
            at=AT,
            post_id=cast.neighbour.post_id,
            valid_to=date(2026, 12, 31),
        )


@pytest.mark.evidence("ASVS-6.2.4")
@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password123", "xiaoming-2026"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidValue, match="E-ACCOUNT-PASSWORD"):
        services.create_user(scope=NATION, at=AT, username="xiaoming-2026", password=password)


@pytest.mark.evidence("GB22239-8.1.4.1-a")
@pytest.mark.django_db
def test_a_user_name_is_given_once(cast: Cast) -> None:
    with pytest.raises(Conflict, match="E-ACCOUNT-EXISTS"):
        services.create_user(scope=NATION, at=AT, username="jia", password=None)


@pytest.mark.evidence("ASVS-6.3.4", "GB22239-8.1.4.2-a")
@pytest.mark.django_db
def test_signing_in_works_by_name_and_password_and_signing_up_does_not(cast: Cast) -> None:
    client = Client()
    assert client.login(username="jia", password=PASSWORD)
    assert not Client().login(username="jia", password="another one")
    assert not Client().login(username="jia", password="")
