"""Pairings of cadres and households, and their handovers."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PairingEvent",
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
                ("household_id", models.UUIDField()),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(max_length=100)),
                ("user_id", models.UUIDField()),
                ("cadre_name", models.CharField(max_length=60)),
                ("office", models.CharField(blank=True, default="", max_length=80)),
                ("office_kind", models.CharField(max_length=20)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=20)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("created_by_id", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                ("made_in", models.UUIDField(blank=True, null=True)),
                ("ended_in", models.UUIDField(blank=True, null=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "assistance_pairing_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Handover",
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
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
                ("by_id", models.CharField(max_length=120)),
                ("on", models.DateField()),
                ("from_user_id", models.UUIDField()),
                ("from_name", models.CharField(max_length=60)),
                ("to_user_id", models.UUIDField()),
                ("to_name", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=300)),
                ("count", models.IntegerField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "assistance_handover",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="assistance_handover_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pairing",
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
                ("household_id", models.UUIDField()),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(max_length=100)),
                ("user_id", models.UUIDField()),
                ("cadre_name", models.CharField(max_length=60)),
                ("office", models.CharField(blank=True, default="", max_length=80)),
                ("office_kind", models.CharField(max_length=20)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=20)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("created_by_id", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                ("made_in", models.UUIDField(blank=True, null=True)),
                ("ended_in", models.UUIDField(blank=True, null=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "assistance_pairing",
                "indexes": [
                    models.Index(
                        condition=models.Q(("valid_to__isnull", True), ("voided_at__isnull", True)),
                        fields=["region_code", "household_no"],
                        name="assistance_pairing_by_place",
                    ),
                    models.Index(
                        fields=["user_id", "valid_from"], name="assistance_pairing_by_cadre"
                    ),
                    models.Index(
                        fields=["household_id", "-valid_from"], name="assistance_pairing_by_home"
                    ),
                    models.Index(
                        condition=models.Q(("made_in__isnull", False)),
                        fields=["made_in"],
                        name="assistance_pairing_by_made",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True), ("voided_at__isnull", True)),
                        fields=("household_id",),
                        name="assistance_pairing_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""),
                                ("ended_at__isnull", True),
                                ("valid_to__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("valid_to__isnull", False),
                                (
                                    "end_reason__in",
                                    ["HANDED_OVER", "LEFT", "HOUSEHOLD_CLOSED", "OTHER"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="assistance_pairing_ends_with_reason",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pairing",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "assistance_pairing_version" ("cadre_name", "created_at", "created_by", "created_by_id", "end_reason", "ended_at", "ended_by", "ended_in", "head_name", "household_id", "household_no", "id", "made_in", "note", "office", "office_kind", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_code", "user_id", "valid_from", "valid_to", "voided_at") SELECT old_values."cadre_name", old_values."created_at", old_values."created_by", old_values."created_by_id", old_values."end_reason", old_values."ended_at", old_values."ended_by", old_values."ended_in", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."made_in", old_values."note", old_values."office", old_values."office_kind", NOW(), \'replaced\', old_values."id", old_values."region_code", old_values."user_id", old_values."valid_from", old_values."valid_to", old_values."voided_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."cadre_name" IS DISTINCT FROM (new_values."cadre_name") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by" IS DISTINCT FROM (new_values."created_by") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."end_reason" IS DISTINCT FROM (new_values."end_reason") OR old_values."ended_at" IS DISTINCT FROM (new_values."ended_at") OR old_values."ended_by" IS DISTINCT FROM (new_values."ended_by") OR old_values."ended_in" IS DISTINCT FROM (new_values."ended_in") OR old_values."head_name" IS DISTINCT FROM (new_values."head_name") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_no" IS DISTINCT FROM (new_values."household_no") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."made_in" IS DISTINCT FROM (new_values."made_in") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."office" IS DISTINCT FROM (new_values."office") OR old_values."office_kind" IS DISTINCT FROM (new_values."office_kind") OR old_values."region_code" IS DISTINCT FROM (new_values."region_code") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id") OR old_values."valid_from" IS DISTINCT FROM (new_values."valid_from") OR old_values."valid_to" IS DISTINCT FROM (new_values."valid_to") OR old_values."voided_at" IS DISTINCT FROM (new_values."voided_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7466faab20a36302db1ad24b982f3c76067e2bb3",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_2cf72",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="assistance_pairing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pairing",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "assistance_pairing_version" ("cadre_name", "created_at", "created_by", "created_by_id", "end_reason", "ended_at", "ended_by", "ended_in", "head_name", "household_id", "household_no", "id", "made_in", "note", "office", "office_kind", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_code", "user_id", "valid_from", "valid_to", "voided_at") SELECT old_values."cadre_name", old_values."created_at", old_values."created_by", old_values."created_by_id", old_values."end_reason", old_values."ended_at", old_values."ended_by", old_values."ended_in", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."made_in", old_values."note", old_values."office", old_values."office_kind", NOW(), \'deleted\', old_values."id", old_values."region_code", old_values."user_id", old_values."valid_from", old_values."valid_to", old_values."voided_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="724a4c27f0043483f0de14f06b9420de7018be9f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_49625",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="assistance_pairing",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="pairingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="assistance.pairing",
            ),
        ),
    ]
