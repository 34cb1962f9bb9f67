"""The filled country, built once for each way of holding: row security alone, the filter alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from bangfu.foundation.access import roles
from bangfu.kernel.region import RegionCode
from tests import database_kit
from tests.api.isolation.asked import Asker, foreign_cursors
from tests.api.isolation.victims import Country, fill
from tests.cast import _player

# Who is given the cursors of others: an officer of the county beside that of village A and, where
# that has one thing alone, of the province of both.
STRANGERS = (
    ("COUNTY_OFFICER", "990102000000"),
    ("PROVINCE_OFFICER", "990000000000"),
    ("SECURITY_ADMINISTRATOR", "990000000000"),
    ("DEPARTMENT_USER", "990000000000"),
    ("AUDITOR", "990000000000"),
)
_numbers = count()


@dataclass
class Standing:
    """The country as it stands, with cursors that others were given."""

    country: Country
    cursors: dict[str, str]
    post: Callable[[str, RegionCode], Asker]


@contextmanager
def standing(blocker: Any, *, rls: bool, row_filter: bool) -> Iterator[Standing]:
    """Fill the country with one lock off, or both; nothing of it stays."""
    kept = {
        name: getattr(settings, name, None)
        for name in ("BANGFU_SCOPE_FILTER", "BANGFU_RATE_LIMITS")
    }
    with blocker.unblock():
        if not rls:
            database_kit.switch_rls("DISABLE")
        try:
            with transaction.atomic():
                country = fill()
                settings.BANGFU_RATE_LIMITS = False
                settings.BANGFU_SCOPE_FILTER = row_filter
                strangers = [post(role, RegionCode(code)) for role, code in STRANGERS]
                yield Standing(country, foreign_cursors(strangers), post)
                transaction.set_rollback(True)
        finally:
            for name, value in kept.items():
                setattr(settings, name, value)
            if not rls:
                database_kit.switch_rls("ENABLE")


def post(role: str, region: RegionCode) -> Asker:
    """Return a signed-in holder of a post, made on the spot."""
    name = f"{role.lower()}-{region}-{next(_numbers)}"[:60]
    player = _player(name, name, role, region)
    client = Client(raise_request_exception=False)
    client.force_login(player.user)
    return Asker(role, region, roles.permissions(role), client)


@pytest.fixture(scope="module")
def behind_row_security(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing]:
    """The country with the application's filter off: row security must hold alone."""
    with standing(django_db_blocker, rls=True, row_filter=False) as found:
        yield found


@pytest.fixture(scope="module")
def behind_the_filter(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing]:
    """The country with row security off: the application's filter must hold alone."""
    with standing(django_db_blocker, rls=False, row_filter=True) as found:
        yield found


@pytest.fixture(scope="module")
def behind_nothing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing]:
    """The country with both off, to see that the search finds what leaks."""
    with standing(django_db_blocker, rls=False, row_filter=False) as found:
        yield found
