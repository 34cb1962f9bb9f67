"""Proceedings, their steps, clocks, handlers, origins and numbers."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProceedingClock",
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
                ("clock", models.CharField(db_collation="C", max_length=40)),
                ("counted_from", models.DateField()),
                ("due_on", models.DateField()),
                ("is_provisional", models.BooleanField(default=False)),
                ("extended", models.BooleanField(default=False)),
                ("data", models.JSONField()),
                ("climbed", models.JSONField(blank=True, default=list)),
                ("began_at", models.DateTimeField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("is_late", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "db_table": "monitoring_clock",
            },
        ),
        migrations.CreateModel(
            name="ProceedingClockEvent",
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
                ("clock", models.CharField(db_collation="C", max_length=40)),
                ("counted_from", models.DateField()),
                ("due_on", models.DateField()),
                ("is_provisional", models.BooleanField(default=False)),
                ("extended", models.BooleanField(default=False)),
                ("data", models.JSONField()),
                ("climbed", models.JSONField(blank=True, default=list)),
                ("began_at", models.DateTimeField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("is_late", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "db_table": "monitoring_clock_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProceedingEvent",
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
                ("no", models.CharField(db_collation="C", max_length=40)),
                ("procedure", models.CharField(db_collation="C", max_length=40)),
                ("version", models.CharField(db_collation="C", max_length=20)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("state", models.CharField(db_collation="C", max_length=40)),
                ("facts", bangfu.foundation.crypto.fields.EncryptedField()),
                ("household_id", models.UUIDField(blank=True, null=True)),
                (
                    "household_no",
                    models.CharField(blank=True, db_collation="C", default="", max_length=40),
                ),
                ("head_name", models.CharField(blank=True, default="", max_length=100)),
                ("source", models.CharField(blank=True, default="", max_length=40)),
                ("risk", models.CharField(blank=True, db_collation="C", default="", max_length=60)),
                ("title_zh", models.CharField(blank=True, default="", max_length=300)),
                ("title_en", models.CharField(blank=True, default="", max_length=300)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("severity", models.SmallIntegerField(default=0)),
                ("assessed_level", models.CharField(blank=True, default="", max_length=12)),
                ("period", models.CharField(blank=True, default="", max_length=7)),
                ("origin_id", models.UUIDField(blank=True, null=True)),
                ("joined_to_id", models.UUIDField(blank=True, null=True)),
                ("batch_id", models.UUIDField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=1)),
                ("waits_for", models.CharField(blank=True, default="", max_length=12)),
                ("department", models.CharField(blank=True, default="", max_length=40)),
                ("next_clock", models.CharField(blank=True, default="", max_length=40)),
                ("next_due_on", models.DateField(blank=True, null=True)),
                ("is_provisional", models.BooleanField(default=False)),
                ("overdue_level", models.CharField(blank=True, default="", max_length=12)),
                ("is_supervised", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={
                "db_table": "monitoring_proceeding_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProceedingHandler",
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
                ("user_id", models.UUIDField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "monitoring_handler",
            },
        ),
        migrations.CreateModel(
            name="ProceedingNumber",
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
                ("kind", models.CharField(db_collation="C", max_length=20)),
                ("year", models.SmallIntegerField()),
                ("last", models.IntegerField()),
            ],
            options={
                "db_table": "monitoring_number",
            },
        ),
        migrations.CreateModel(
            name="ProceedingStep",
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
                ("step", models.CharField(db_collation="C", max_length=40)),
                (
                    "from_state",
                    models.CharField(blank=True, db_collation="C", default="", max_length=40),
                ),
                ("to_state", models.CharField(db_collation="C", max_length=40)),
                ("facts", bangfu.foundation.crypto.fields.EncryptedField()),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "db_table": "monitoring_step",
            },
        ),
        migrations.CreateModel(
            name="Proceeding",
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
                ("no", models.CharField(db_collation="C", max_length=40)),
                ("procedure", models.CharField(db_collation="C", max_length=40)),
                ("version", models.CharField(db_collation="C", max_length=20)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("state", models.CharField(db_collation="C", max_length=40)),
                ("facts", bangfu.foundation.crypto.fields.EncryptedField()),
                ("household_id", models.UUIDField(blank=True, null=True)),
                (
                    "household_no",
                    models.CharField(blank=True, db_collation="C", default="", max_length=40),
                ),
                ("head_name", models.CharField(blank=True, default="", max_length=100)),
                ("source", models.CharField(blank=True, default="", max_length=40)),
                ("risk", models.CharField(blank=True, db_collation="C", default="", max_length=60)),
                ("title_zh", models.CharField(blank=True, default="", max_length=300)),
                ("title_en", models.CharField(blank=True, default="", max_length=300)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("severity", models.SmallIntegerField(default=0)),
                ("assessed_level", models.CharField(blank=True, default="", max_length=12)),
                ("period", models.CharField(blank=True, default="", max_length=7)),
                ("origin_id", models.UUIDField(blank=True, null=True)),
                ("joined_to_id", models.UUIDField(blank=True, null=True)),
                ("batch_id", models.UUIDField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=1)),
                ("waits_for", models.CharField(blank=True, default="", max_length=12)),
                ("department", models.CharField(blank=True, default="", max_length=40)),
                ("next_clock", models.CharField(blank=True, default="", max_length=40)),
                ("next_due_on", models.DateField(blank=True, null=True)),
                ("is_provisional", models.BooleanField(default=False)),
                ("overdue_level", models.CharField(blank=True, default="", max_length=12)),
                ("is_supervised", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={
                "db_table": "monitoring_proceeding",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="monitoring_newest"),
                    models.Index(fields=["household_id"], name="monitoring_by_household"),
                    models.Index(fields=["household_no"], name="monitoring_by_number"),
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["region_code", "next_due_on", "id"],
                        name="monitoring_open_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("closed_at__isnull", True), models.Q(("department", ""), _negated=True)
                        ),
                        fields=["department", "next_due_on"],
                        name="monitoring_department",
                    ),
                    models.Index(fields=["origin_id"], name="monitoring_by_origin"),
                    models.Index(fields=["batch_id"], name="monitoring_by_batch"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county_code", "no"), name="monitoring_no_once"
                    ),
                    models.UniqueConstraint(
                        fields=("region_code", "id"), name="monitoring_in_region"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            ("household_id__isnull", False),
                            ("procedure", "clue"),
                            models.Q(("risk__in", ["", "OTHER"]), _negated=True),
                        ),
                        fields=("household_id", "risk"),
                        name="monitoring_one_open_clue",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            ("household_id__isnull", False),
                            ("procedure__in", ["identification", "clearing"]),
                        ),
                        fields=("household_id", "procedure"),
                        name="monitoring_one_open_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("outcome", "")),
                            models.Q(("closed_at__isnull", False), ("outcome", models.F("state"))),
                            _connector="OR",
                        ),
                        name="monitoring_end_has_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_clock", ""), ("next_due_on__isnull", True)),
                            models.Q(
                                models.Q(("next_clock", ""), _negated=True),
                                ("next_due_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="monitoring_clock_has_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClueOrigin",
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
                ("source", models.CharField(blank=True, default="", max_length=40)),
                ("words", bangfu.foundation.crypto.fields.EncryptedField()),
                ("reporter", bangfu.foundation.crypto.fields.EncryptedField()),
                ("run_id", models.UUIDField(blank=True, null=True)),
                (
                    "rule_id",
                    models.CharField(blank=True, db_collation="C", default="", max_length=60),
                ),
                (
                    "facts_digest",
                    models.CharField(blank=True, db_collation="C", default="", max_length=64),
                ),
                ("period", models.CharField(blank=True, default="", max_length=7)),
                (
                    "proceeding",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="origins",
                        to="monitoring.proceeding",
                    ),
                ),
            ],
            options={
                "db_table": "monitoring_origin",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proceeding",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_proceeding_version" ("assessed_level", "batch_id", "changed_at", "classes", "closed_at", "department", "digest", "facts", "head_name", "household_id", "household_no", "id", "is_provisional", "is_supervised", "joined_to_id", "next_clock", "next_due_on", "no", "opened_at", "origin_id", "outcome", "overdue_level", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure", "region_code", "revision", "risk", "severity", "source", "state", "title_en", "title_zh", "version", "waits_for") SELECT old_values."assessed_level", old_values."batch_id", old_values."changed_at", old_values."classes", old_values."closed_at", old_values."department", old_values."digest", old_values."facts", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."is_provisional", old_values."is_supervised", old_values."joined_to_id", old_values."next_clock", old_values."next_due_on", old_values."no", old_values."opened_at", old_values."origin_id", old_values."outcome", old_values."overdue_level", old_values."period", NOW(), \'replaced\', old_values."id", old_values."procedure", old_values."region_code", old_values."revision", old_values."risk", old_values."severity", old_values."source", old_values."state", old_values."title_en", old_values."title_zh", old_values."version", old_values."waits_for" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assessed_level" IS DISTINCT FROM (new_values."assessed_level") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."changed_at" IS DISTINCT FROM (new_values."changed_at") OR old_values."classes" IS DISTINCT FROM (new_values."classes") OR old_values."closed_at" IS DISTINCT FROM (new_values."closed_at") OR old_values."department" IS DISTINCT FROM (new_values."department") OR old_values."digest" IS DISTINCT FROM (new_values."digest") OR old_values."head_name" IS DISTINCT FROM (new_values."head_name") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_no" IS DISTINCT FROM (new_values."household_no") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_provisional" IS DISTINCT FROM (new_values."is_provisional") OR old_values."is_supervised" IS DISTINCT FROM (new_values."is_supervised") OR old_values."joined_to_id" IS DISTINCT FROM (new_values."joined_to_id") OR old_values."next_clock" IS DISTINCT FROM (new_values."next_clock") OR old_values."next_due_on" IS DISTINCT FROM (new_values."next_due_on") OR old_values."no" IS DISTINCT FROM (new_values."no") OR old_values."opened_at" IS DISTINCT FROM (new_values."opened_at") OR old_values."origin_id" IS DISTINCT FROM (new_values."origin_id") OR old_values."outcome" IS DISTINCT FROM (new_values."outcome") OR old_values."overdue_level" IS DISTINCT FROM (new_values."overdue_level") OR old_values."period" IS DISTINCT FROM (new_values."period") OR old_values."procedure" IS DISTINCT FROM (new_values."procedure") OR old_values."region_code" IS DISTINCT FROM (new_values."region_code") OR old_values."revision" IS DISTINCT FROM (new_values."revision") OR old_values."risk" IS DISTINCT FROM (new_values."risk") OR old_values."severity" IS DISTINCT FROM (new_values."severity") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."title_en" IS DISTINCT FROM (new_values."title_en") OR old_values."title_zh" IS DISTINCT FROM (new_values."title_zh") OR old_values."version" IS DISTINCT FROM (new_values."version") OR old_values."waits_for" IS DISTINCT FROM (new_values."waits_for")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="beac551d1114986fe946d4d86ef4efbb3f053e39",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_65742",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="monitoring_proceeding",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proceeding",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_proceeding_version" ("assessed_level", "batch_id", "changed_at", "classes", "closed_at", "department", "digest", "facts", "head_name", "household_id", "household_no", "id", "is_provisional", "is_supervised", "joined_to_id", "next_clock", "next_due_on", "no", "opened_at", "origin_id", "outcome", "overdue_level", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure", "region_code", "revision", "risk", "severity", "source", "state", "title_en", "title_zh", "version", "waits_for") SELECT old_values."assessed_level", old_values."batch_id", old_values."changed_at", old_values."classes", old_values."closed_at", old_values."department", old_values."digest", old_values."facts", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."is_provisional", old_values."is_supervised", old_values."joined_to_id", old_values."next_clock", old_values."next_due_on", old_values."no", old_values."opened_at", old_values."origin_id", old_values."outcome", old_values."overdue_level", old_values."period", NOW(), \'deleted\', old_values."id", old_values."procedure", old_values."region_code", old_values."revision", old_values."risk", old_values."severity", old_values."source", old_values."state", old_values."title_en", old_values."title_zh", old_values."version", old_values."waits_for" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="a7cab6ec619a17b60a02c95cb2507f332adf95af",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_01c79",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="monitoring_proceeding",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="proceedingclock",
            name="proceeding",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clocks",
                to="monitoring.proceeding",
            ),
        ),
        migrations.AddField(
            model_name="proceedingclockevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="monitoring.proceedingclock",
            ),
        ),
        migrations.AddField(
            model_name="proceedingclockevent",
            name="proceeding",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="monitoring.proceeding",
            ),
        ),
        migrations.AddField(
            model_name="proceedingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="monitoring.proceeding",
            ),
        ),
        migrations.AddField(
            model_name="proceedinghandler",
            name="proceeding",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handlers",
                to="monitoring.proceeding",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceedingnumber",
            constraint=models.UniqueConstraint(
                fields=("region_code", "kind", "year"), name="monitoring_number_once"
            ),
        ),
        migrations.AddField(
            model_name="proceedingstep",
            name="proceeding",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="monitoring.proceeding",
            ),
        ),
        migrations.AddIndex(
            model_name="clueorigin",
            index=models.Index(
                condition=models.Q(("run_id__isnull", False)),
                fields=["run_id"],
                name="monitoring_origin_run",
            ),
        ),
        migrations.AddIndex(
            model_name="proceedingclock",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["due_on"],
                name="monitoring_clock_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceedingclock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("proceeding", "clock"),
                name="monitoring_clock_runs_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceedingclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_on__isnull", True), ("is_late__isnull", True)),
                    models.Q(("ended_on__isnull", False), ("is_late__isnull", False)),
                    _connector="OR",
                ),
                name="monitoring_clock_ended_is_judged",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proceedingclock",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_clock_version" ("began_at", "climbed", "clock", "counted_from", "data", "due_on", "ended_on", "extended", "id", "is_late", "is_provisional", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "region_code") SELECT old_values."began_at", old_values."climbed", old_values."clock", old_values."counted_from", old_values."data", old_values."due_on", old_values."ended_on", old_values."extended", old_values."id", old_values."is_late", old_values."is_provisional", NOW(), \'replaced\', old_values."id", old_values."proceeding_id", old_values."region_code" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5a6aea0523797ce15a3c63b0fcd4b165b6cba839",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_ec1f4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="monitoring_clock",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proceedingclock",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_clock_version" ("began_at", "climbed", "clock", "counted_from", "data", "due_on", "ended_on", "extended", "id", "is_late", "is_provisional", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "region_code") SELECT old_values."began_at", old_values."climbed", old_values."clock", old_values."counted_from", old_values."data", old_values."due_on", old_values."ended_on", old_values."extended", old_values."id", old_values."is_late", old_values."is_provisional", NOW(), \'deleted\', old_values."id", old_values."proceeding_id", old_values."region_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ed00f533e369270e6a97752f9bdf73b5b332ca9c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_ec9eb",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="monitoring_clock",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="proceedinghandler",
            index=models.Index(
                condition=models.Q(("until__isnull", True)),
                fields=["user_id"],
                name="monitoring_duties",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceedinghandler",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("proceeding", "user_id"),
                name="monitoring_handler_once",
            ),
        ),
    ]
