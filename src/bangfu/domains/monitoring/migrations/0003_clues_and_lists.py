"""Explained hits, held batches, acts on many clues, village lists."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.domains.monitoring.domain.breaker
import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0002_region_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldBatchEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=bangfu.kernel.uuid7.uuid7, editable=False, serialize=False
                    ),
                ),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("run_id", models.UUIDField()),
                ("period", models.CharField(db_collation="C", max_length=7)),
                ("held_at", models.DateTimeField()),
                ("clues", models.IntegerField()),
                ("households", models.IntegerField()),
                ("screened", models.IntegerField()),
                ("village_code", models.CharField(db_collation="C", max_length=12)),
                ("village_clues", models.IntegerField()),
                ("exceeded", models.CharField(max_length=10)),
                ("share_limit", models.DecimalField(decimal_places=4, max_digits=5)),
                ("village_limit", models.IntegerField()),
                ("rules", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.monitoring.domain.breaker.BatchState["HELD"],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("decided_by_id", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "monitoring_held_batch_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="VillageList",
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
                (
                    "county_code",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Left("region_code", 6),
                        output_field=models.CharField(db_collation="C", max_length=6),
                    ),
                ),
                ("month", models.CharField(db_collation="C", max_length=7)),
                ("no", models.CharField(db_collation="C", max_length=40)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("contact", models.CharField(blank=True, default="", max_length=60)),
                ("contact_phone", models.CharField(blank=True, default="", max_length=40)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                ("entries", models.JSONField(blank=True, default=list)),
            ],
            options={
                "db_table": "monitoring_village_list",
            },
        ),
        migrations.CreateModel(
            name="VillageListRow",
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
                ("place", models.IntegerField()),
                ("proceeding_id", models.UUIDField()),
                ("clue_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(blank=True, default="", max_length=100)),
                ("answer", bangfu.foundation.crypto.fields.EncryptedField(blank=True, null=True)),
                ("result", models.CharField(blank=True, default="", max_length=10)),
                ("entered_at", models.DateTimeField(blank=True, null=True)),
                ("entered_by", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "monitoring_village_row",
            },
        ),
        migrations.CreateModel(
            name="BulkAct",
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
                ("act", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
                ("by_id", models.CharField(max_length=120)),
                ("count", models.IntegerField()),
                ("items", models.JSONField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "monitoring_bulk_act",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="monitoring_bulk_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="ExplainedHit",
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
                ("proceeding_id", models.UUIDField()),
                ("household_id", models.UUIDField()),
                ("rule_id", models.CharField(db_collation="C", max_length=60)),
                ("facts_digest", models.CharField(db_collation="C", max_length=64)),
                ("outcome", models.CharField(db_collation="C", max_length=40)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "db_table": "monitoring_explained_hit",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("household_id", "rule_id"),
                        name="monitoring_explained_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldBatch",
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
                ("run_id", models.UUIDField(unique=True)),
                ("period", models.CharField(db_collation="C", max_length=7)),
                ("held_at", models.DateTimeField()),
                ("clues", models.IntegerField()),
                ("households", models.IntegerField()),
                ("screened", models.IntegerField()),
                ("village_code", models.CharField(db_collation="C", max_length=12)),
                ("village_clues", models.IntegerField()),
                ("exceeded", models.CharField(max_length=10)),
                ("share_limit", models.DecimalField(decimal_places=4, max_digits=5)),
                ("village_limit", models.IntegerField()),
                ("rules", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.monitoring.domain.breaker.BatchState["HELD"],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("decided_by_id", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "monitoring_held_batch",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="monitoring_held_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                        name="monitoring_held_period_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("reason", ""), ("state", "HELD")
                            ),
                            models.Q(
                                ("state__in", ["RELEASED", "DISCARDED"]),
                                ("decided_at__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="monitoring_held_decided_with_reason",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="heldbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_held_batch_version" ("clues", "decided_at", "decided_by", "decided_by_id", "exceeded", "held_at", "households", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_code", "rules", "run_id", "screened", "share_limit", "state", "village_clues", "village_code", "village_limit") SELECT old_values."clues", old_values."decided_at", old_values."decided_by", old_values."decided_by_id", old_values."exceeded", old_values."held_at", old_values."households", old_values."id", old_values."period", NOW(), \'replaced\', old_values."id", old_values."reason", old_values."region_code", old_values."rules", old_values."run_id", old_values."screened", old_values."share_limit", old_values."state", old_values."village_clues", old_values."village_code", old_values."village_limit" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="a31f9e2de0c992e27ebd3873d1c956669a78e9ef",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_09024",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="monitoring_held_batch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="heldbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_held_batch_version" ("clues", "decided_at", "decided_by", "decided_by_id", "exceeded", "held_at", "households", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_code", "rules", "run_id", "screened", "share_limit", "state", "village_clues", "village_code", "village_limit") SELECT old_values."clues", old_values."decided_at", old_values."decided_by", old_values."decided_by_id", old_values."exceeded", old_values."held_at", old_values."households", old_values."id", old_values."period", NOW(), \'deleted\', old_values."id", old_values."reason", old_values."region_code", old_values."rules", old_values."run_id", old_values."screened", old_values."share_limit", old_values."state", old_values."village_clues", old_values."village_code", old_values."village_limit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="c4dae2004f5e72e554cbd4130495bb0c5ad7385e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_49960",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="monitoring_held_batch",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="heldbatchevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="monitoring.heldbatch",
            ),
        ),
        migrations.AddConstraint(
            model_name="villagelist",
            constraint=models.UniqueConstraint(
                fields=("region_code", "month"), name="monitoring_village_list_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="villagelist",
            constraint=models.UniqueConstraint(
                fields=("county_code", "no"), name="monitoring_village_list_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="villagelist",
            constraint=models.UniqueConstraint(
                fields=("region_code", "id"), name="monitoring_village_list_in_region"
            ),
        ),
        migrations.AddConstraint(
            model_name="villagelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                name="monitoring_village_list_is_of_a_month",
            ),
        ),
        migrations.AddField(
            model_name="villagelistrow",
            name="list",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="monitoring.villagelist",
            ),
        ),
        migrations.AddIndex(
            model_name="villagelistrow",
            index=models.Index(fields=["proceeding_id"], name="monitoring_village_row_clue"),
        ),
        migrations.AddConstraint(
            model_name="villagelistrow",
            constraint=models.UniqueConstraint(
                fields=("list", "proceeding_id"), name="monitoring_village_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="villagelistrow",
            constraint=models.UniqueConstraint(
                fields=("list", "place"), name="monitoring_village_row_has_a_place"
            ),
        ),
    ]
