"""Passwords that were in use, attempts to sign in, and the cache that all processes share."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bangfu.kernel.uuid7

# Passwords from before this migration count as set today.
_REMEMBER = """
INSERT INTO accounts_password_record (id, user_id, hash, set_at, is_provisional)
SELECT gen_random_uuid(), id, password, now(), false FROM accounts_user WHERE password !~ '^!'
"""
# The form that Django's cache backend for databases expects.
_CACHE = """
CREATE TABLE server_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX server_cache_expires ON server_cache (expires)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users_and_posts")]

    operations = [
        migrations.CreateModel(
            name="PasswordRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bangfu.kernel.uuid7.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("hash", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField()),
                ("is_provisional", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_password_record",
                "indexes": [
                    models.Index(fields=["user", "-set_at"], name="accounts_password_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bangfu.kernel.uuid7.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("subject", models.CharField(max_length=64)),
                ("address", models.GenericIPAddressField()),
                ("is_known_address", models.BooleanField()),
                ("is_success", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "accounts_sign_in_attempt",
                "indexes": [
                    models.Index(fields=["subject", "-at"], name="accounts_attempt_by_subject"),
                    models.Index(fields=["address", "-at"], name="accounts_attempt_by_address"),
                    models.Index(fields=["at"], name="accounts_attempt_by_age"),
                ],
            },
        ),
        migrations.RunSQL(_REMEMBER, migrations.RunSQL.noop),
        migrations.RunSQL(_CACHE, "DROP TABLE server_cache"),
    ]
