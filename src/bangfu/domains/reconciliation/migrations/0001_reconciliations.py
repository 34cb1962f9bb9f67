"""The reconciliations with the national system and their items, under row security."""

from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
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
                ("as_of", models.DateField()),
                ("file_name", models.CharField(max_length=255)),
                ("file_sm3", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.reconciliation.domain.State["RUNNING"], max_length=12
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("errors", models.JSONField(default=list)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "reconciliation_reconciliation",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="reconciliation_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["RUNNING", "DONE", "REFUSED"])),
                        name="reconciliation_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationItem",
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
                ("county_code", models.CharField(db_collation="C", max_length=6)),
                ("key", models.CharField(db_collation="C", max_length=64)),
                ("reconciliation_id", models.UUIDField()),
                ("kind", models.CharField(max_length=24)),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(blank=True, default="", max_length=100)),
                (
                    "person_token",
                    models.CharField(blank=True, db_collation="C", default="", max_length=64),
                ),
                ("member_name", models.CharField(blank=True, default="", max_length=100)),
                ("column", models.CharField(blank=True, default="", max_length=60)),
                ("here", models.TextField(blank=True, default="")),
                ("there", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.reconciliation.domain.ItemState["OPEN"],
                        max_length=12,
                    ),
                ),
                ("first_seen_on", models.DateField()),
                ("last_seen_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("dismissed_by", models.CharField(blank=True, default="", max_length=120)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "reconciliation_item",
                "indexes": [
                    models.Index(
                        fields=["region_code", "household_no", "id"],
                        name="reconciliation_item_place",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county_code", "key"), name="reconciliation_item_once_in_county"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "ENTER_HOUSEHOLD",
                                    "ENTER_MEMBER",
                                    "CORRECT_FIELD",
                                    "ONLY_THERE_HOUSEHOLD",
                                    "ONLY_THERE_MEMBER",
                                ],
                            )
                        ),
                        name="reconciliation_item_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["OPEN", "DONE", "DISMISSED"])),
                        name="reconciliation_item_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state",
                                    bangfu.domains.reconciliation.domain.ItemState["DISMISSED"],
                                ),
                                _negated=True,
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="reconciliation_item_dismissed_for_a_reason",
                    ),
                ],
            },
        ),
        EnableRegionRls("reconciliation_reconciliation"),
        EnableRegionRls("reconciliation_item"),
    ]
