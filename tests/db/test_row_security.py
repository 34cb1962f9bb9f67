"""What each of the cast sees of a table with a region, by the database alone."""

from __future__ import annotations

import os

import pytest
from django.db import connections

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.models import Post
from bangfu.foundation.database.catalogue import tables_without_rls
from tests.cast import SHIQIAO, Cast


@pytest.mark.evidence("ASVS-8.4.1", "T2")
def test_every_table_with_a_region_is_under_row_security(db: None) -> None:
    assert tables_without_rls(connections["default"]) == []


@pytest.mark.django_db
def test_a_county_sees_its_own_posts_and_not_the_neighbours(cast: Cast) -> None:
    with activate(cast.county.scope):
        assert set(Post.objects.values_list("role", flat=True)) == {
            "COUNTY_OFFICER",
            "TOWNSHIP_OFFICER",
            "PAIRED_CADRE",
            "AUDITOR",
        }
        assert not Post.objects.filter(region_code=str(SHIQIAO)).exists()


@pytest.mark.evidence("ASVS-16.5.3", "T2")
@pytest.mark.django_db
def test_without_a_scope_there_is_no_row(cast: Cast) -> None:
    assert Post.objects.count() == 0


def test_the_server_is_the_one_that_was_asked_for(db: None) -> None:
    """On Debian's PostgreSQL the same tests run by another file, which names the version."""
    connection = connections["default"]
    wanted = os.environ.get("BANGFU_TEST_SERVER")
    assert connection.pg_version >= 150000
    assert wanted in (None, str(connection.pg_version // 10000))
