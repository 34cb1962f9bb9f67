"""Posts are granted by two persons; accounts are of one duty; proposals of posts."""

import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls

# Posts of before keep what they allow under the names of the new table of roles. Row security,
# forced on the owner too, is let go for these statements alone.
CARRY_OVER = migrations.RunSQL(
    [
        'ALTER TABLE "accounts_post" NO FORCE ROW LEVEL SECURITY',
        """
        UPDATE accounts_post SET role = CASE
            WHEN role = 'ACCOUNTS_ADMIN' THEN 'SYSTEM_ADMINISTRATOR'
            WHEN role = 'SUPERVISOR' AND region_code = '000000000000' THEN 'NATION_OFFICER'
            WHEN role = 'SUPERVISOR' AND region_code LIKE '__0000000000' THEN 'PROVINCE_OFFICER'
            WHEN role = 'SUPERVISOR' THEN 'PREFECTURE_OFFICER'
            ELSE role END
        """,
        """
        UPDATE accounts_post SET duty = CASE role
            WHEN 'SYSTEM_ADMINISTRATOR' THEN 'SYSTEM'
            WHEN 'AUDITOR' THEN 'AUDIT' ELSE 'BUSINESS' END
        """,
        """
        UPDATE accounts_user SET duty = held.duty
        FROM (SELECT user_id, min(duty) AS duty FROM accounts_post GROUP BY user_id) AS held
        WHERE held.user_id = accounts_user.id
        """,
        # Deferred checks of the rows above would keep the table from being altered.
        "SET CONSTRAINTS ALL IMMEDIATE",
        'ALTER TABLE "accounts_post" FORCE ROW LEVEL SECURITY',
    ],
    migrations.RunSQL.noop,
)
# A post is of its holder's duty: the database lets no account be two administrators.
ONE_DUTY = migrations.RunSQL(
    """
    ALTER TABLE "accounts_post" ADD CONSTRAINT "accounts_post_duty_of_holder"
    FOREIGN KEY (user_id, duty) REFERENCES "accounts_user" (id, duty)
    """,
    'ALTER TABLE "accounts_post" DROP CONSTRAINT "accounts_post_duty_of_holder"',
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sign_in"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountHome",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="home",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
            ],
            options={
                "db_table": "accounts_home",
                "indexes": [models.Index(fields=["region_code"], name="accounts_home_by_place")],
            },
        ),
        migrations.CreateModel(
            name="PostProposal",
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
                ("role", models.CharField(max_length=40)),
                ("duty", models.CharField(max_length=10)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("kind", models.CharField(default="REGULAR", max_length=10)),
                ("office", models.CharField(blank=True, default="", max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("state", models.CharField(default="PROPOSED", max_length=10)),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_by_label", models.CharField(max_length=120)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("decided_by_label", models.CharField(blank=True, default="", max_length=120)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "accounts_proposal",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="replaced_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="deleted_delete",
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="accounts_post_open_once",
        ),
        migrations.AddField(
            model_name="post",
            name="approved_by",
            field=models.CharField(default="before-four-eyes:approved", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="post",
            name="duty",
            field=models.CharField(default="BUSINESS", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="post",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="post",
            name="kind",
            field=models.CharField(default="REGULAR", max_length=10),
        ),
        migrations.AddField(
            model_name="post",
            name="office",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="post",
            name="proposed_by",
            field=models.CharField(default="before-four-eyes:proposed", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="postevent",
            name="approved_by",
            field=models.CharField(default="before-four-eyes:approved", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="postevent",
            name="duty",
            field=models.CharField(default="BUSINESS", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="postevent",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="postevent",
            name="kind",
            field=models.CharField(default="REGULAR", max_length=10),
        ),
        migrations.AddField(
            model_name="postevent",
            name="office",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="postevent",
            name="proposed_by",
            field=models.CharField(default="before-four-eyes:proposed", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="user",
            name="duty",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        CARRY_OVER,
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="granted_stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.kind,\n    NEW.proposed_by, NEW.approved_by)\n   IS DISTINCT FROM\n   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.kind,\n    OLD.proposed_by, OLD.approved_by)\n   OR COALESCE(NEW.valid_to, 'infinity') > COALESCE(OLD.valid_to, 'infinity')\n   OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)\nTHEN RAISE EXCEPTION 'a granted post may only end' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="d9ad79a9722c294d91ee9743f6b8d0161de885fa",
                    operation="UPDATE",
                    pgid="pgtrigger_granted_stands_9fb71",
                    table="accounts_post",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_post_version" ("approved_by", "duty", "ended_at", "id", "kind", "office", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by", "region_code", "role", "user_id", "valid_from", "valid_to") SELECT old_values."approved_by", old_values."duty", old_values."ended_at", old_values."id", old_values."kind", old_values."office", NOW(), \'replaced\', old_values."id", old_values."proposed_by", old_values."region_code", old_values."role", old_values."user_id", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="379fa767272066fd12bba2c4b962de2e731aa388",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_replaced_update_c140b",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="accounts_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_post_version" ("approved_by", "duty", "ended_at", "id", "kind", "office", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by", "region_code", "role", "user_id", "valid_from", "valid_to") SELECT old_values."approved_by", old_values."duty", old_values."ended_at", old_values."id", old_values."kind", old_values."office", NOW(), \'deleted\', old_values."id", old_values."proposed_by", old_values."region_code", old_values."role", old_values."user_id", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7573990c521cbc807b6235e5bbb32e87de15de90",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_ebd70",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="accounts_post",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposed_by", models.F("approved_by")), _negated=True),
                name="accounts_post_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "proposed_by",
                            django.db.models.functions.comparison.Cast(
                                "user_id", models.CharField()
                            ),
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "approved_by",
                            django.db.models.functions.comparison.Cast(
                                "user_id", models.CharField()
                            ),
                        ),
                        _negated=True,
                    ),
                ),
                name="accounts_post_nobody_grants_to_himself",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("duty", "SYSTEM"), ("role", "SYSTEM_ADMINISTRATOR")),
                    models.Q(("duty", "SECURITY"), ("role", "SECURITY_ADMINISTRATOR")),
                    models.Q(("duty", "AUDIT"), ("role__in", ["AUDIT_ADMINISTRATOR", "AUDITOR"])),
                    models.Q(
                        ("duty__in", ["BUSINESS", "PUBLIC"]),
                        models.Q(
                            (
                                "role__in",
                                [
                                    "SYSTEM_ADMINISTRATOR",
                                    "SECURITY_ADMINISTRATOR",
                                    "AUDIT_ADMINISTRATOR",
                                    "AUDITOR",
                                ],
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="accounts_post_duty_of_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "REGULAR"), ("valid_to__isnull", False), _connector="OR"
                ),
                name="accounts_post_temporary_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("valid_to__isnull", True)),
                fields=("user", "role", "region_code"),
                name="accounts_post_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("id", "duty"), name="accounts_user_one_duty"
            ),
        ),
        migrations.AddField(
            model_name="postproposal",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="postproposal",
            index=models.Index(fields=["region_code", "-id"], name="accounts_proposal_newest"),
        ),
        migrations.AddConstraint(
            model_name="postproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ("state", "WITHDRAWN"),
                    _connector="OR",
                ),
                name="accounts_proposal_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="postproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "proposed_by",
                            django.db.models.functions.comparison.Cast(
                                "user_id", models.CharField()
                            ),
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "decided_by",
                            django.db.models.functions.comparison.Cast(
                                "user_id", models.CharField()
                            ),
                        ),
                        _negated=True,
                    ),
                ),
                name="accounts_proposal_nobody_for_himself",
            ),
        ),
        migrations.AddConstraint(
            model_name="postproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by", ""), ("state", "PROPOSED")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ["APPROVED", "REJECTED", "WITHDRAWN"]),
                        models.Q(("decided_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_proposal_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="postproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "PROPOSED")),
                fields=("user", "role", "region_code"),
                name="accounts_proposal_open_once",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="postproposal",
            trigger=pgtrigger.compiler.Trigger(
                name="decided_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF OLD.state <> 'PROPOSED' OR\n   (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.valid_to,\n    NEW.kind, NEW.office, NEW.note, NEW.proposed_by)\n   IS DISTINCT FROM\n   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.valid_to,\n    OLD.kind, OLD.office, OLD.note, OLD.proposed_by)\nTHEN RAISE EXCEPTION 'a proposal is decided once, as proposed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="afea1c62218cee6a10d3992a317c81537b867593",
                    operation="UPDATE",
                    pgid="pgtrigger_decided_once_b5671",
                    table="accounts_proposal",
                    when="BEFORE",
                ),
            ),
        ),
        ONE_DUTY,
        EnableRegionRls("accounts_home"),
        EnableRegionRls("accounts_proposal"),
    ]
