"""Requests for bulk exports, with row security by region."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ExportTaken",
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
                ("actor_id", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=40)),
                ("rows", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "exports_taken",
            },
        ),
        migrations.CreateModel(
            name="ExportRequest",
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
                ("kind", models.CharField(max_length=40)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("filters", models.JSONField(blank=True, default=dict)),
                ("is_searched", models.BooleanField(default=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("purpose", models.CharField(max_length=200)),
                ("state", models.CharField(default="REQUESTED", max_length=10)),
                ("requested_by", models.CharField(max_length=120)),
                ("requested_by_label", models.CharField(max_length=120)),
                ("requested_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("decided_by_label", models.CharField(blank=True, default="", max_length=120)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "exports_request",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="exports_request_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["APPROVED", "REJECTED", "USED"]), _negated=True
                            ),
                            models.Q(
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="exports_request_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["REQUESTED", "APPROVED", "REJECTED", "WITHDRAWN", "USED"],
                            )
                        ),
                        name="exports_request_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True),
                        name="exports_request_purpose",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exportrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF (NEW.id, NEW.kind, NEW.region_code, NEW.fingerprint, NEW.rows, NEW.requested_by)\n   IS DISTINCT FROM\n   (OLD.id, OLD.kind, OLD.region_code, OLD.fingerprint, OLD.rows, OLD.requested_by)\n   OR NOT ((OLD.state = 'REQUESTED' AND NEW.state IN ('APPROVED', 'REJECTED', 'WITHDRAWN'))\n           OR (OLD.state = 'APPROVED' AND NEW.state = 'USED'\n               AND NEW.decided_by = OLD.decided_by))\nTHEN RAISE EXCEPTION 'a request stands as it was decided' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="a88096067c482815ae2805b728a64b11d84a4924",
                    operation="UPDATE",
                    pgid="pgtrigger_stands_ddc3a",
                    table="exports_request",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="exporttaken",
            index=models.Index(fields=["actor_id", "-at"], name="exports_taken_newest"),
        ),
        EnableRegionRls("exports_request"),
        EnableRegionRls("exports_taken"),
        AppendOnly("exports_taken"),
    ]
