"""Statements that are spelt out once find and write what any others do."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from bangfu.foundation.access.scopes import activate, bounds, in_some_scope, system_scope
from bangfu.foundation.accounts.models import Post, User
from bangfu.foundation.accounts.selectors import in_force_posts
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.database import kept
from bangfu.foundation.database.kept import Kept, Slot, is_any_of
from bangfu.foundation.regions.models import Region
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests.cast import AT, YUNXI, Cast

NATION = system_scope(RegionCode("000000000000"), "test")


@pytest.mark.django_db
def test_it_finds_the_rows_that_the_query_finds(cast: Cast) -> None:
    query = Kept(lambda: in_force_posts(Slot("on")).filter(role=Slot("role")).order_by("id"))
    with activate(NATION):
        roles = set(Post.objects.values_list("role", flat=True))
        assert len(roles) > 1
        for role in roles:
            for on in (AT.date(), date(1999, 1, 1)):
                expected = in_force_posts(on).filter(role=role).order_by("id")
                found = query.ask(role=role, on=on)
                assert [vars(one) | {"_state": 0} for one in found] == [
                    vars(one) | {"_state": 0} for one in expected
                ]
                assert all(not one._state.adding for one in found)


@pytest.mark.django_db
def test_it_finds_plain_columns_by_lists_of_values(cast: Cast) -> None:
    query = Kept(
        lambda: (
            User.objects.filter(is_any_of("id", "users"))
            .order_by("username")
            .values_list("username", "id")
        )
    )
    some = list(User.objects.order_by("id")[:3])
    assert query.ask(users=[one.pk for one in some]) == sorted(
        (one.username, one.pk) for one in some
    )
    assert query.ask(users=[]) == []


@pytest.mark.django_db
def test_it_is_spelt_out_once_and_asked_each_time(cast: Cast) -> None:
    made: list[int] = []

    def make() -> Any:
        made.append(1)
        return Region.objects.filter(code=Slot("code"))[:1]

    query = Kept(make)
    assert query.first(code="999999000000") is None
    Region.objects.create(code="999999000000", name="新县", level=3, parent_code="999900000000")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = query.first(code="999999000000")
    assert found is not None
    assert found.name == "新县"
    assert (len(made), len(asked)) == (1, 1)


@pytest.mark.django_db
def test_a_scope_given_later_shows_what_the_filter_shows(cast: Cast, settings: Any) -> None:
    query = Kept(lambda: in_some_scope(Post.objects.all()).values_list("region_code", flat=True))
    with activate(NATION):
        everywhere = sorted(Post.objects.values_list("region_code", flat=True))
        lower, upper = YUNXI.bounds
        inside = [code for code in everywhere if lower <= code < upper]
        assert 0 < len(inside) < len(everywhere)
        assert sorted(code for (code,) in query.ask(**bounds(YUNXI))) == inside
        settings.BANGFU_SCOPE_FILTER = False
        assert sorted(code for (code,) in query.ask(**bounds(YUNXI))) == everywhere


@pytest.mark.django_db
def test_a_row_that_is_added_is_the_row_that_create_makes(cast: Cast) -> None:
    facts: dict[str, Any] = {
        "at": AT, "actor_kind": "SYSTEM", "actor_id": "system:test", "actor_label": "甲%s'\\",
        "action": "test.row.added", "region_code": str(YUNXI), "subject_kind": "x",
        "subject_id": "1", "detail": {"没有": [1, None, "%s"]},
    }  # fmt: skip
    with activate(NATION):
        created = AuditEvent.objects.create(**facts)
        added = AuditEvent(**facts)
        kept.add(added)
        assert not added._state.adding
        one, other = (
            AuditEvent.objects.filter(id=row.id).values().get() for row in (created, added)
        )
    assert isinstance(other["id"], UUID)
    assert {**one, "id": 0} == {**other, "id": 0}


@pytest.mark.django_db
def test_only_the_named_columns_of_a_row_that_is_there_are_changed(cast: Cast) -> None:
    row = User.objects.order_by("id")[0]
    row.display_name, row.username = "新名", "other"
    kept.change(row, ("display_name",))
    row.refresh_from_db()
    assert (row.display_name, row.username == "other") == ("新名", False)
    row.pk = uuid7()
    with pytest.raises(DatabaseError):
        kept.change(row, ("display_name",))
