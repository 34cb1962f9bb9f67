"""Change requests, their steps and their evidence."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.domains.changes.domain
import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ChangeRequestEvent",
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
                ("kind", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.changes.domain.State["DRAFT"], max_length=16
                    ),
                ),
                ("household_id", models.UUIDField()),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(max_length=100)),
                ("happened_on", models.DateField()),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("facts", bangfu.foundation.crypto.fields.EncryptedField()),
                ("revision", models.IntegerField(default=1)),
                ("flags", models.JSONField(blank=True, default=list)),
                (
                    "persons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(db_collation="C", max_length=64),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "households",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "closing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("is_structural", models.BooleanField(default=False)),
                ("field", models.CharField(blank=True, default="", max_length=60)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("created_by_id", models.CharField(max_length=120)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("village_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("town_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("act_id", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "db_table": "changes_request_version",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChangeStep",
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
                ("step", models.CharField(max_length=12)),
                ("decision", models.CharField(blank=True, default="", max_length=12)),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "db_table": "changes_step",
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
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
                ("kind", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.domains.changes.domain.State["DRAFT"], max_length=16
                    ),
                ),
                ("household_id", models.UUIDField()),
                ("household_no", models.CharField(db_collation="C", max_length=40)),
                ("head_name", models.CharField(max_length=100)),
                ("happened_on", models.DateField()),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("facts", bangfu.foundation.crypto.fields.EncryptedField()),
                ("revision", models.IntegerField(default=1)),
                ("flags", models.JSONField(blank=True, default=list)),
                (
                    "persons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(db_collation="C", max_length=64),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "households",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "closing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("is_structural", models.BooleanField(default=False)),
                ("field", models.CharField(blank=True, default="", max_length=60)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("created_by_id", models.CharField(max_length=120)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("village_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("town_by_id", models.CharField(blank=True, default="", max_length=120)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("act_id", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "db_table": "changes_request",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="changes_request_newest"),
                    models.Index(fields=["household_no"], name="changes_request_by_household"),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "RETURNED", "SUBMITTED", "VILLAGE_AGREED"])
                        ),
                        fields=["tokens"],
                        name="changes_request_open_people",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "RETURNED", "SUBMITTED", "VILLAGE_AGREED"])
                        ),
                        fields=["households"],
                        name="changes_request_open_homes",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county_code", "no"), name="changes_request_no_once"
                    ),
                    models.UniqueConstraint(
                        fields=("region_code", "id"), name="changes_request_in_region"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "DRAFT",
                                    "SUBMITTED",
                                    "VILLAGE_AGREED",
                                    "APPROVED",
                                    "RETURNED",
                                    "REJECTED",
                                    "WITHDRAWN",
                                    "UNDONE",
                                ],
                            )
                        ),
                        name="changes_request_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("town_by_id", ""),
                            models.Q(
                                models.Q(("town_by_id", models.F("created_by_id")), _negated=True),
                                models.Q(
                                    ("town_by_id", models.F("submitted_by_id")), _negated=True
                                ),
                                models.Q(("town_by_id", models.F("village_by_id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="changes_request_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["APPROVED", "UNDONE"]), _negated=True),
                            models.Q(("act_id__isnull", False), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="changes_request_approved_has_act",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeEvidence",
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
                ("file_id", models.UUIDField()),
                ("name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="changes.changerequest",
                    ),
                ),
            ],
            options={
                "db_table": "changes_evidence",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="changerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "changes_request_version" ("act_id", "closing", "created_at", "created_by", "created_by_id", "decided_at", "due_on", "facts", "field", "flags", "happened_on", "head_name", "household_id", "household_no", "households", "id", "is_structural", "kind", "no", "note", "persons", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_code", "revision", "state", "submitted_at", "submitted_by_id", "tokens", "town_by_id", "village_by_id") SELECT old_values."act_id", old_values."closing", old_values."created_at", old_values."created_by", old_values."created_by_id", old_values."decided_at", old_values."due_on", old_values."facts", old_values."field", old_values."flags", old_values."happened_on", old_values."head_name", old_values."household_id", old_values."household_no", old_values."households", old_values."id", old_values."is_structural", old_values."kind", old_values."no", old_values."note", old_values."persons", NOW(), \'replaced\', old_values."id", old_values."region_code", old_values."revision", old_values."state", old_values."submitted_at", old_values."submitted_by_id", old_values."tokens", old_values."town_by_id", old_values."village_by_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."act_id" IS DISTINCT FROM (new_values."act_id") OR old_values."closing" IS DISTINCT FROM (new_values."closing") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by" IS DISTINCT FROM (new_values."created_by") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."decided_at" IS DISTINCT FROM (new_values."decided_at") OR old_values."due_on" IS DISTINCT FROM (new_values."due_on") OR old_values."field" IS DISTINCT FROM (new_values."field") OR old_values."happened_on" IS DISTINCT FROM (new_values."happened_on") OR old_values."head_name" IS DISTINCT FROM (new_values."head_name") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_no" IS DISTINCT FROM (new_values."household_no") OR old_values."households" IS DISTINCT FROM (new_values."households") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_structural" IS DISTINCT FROM (new_values."is_structural") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."no" IS DISTINCT FROM (new_values."no") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."persons" IS DISTINCT FROM (new_values."persons") OR old_values."region_code" IS DISTINCT FROM (new_values."region_code") OR old_values."revision" IS DISTINCT FROM (new_values."revision") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."submitted_at" IS DISTINCT FROM (new_values."submitted_at") OR old_values."submitted_by_id" IS DISTINCT FROM (new_values."submitted_by_id") OR old_values."tokens" IS DISTINCT FROM (new_values."tokens") OR old_values."town_by_id" IS DISTINCT FROM (new_values."town_by_id") OR old_values."village_by_id" IS DISTINCT FROM (new_values."village_by_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="77e57558030e84cf216170c3538ae518fe5ce19e",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_fb70e",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="changes_request",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="changerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "changes_request_version" ("act_id", "closing", "created_at", "created_by", "created_by_id", "decided_at", "due_on", "facts", "field", "flags", "happened_on", "head_name", "household_id", "household_no", "households", "id", "is_structural", "kind", "no", "note", "persons", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_code", "revision", "state", "submitted_at", "submitted_by_id", "tokens", "town_by_id", "village_by_id") SELECT old_values."act_id", old_values."closing", old_values."created_at", old_values."created_by", old_values."created_by_id", old_values."decided_at", old_values."due_on", old_values."facts", old_values."field", old_values."flags", old_values."happened_on", old_values."head_name", old_values."household_id", old_values."household_no", old_values."households", old_values."id", old_values."is_structural", old_values."kind", old_values."no", old_values."note", old_values."persons", NOW(), \'deleted\', old_values."id", old_values."region_code", old_values."revision", old_values."state", old_values."submitted_at", old_values."submitted_by_id", old_values."tokens", old_values."town_by_id", old_values."village_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e3182c48c962be43f48933fb5d47a3ac90bb6bcc",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_c3c70",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="changes_request",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="changerequestevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="versions",
                to="changes.changerequest",
            ),
        ),
        migrations.AddField(
            model_name="changestep",
            name="request",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="changes.changerequest",
            ),
        ),
    ]
