"""The tables of landed batches, their uses and the authorisations, with row security by region."""

from __future__ import annotations

from django.db import migrations, models

import bangfu.domains.feeds.domain
import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.UUIDField(
            default=bangfu.kernel.uuid7.uuid7, editable=False, primary_key=True, serialize=False
        ),
    )


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Landing",
            fields=[
                _id(),
                ("batch_id", models.UUIDField(unique=True)),
                ("dataset", models.CharField(max_length=80)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("period", models.CharField(max_length=7)),
                ("as_of", models.DateField()),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.feeds.domain.LandingState["LIVE"], max_length=12
                    ),
                ),
                ("path", models.CharField(max_length=300)),
                ("content_sm3", models.CharField(max_length=64)),
                ("rows", models.IntegerField()),
                ("matched", models.IntegerField()),
                ("unmatched", models.IntegerField()),
                ("sums", models.JSONField(blank=True, default=dict)),
                ("supersedes", models.UUIDField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("landed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "feeds_landing",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "LIVE")),
                        fields=("dataset", "region_code", "period"),
                        name="feeds_landing_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["LIVE", "SUPERSEDED", "REVERTED"])),
                        name="feeds_landing_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                        name="feeds_landing_period_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rows", models.F("matched") + models.F("unmatched"))),
                        name="feeds_landing_rows_add_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                _id(),
                ("batch_id", models.UUIDField()),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("used_by_kind", models.CharField(max_length=40)),
                ("used_by_id", models.CharField(max_length=64)),
                ("label", models.CharField(blank=True, default="", max_length=200)),
                ("used_at", models.DateTimeField()),
            ],
            options={
                "db_table": "feeds_use",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch_id", "used_by_kind", "used_by_id"), name="feeds_use_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                _id(),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("person_token", models.CharField(max_length=64)),
                ("id_number", bangfu.foundation.crypto.fields.EncryptedField()),
                ("person_name", bangfu.foundation.crypto.fields.EncryptedField()),
                ("paper_no", models.CharField(max_length=40)),
                ("signed_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("witness", models.CharField(max_length=40)),
                ("batch_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("revoked_on", models.DateField(blank=True, null=True)),
                ("revoked_reason", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "feeds_authorization",
                "indexes": [
                    models.Index(
                        fields=["region_code", "expires_on"], name="feeds_authorization_live"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region_code", "person_token", "paper_no"),
                        name="feeds_authorization_paper_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gte", models.F("signed_on"))),
                        name="feeds_authorization_dates_in_order",
                    ),
                ],
            },
        ),
        EnableRegionRls("feeds_landing"),
        EnableRegionRls("feeds_use"),
        EnableRegionRls("feeds_authorization"),
    ]
