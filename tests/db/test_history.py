"""History by triggers: it sees bulk writes, keeps ciphertext, and obeys row security itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import connection

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts.models import Post, User
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, Cast

NATION = command_scope(RegionCode("000000000000"), "tests")


def _versions() -> type:
    return apps.get_model("accounts", "PostEvent")


@pytest.mark.django_db
def test_bulk_updates_and_deletes_are_all_in_the_history(cast: Cast) -> None:
    users = [
        User(
            username=f"user{number}", password="!", duty="AUDIT", date_joined="2026-01-01T00:00:00Z"
        )
        for number in range(200)
    ]
    User.objects.bulk_create(users)
    with activate(NATION):
        Post.objects.bulk_create(
            Post(
                user=user,
                role="AUDITOR",
                duty="AUDIT",
                region_code=str(YUNXI),
                valid_from=date(2026, 1, 1),
                proposed_by="tests:one",
                approved_by="tests:two",
            )
            for user in users
        )
        assert Post.objects.filter(user__in=users).update(valid_to=date(2026, 6, 30)) == 200
        replaced = _versions().objects.filter(user_id__in=[user.id for user in users])
        assert replaced.filter(pgh_label="replaced", valid_to__isnull=True).count() == 200
        Post.objects.filter(user__in=users).delete()
        assert replaced.filter(pgh_label="deleted", valid_to=date(2026, 6, 30)).count() == 200


@pytest.mark.django_db
def test_an_update_that_changes_nothing_makes_no_version(cast: Cast) -> None:
    with activate(NATION):
        Post.objects.update(valid_from=date(2026, 1, 1))
        assert _versions().objects.count() == 0


@pytest.mark.django_db
def test_the_neighbours_history_is_not_seen(cast: Cast) -> None:
    with activate(NATION):
        Post.objects.update(valid_to=date(2026, 6, 30))
        assert _versions().objects.count() == 5
    with activate(cast.neighbour.scope):
        seen = set(_versions().objects.values_list("region_code", flat=True))
        assert seen == {str(SHIQIAO)}


@pytest.mark.evidence("ASVS-16.4.2", "T11")
@pytest.mark.django_db
def test_every_history_table_is_append_only_for_the_application(db: None) -> None:
    query = (
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE '%%_version'"
        " AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'))"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchall() == []


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b", "T11")
@pytest.mark.django_db
def test_history_tables_hold_ciphertext_and_never_the_text(db: None) -> None:
    tables = [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, EncryptedField)
    ]
    assert ("registry_person_version", "id_number") in tables
    with connection.cursor() as cursor:
        for table, column in tables:
            cursor.execute(
                "SELECT data_type FROM information_schema.columns"
                " WHERE table_name = %s AND column_name = %s",
                [table, column],
            )
            assert cursor.fetchone() == ("bytea",)
