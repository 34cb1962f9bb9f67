"""Requests for correction with their history; who put a batch in force; towns see the board."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.domains.feeds.domain
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0001_landings_and_authorizations"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedbackEvent",
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
                ("no", models.CharField(db_collation="C", max_length=30)),
                ("dataset", models.CharField(max_length=80)),
                ("period", models.CharField(max_length=7)),
                ("batch_id", models.UUIDField(blank=True, null=True)),
                (
                    "household_no",
                    models.CharField(blank=True, db_collation="C", default="", max_length=40),
                ),
                ("person_id", models.UUIDField(blank=True, null=True)),
                ("column", models.CharField(max_length=60)),
                ("stated", models.CharField(max_length=200)),
                ("expected", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.feeds.domain.FeedbackState["DRAFT"], max_length=12
                    ),
                ),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("created_by", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=120)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "feeds_feedback_version",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="landing",
            name="landed_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.CreateModel(
            name="Feedback",
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
                ("no", models.CharField(db_collation="C", max_length=30)),
                ("dataset", models.CharField(max_length=80)),
                ("period", models.CharField(max_length=7)),
                ("batch_id", models.UUIDField(blank=True, null=True)),
                (
                    "household_no",
                    models.CharField(blank=True, db_collation="C", default="", max_length=40),
                ),
                ("person_id", models.UUIDField(blank=True, null=True)),
                ("column", models.CharField(max_length=60)),
                ("stated", models.CharField(max_length=200)),
                ("expected", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.feeds.domain.FeedbackState["DRAFT"], max_length=12
                    ),
                ),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("created_by", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=120)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "feeds_feedback",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="feeds_feedback_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county_code", "no"), name="feeds_feedback_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "SENT", "ANSWERED", "CLOSED", "WITHDRAWN"])
                        ),
                        name="feeds_feedback_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                        name="feeds_feedback_period_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "SENT"), _negated=True),
                            ("due_on__isnull", False),
                            _connector="OR",
                        ),
                        name="feeds_feedback_sent_is_due",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "feeds_feedback_version" ("answer", "answered_on", "batch_id", "changed_at", "changed_by", "column", "created_at", "created_by", "dataset", "due_on", "expected", "household_no", "id", "no", "note", "period", "person_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_code", "sent_on", "state", "stated") SELECT old_values."answer", old_values."answered_on", old_values."batch_id", old_values."changed_at", old_values."changed_by", old_values."column", old_values."created_at", old_values."created_by", old_values."dataset", old_values."due_on", old_values."expected", old_values."household_no", old_values."id", old_values."no", old_values."note", old_values."period", old_values."person_id", NOW(), \'replaced\', old_values."id", old_values."reason", old_values."region_code", old_values."sent_on", old_values."state", old_values."stated" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."answer" IS DISTINCT FROM (new_values."answer") OR old_values."answered_on" IS DISTINCT FROM (new_values."answered_on") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."changed_at" IS DISTINCT FROM (new_values."changed_at") OR old_values."changed_by" IS DISTINCT FROM (new_values."changed_by") OR old_values."column" IS DISTINCT FROM (new_values."column") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by" IS DISTINCT FROM (new_values."created_by") OR old_values."dataset" IS DISTINCT FROM (new_values."dataset") OR old_values."due_on" IS DISTINCT FROM (new_values."due_on") OR old_values."expected" IS DISTINCT FROM (new_values."expected") OR old_values."household_no" IS DISTINCT FROM (new_values."household_no") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."no" IS DISTINCT FROM (new_values."no") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."period" IS DISTINCT FROM (new_values."period") OR old_values."person_id" IS DISTINCT FROM (new_values."person_id") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."region_code" IS DISTINCT FROM (new_values."region_code") OR old_values."sent_on" IS DISTINCT FROM (new_values."sent_on") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."stated" IS DISTINCT FROM (new_values."stated")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f84aa8827d53c341624715c7162caeafd710188b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_526c2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="feeds_feedback",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "feeds_feedback_version" ("answer", "answered_on", "batch_id", "changed_at", "changed_by", "column", "created_at", "created_by", "dataset", "due_on", "expected", "household_no", "id", "no", "note", "period", "person_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_code", "sent_on", "state", "stated") SELECT old_values."answer", old_values."answered_on", old_values."batch_id", old_values."changed_at", old_values."changed_by", old_values."column", old_values."created_at", old_values."created_by", old_values."dataset", old_values."due_on", old_values."expected", old_values."household_no", old_values."id", old_values."no", old_values."note", old_values."period", old_values."person_id", NOW(), \'deleted\', old_values."id", old_values."reason", old_values."region_code", old_values."sent_on", old_values."state", old_values."stated" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e0e6ba161ad82cf9f7db61ae4de09de7b215b9fe",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_d5c18",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="feeds_feedback",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="feedbackevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="feeds.feedback",
            ),
        ),
        EnableRegionRls("feeds_feedback"),
        EnableRegionRls("feeds_feedback_version"),
        AppendOnly("feeds_feedback_version"),
        # A township reads which of its county's data there are, but writes none of it.
        migrations.RunSQL(
            "CREATE POLICY also_visible ON feeds_landing FOR SELECT"
            " USING (left(region_code, 6) = left((SELECT bangfu_scope_from()), 6))",
            "DROP POLICY also_visible ON feeds_landing",
        ),
    ]
