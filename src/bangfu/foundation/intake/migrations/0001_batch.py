"""The table of batches, with row security by region."""

from __future__ import annotations

from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.foundation.intake.domain
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Batch",
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
                ("dataset", models.CharField(max_length=80)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("period", models.CharField(blank=True, default="", max_length=7)),
                ("as_of", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.foundation.intake.domain.BatchState["RECEIVED"],
                        max_length=12,
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("file_size", models.BigIntegerField()),
                ("file_sm3", models.CharField(max_length=64)),
                ("file_id", models.UUIDField(blank=True, null=True)),
                ("error_file_id", models.UUIDField(blank=True, null=True)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("duplicate_of", models.UUIDField(blank=True, null=True)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("mapping", models.JSONField(blank=True, default=dict)),
                ("issues", models.JSONField(blank=True, default=list)),
                ("errors", models.JSONField(blank=True, default=list)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("staged_path", models.CharField(blank=True, default="", max_length=400)),
                ("reason", models.TextField(blank=True, default="")),
                ("created_by", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("staged_at", models.DateTimeField(blank=True, null=True)),
                ("committed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "intake_batch",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="intake_batch_newest"),
                    models.Index(fields=["dataset", "file_sm3"], name="intake_batch_by_hash"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "RECEIVED",
                                    "STAGED",
                                    "REFUSED",
                                    "COMMITTED",
                                    "CANCELLED",
                                    "SUPERSEDED",
                                    "REVERTED",
                                ],
                            )
                        ),
                        name="intake_batch_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_sm3__regex", "^[0-9a-f]{64}$")),
                        name="intake_batch_hash_is_sm3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period", ""),
                            ("period__regex", "^\\d{4}-(0[1-9]|1[0-2])$"),
                            _connector="OR",
                        ),
                        name="intake_batch_period_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "COMMITTED"), _negated=True),
                            ("committed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="intake_batch_commit_has_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "COMMITTED")),
                        fields=("dataset", "region_code", "period", "file_sm3"),
                        name="intake_batch_file_committed_once",
                    ),
                ],
            },
        ),
        EnableRegionRls("intake_batch"),
    ]
