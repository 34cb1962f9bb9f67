"""What stands around the tests: each finds it whole, whatever the others did to it."""

from __future__ import annotations

import pytest

from bangfu.foundation.accounts.models import User
from bangfu.foundation.regions.models import Region
from tests.cast import Cast


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_test_does_to_the_cast_is_gone_for_the_next(cast: Cast, number: int) -> None:
    user = cast.county.user
    assert (user.display_name, User.objects.get(pk=user.pk).display_name) == ("甲", "甲")
    assert Region.objects.filter(code="990101101201").exists()
    user.display_name = f"谁{number}"
    user.save()
    Region.objects.filter(code="990101101201").delete()


def test_a_test_that_asks_for_the_database_alone_finds_nobody(db: None) -> None:
    assert not User.objects.filter(username="jia").exists()


@pytest.mark.parametrize("number", [1, 2])
def test_a_connection_that_a_test_closed_does_not_hurt_the_next(cast: Cast, number: int) -> None:
    from django.db import connection

    assert User.objects.filter(username="jia").count() == 1
    connection.close()
