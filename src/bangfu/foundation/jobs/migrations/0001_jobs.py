"""Jobs, with row security by region."""

import django.contrib.postgres.fields
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.foundation.jobs.domain
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Job",
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
                ("kind", models.CharField(max_length=60)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                (
                    "state",
                    models.CharField(
                        default=bangfu.foundation.jobs.domain.JobState["QUEUED"], max_length=10
                    ),
                ),
                ("args", models.JSONField(blank=True, default=dict)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("message", models.CharField(blank=True, default="", max_length=200)),
                ("result", models.JSONField(blank=True, null=True)),
                ("error", models.JSONField(blank=True, null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("actor_kind", models.CharField(max_length=8)),
                ("actor_id", models.CharField(max_length=120)),
                ("actor_label", models.CharField(max_length=120)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "jobs_job",
                "indexes": [models.Index(fields=["region_code", "-id"], name="jobs_job_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"])
                        ),
                        name="jobs_job_state_known",
                    )
                ],
            },
        ),
        EnableRegionRls("jobs_job"),
    ]
