"""A post of a department user is for one department's data; those from before end here."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bangfu.foundation.accounts.domain

# Nobody can say which department a post of before was for, so it ends, its version is kept, and
# two persons grant it again. Row security, forced on the owner too, is let go for this statement.
END_WITHOUT_DEPARTMENT = migrations.RunSQL(
    [
        'ALTER TABLE "accounts_post" NO FORCE ROW LEVEL SECURITY',
        'ALTER TABLE "accounts_post_version" NO FORCE ROW LEVEL SECURITY',
        """
        UPDATE accounts_post SET ended_at = now()
        WHERE role = 'DEPARTMENT_USER' AND ended_at IS NULL
        """,
        # Deferred checks of the rows above would keep the table from being altered.
        "SET CONSTRAINTS ALL IMMEDIATE",
        'ALTER TABLE "accounts_post" FORCE ROW LEVEL SECURITY',
        'ALTER TABLE "accounts_post_version" FORCE ROW LEVEL SECURITY',
    ],
    migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_guarded_acts"),
    ]

    operations = [
        END_WITHOUT_DEPARTMENT,
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="granted_stands",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="replaced_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="deleted_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="postproposal",
            name="decided_once",
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="accounts_post_open_once",
        ),
        migrations.RemoveConstraint(
            model_name="postproposal",
            name="accounts_proposal_open_once",
        ),
        migrations.AddField(
            model_name="post",
            name="department",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="postevent",
            name="department",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="postproposal",
            name="department",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="granted_stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.kind,\n    NEW.proposed_by, NEW.approved_by, NEW.department)\n   IS DISTINCT FROM\n   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.kind,\n    OLD.proposed_by, OLD.approved_by, OLD.department)\n   OR COALESCE(NEW.valid_to, 'infinity') > COALESCE(OLD.valid_to, 'infinity')\n   OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)\nTHEN RAISE EXCEPTION 'a granted post may only end' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="b9349d6298f0a95d8ac3156772e1c4164e70d294",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_post_version" ("approved_by", "department", "duty", "ended_at", "id", "kind", "office", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by", "region_code", "role", "user_id", "valid_from", "valid_to") SELECT old_values."approved_by", old_values."department", old_values."duty", old_values."ended_at", old_values."id", old_values."kind", old_values."office", NOW(), \'replaced\', old_values."id", old_values."proposed_by", old_values."region_code", old_values."role", old_values."user_id", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="655d283edf99d85e783043e30f5338e555b806d1",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_post_version" ("approved_by", "department", "duty", "ended_at", "id", "kind", "office", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by", "region_code", "role", "user_id", "valid_from", "valid_to") SELECT old_values."approved_by", old_values."department", old_values."duty", old_values."ended_at", old_values."id", old_values."kind", old_values."office", NOW(), \'deleted\', old_values."id", old_values."proposed_by", old_values."region_code", old_values."role", old_values."user_id", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="fd73d270eaf80d94b07a12507e3a8c376d09e9bd",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_ebd70",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="accounts_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="postproposal",
            trigger=pgtrigger.compiler.Trigger(
                name="decided_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF OLD.state <> 'PROPOSED' OR\n   (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.valid_to,\n    NEW.kind, NEW.office, NEW.note, NEW.proposed_by, NEW.department)\n   IS DISTINCT FROM\n   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.valid_to,\n    OLD.kind, OLD.office, OLD.note, OLD.proposed_by, OLD.department)\nTHEN RAISE EXCEPTION 'a proposal is decided once, as proposed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="400ad7405c48a3f4fbb88ab075886e7fba96e684",
                    operation="UPDATE",
                    pgid="pgtrigger_decided_once_b5671",
                    table="accounts_proposal",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("role", "DEPARTMENT_USER"), models.Q(("department", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("role", "DEPARTMENT_USER"), _negated=True), ("department", "")
                    ),
                    ("ended_at__isnull", False),
                    _connector="OR",
                ),
                name="accounts_post_department_of_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("valid_to__isnull", True)),
                fields=("user", "role", "region_code", "department"),
                name="accounts_post_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="postproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", bangfu.foundation.accounts.domain.ProposalState["PROPOSED"])
                ),
                fields=("user", "role", "region_code", "department"),
                name="accounts_proposal_open_once",
            ),
        ),
    ]
