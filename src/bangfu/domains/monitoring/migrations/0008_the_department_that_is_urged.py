"""The department to which the ladder of a late proceeding has come, so that it can see it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0007_unsure_clocks_and_one_status"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="proceeding",
            name="replaced_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="proceeding",
            name="deleted_delete",
        ),
        migrations.AddField(
            model_name="proceeding",
            name="urged",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="proceedingevent",
            name="urged",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="proceeding",
            index=models.Index(
                condition=models.Q(
                    ("closed_at__isnull", True), models.Q(("urged", ""), _negated=True)
                ),
                fields=["urged", "next_due_on"],
                name="monitoring_urged",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proceeding",
            trigger=pgtrigger.compiler.Trigger(
                name="replaced_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_proceeding_version" ("assessed_level", "batch_id", "changed_at", "classes", "closed_at", "department", "digest", "facts", "head_name", "household_id", "household_no", "id", "is_provisional", "is_supervised", "joined_to_id", "next_clock", "next_due_on", "no", "opened_at", "origin_id", "outcome", "overdue_level", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure", "region_code", "revision", "risk", "severity", "source", "state", "title_en", "title_zh", "urged", "version", "waits_for") SELECT old_values."assessed_level", old_values."batch_id", old_values."changed_at", old_values."classes", old_values."closed_at", old_values."department", old_values."digest", old_values."facts", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."is_provisional", old_values."is_supervised", old_values."joined_to_id", old_values."next_clock", old_values."next_due_on", old_values."no", old_values."opened_at", old_values."origin_id", old_values."outcome", old_values."overdue_level", old_values."period", NOW(), \'replaced\', old_values."id", old_values."procedure", old_values."region_code", old_values."revision", old_values."risk", old_values."severity", old_values."source", old_values."state", old_values."title_en", old_values."title_zh", old_values."urged", old_values."version", old_values."waits_for" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assessed_level" IS DISTINCT FROM (new_values."assessed_level") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."changed_at" IS DISTINCT FROM (new_values."changed_at") OR old_values."classes" IS DISTINCT FROM (new_values."classes") OR old_values."closed_at" IS DISTINCT FROM (new_values."closed_at") OR old_values."department" IS DISTINCT FROM (new_values."department") OR old_values."digest" IS DISTINCT FROM (new_values."digest") OR old_values."head_name" IS DISTINCT FROM (new_values."head_name") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_no" IS DISTINCT FROM (new_values."household_no") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_provisional" IS DISTINCT FROM (new_values."is_provisional") OR old_values."is_supervised" IS DISTINCT FROM (new_values."is_supervised") OR old_values."joined_to_id" IS DISTINCT FROM (new_values."joined_to_id") OR old_values."next_clock" IS DISTINCT FROM (new_values."next_clock") OR old_values."next_due_on" IS DISTINCT FROM (new_values."next_due_on") OR old_values."no" IS DISTINCT FROM (new_values."no") OR old_values."opened_at" IS DISTINCT FROM (new_values."opened_at") OR old_values."origin_id" IS DISTINCT FROM (new_values."origin_id") OR old_values."outcome" IS DISTINCT FROM (new_values."outcome") OR old_values."overdue_level" IS DISTINCT FROM (new_values."overdue_level") OR old_values."period" IS DISTINCT FROM (new_values."period") OR old_values."procedure" IS DISTINCT FROM (new_values."procedure") OR old_values."region_code" IS DISTINCT FROM (new_values."region_code") OR old_values."revision" IS DISTINCT FROM (new_values."revision") OR old_values."risk" IS DISTINCT FROM (new_values."risk") OR old_values."severity" IS DISTINCT FROM (new_values."severity") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."title_en" IS DISTINCT FROM (new_values."title_en") OR old_values."title_zh" IS DISTINCT FROM (new_values."title_zh") OR old_values."urged" IS DISTINCT FROM (new_values."urged") OR old_values."version" IS DISTINCT FROM (new_values."version") OR old_values."waits_for" IS DISTINCT FROM (new_values."waits_for")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="0e7c5b91d4e8b1cf87fa2e40b3726b8de58e9da7",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_proceeding_version" ("assessed_level", "batch_id", "changed_at", "classes", "closed_at", "department", "digest", "facts", "head_name", "household_id", "household_no", "id", "is_provisional", "is_supervised", "joined_to_id", "next_clock", "next_due_on", "no", "opened_at", "origin_id", "outcome", "overdue_level", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure", "region_code", "revision", "risk", "severity", "source", "state", "title_en", "title_zh", "urged", "version", "waits_for") SELECT old_values."assessed_level", old_values."batch_id", old_values."changed_at", old_values."classes", old_values."closed_at", old_values."department", old_values."digest", old_values."facts", old_values."head_name", old_values."household_id", old_values."household_no", old_values."id", old_values."is_provisional", old_values."is_supervised", old_values."joined_to_id", old_values."next_clock", old_values."next_due_on", old_values."no", old_values."opened_at", old_values."origin_id", old_values."outcome", old_values."overdue_level", old_values."period", NOW(), \'deleted\', old_values."id", old_values."procedure", old_values."region_code", old_values."revision", old_values."risk", old_values."severity", old_values."source", old_values."state", old_values."title_en", old_values."title_zh", old_values."urged", old_values."version", old_values."waits_for" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6ec6b508844deabf8f74cd8705c8053e88128cfa",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_01c79",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="monitoring_proceeding",
                    when="AFTER",
                ),
            ),
        ),
    ]
