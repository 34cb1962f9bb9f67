"""Runs and hints, under row security; officers below a county may see their county's runs."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="HouseholdHint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("household_id", models.UUIDField()),
                (
                    "severity",
                    models.SmallIntegerField(
                        choices=[(0, "NONE"), (1, "UNKNOWN"), (2, "ATTENTION"), (3, "URGENT")]
                    ),
                ),
                ("reason_zh", models.TextField(blank=True)),
                ("reason_en", models.TextField(blank=True)),
                (
                    "fired",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), size=None
                    ),
                ),
                (
                    "undecided",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), size=None
                    ),
                ),
                ("valid_from", models.CharField(db_collation="C", max_length=7)),
                (
                    "valid_to",
                    models.CharField(blank=True, db_collation="C", max_length=7, null=True),
                ),
                ("run_id", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "screening_household_hint",
                "indexes": [
                    models.Index(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=["region_code", "-severity", "household_id"],
                        name="screening_hint_worst",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["fired"], name="screening_hint_fired"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("household_id", "valid_from"), name="screening_hint_once_a_month"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("household_id",),
                        name="screening_hint_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="screening_hint_span_is_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", [0, 1, 2, 3])),
                        name="screening_hint_severity_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
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
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("period", models.CharField(db_collation="C", max_length=7)),
                ("pack", models.CharField(max_length=80)),
                ("pack_version", models.CharField(max_length=40)),
                ("pack_hash", models.CharField(max_length=64)),
                ("inputs_hash", models.CharField(max_length=64)),
                ("result_hash", models.CharField(max_length=64)),
                ("households", models.IntegerField()),
                ("persons", models.IntegerField()),
                ("hints", models.JSONField(default=dict)),
                ("new", models.IntegerField()),
                ("changed", models.IntegerField()),
                ("gone", models.IntegerField()),
                ("coverage", models.JSONField(default=list)),
                ("folder", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
            ],
            options={
                "db_table": "screening_run",
                "indexes": [
                    models.Index(
                        fields=["region_code", "-period", "-id"], name="screening_run_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                        name="screening_run_period_is_a_month",
                    )
                ],
            },
        ),
        EnableRegionRls("screening_household_hint"),
        EnableRegionRls(
            "screening_run",
            visible="left(region_code, 6) = left((SELECT bangfu_scope_from()), 6)",
        ),
    ]
