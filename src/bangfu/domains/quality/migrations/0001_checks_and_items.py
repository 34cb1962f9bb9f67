"""Checks, items with their history, exceptions and counts, under row security."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = [("pghistory", "0007_auto_20250421_0444")]

    operations = [
        migrations.CreateModel(
            name="QualityItemVersion",
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
                ("rule_id", models.CharField(db_collation="C", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("FIXED", "FIXED"),
                            ("EXCEPTED", "EXCEPTED"),
                            ("DROPPED", "DROPPED"),
                        ],
                        max_length=8,
                    ),
                ),
                ("fingerprint", models.CharField(db_collation="C", max_length=32)),
                ("fixed_on", models.DateField(blank=True, null=True)),
                ("opened_check", models.UUIDField()),
            ],
            options={
                "db_table": "quality_item_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="QualityCheck",
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
                ("pack", models.CharField(max_length=80)),
                ("pack_version", models.CharField(max_length=40)),
                ("pack_hash", models.CharField(max_length=64)),
                ("households", models.IntegerField()),
                ("persons", models.IntegerField()),
                ("rules_run", models.IntegerField()),
                ("not_asked", models.JSONField(default=list)),
                ("open", models.IntegerField()),
                ("new", models.IntegerField()),
                ("fixed", models.IntegerField()),
                ("excepted", models.IntegerField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
            ],
            options={
                "db_table": "quality_check",
                "indexes": [
                    models.Index(fields=["region_code", "-finished_at"], name="quality_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityCount",
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
                ("check_id", models.UUIDField()),
                ("open", models.IntegerField()),
                ("new", models.IntegerField()),
                ("fixed", models.IntegerField()),
                ("excepted", models.IntegerField()),
            ],
            options={
                "db_table": "quality_count",
                "indexes": [models.Index(fields=["check_id"], name="quality_count_by_check")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region_code", "check_id"), name="quality_count_once_a_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityItem",
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
                ("rule_id", models.CharField(db_collation="C", max_length=80)),
                ("household_id", models.UUIDField()),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("person_id", models.UUIDField(blank=True, null=True)),
                ("values", models.JSONField(default=dict)),
                ("fingerprint", models.CharField(db_collation="C", max_length=32)),
                ("message_zh", models.TextField()),
                ("message_en", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("FIXED", "FIXED"),
                            ("EXCEPTED", "EXCEPTED"),
                            ("DROPPED", "DROPPED"),
                        ],
                        max_length=8,
                    ),
                ),
                ("first_seen_on", models.DateField()),
                ("last_seen_on", models.DateField(blank=True, null=True)),
                ("fixed_on", models.DateField(blank=True, null=True)),
                ("opened_check", models.UUIDField()),
                ("fixed_check", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "db_table": "quality_item",
                "indexes": [
                    models.Index(
                        fields=["region_code", "household_no", "rule_id", "id"],
                        name="quality_item_place",
                    ),
                    models.Index(fields=["state", "region_code"], name="quality_item_by_state"),
                    models.Index(fields=["household_id"], name="quality_item_by_household"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county_code", "rule_id", "household_id", "person_id"),
                        name="quality_item_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["OPEN", "FIXED", "EXCEPTED", "DROPPED"])),
                        name="quality_item_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("fixed_check__isnull", False),
                                ("fixed_on__isnull", False),
                                ("state", "FIXED"),
                            ),
                            models.Q(
                                models.Q(("state", "FIXED"), _negated=True),
                                ("fixed_check__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="quality_item_fixed_by_a_check",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityException",
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
                ("fingerprint", models.CharField(db_collation="C", max_length=32)),
                ("reason", models.CharField(max_length=500)),
                ("until", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("UNDONE", "UNDONE"),
                            ("CHANGED", "CHANGED"),
                            ("EXPIRED", "EXPIRED"),
                            ("FIXED", "FIXED"),
                            ("DROPPED", "DROPPED"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="quality.qualityitem",
                    ),
                ),
            ],
            options={
                "db_table": "quality_exception",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="qualityitem",
            trigger=pgtrigger.compiler.Trigger(
                name="moved_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "quality_item_version" ("fingerprint", "fixed_on", "id", "opened_check", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_code", "rule_id", "state") SELECT old_values."fingerprint", old_values."fixed_on", old_values."id", old_values."opened_check", NOW(), \'moved\', old_values."id", old_values."region_code", old_values."rule_id", old_values."state" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."state" IS DISTINCT FROM (new_values."state")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="cadce543a5bb70cba8b30be40e39ce570df17955",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_moved_update_e6d11",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="quality_item",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="qualityitemversion",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="quality.qualityitem",
            ),
        ),
        migrations.AddIndex(
            model_name="qualityexception",
            index=models.Index(fields=["region_code"], name="quality_exception_by_place"),
        ),
        migrations.AddConstraint(
            model_name="qualityexception",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("item",),
                name="quality_exception_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="quality_exception_has_a_reason",
            ),
        ),
        EnableRegionRls("quality_item"),
        EnableRegionRls("quality_item_version"),
        AppendOnly("quality_item_version"),
        EnableRegionRls("quality_exception"),
        EnableRegionRls("quality_count"),
        # A township sees when its county was checked; the selectors leave the county's counts out.
        EnableRegionRls(
            "quality_check",
            visible="left(region_code, 6) = left((SELECT bangfu_scope_from()), 6)",
        ),
    ]
