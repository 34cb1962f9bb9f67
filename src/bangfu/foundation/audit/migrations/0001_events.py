"""The audit log, to which rows are only ever added."""

from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
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
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=8)),
                ("actor_id", models.CharField(max_length=120)),
                ("actor_label", models.CharField(max_length=120)),
                ("action", models.CharField(max_length=80)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("subject_kind", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=120)),
                ("detail", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "db_table": "audit_event",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="audit_event_newest"),
                    models.Index(fields=["subject_kind", "subject_id"], name="audit_event_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__regex", "^[a-z_]+(\\.[a-z_]+)+$")),
                        name="audit_event_action_is_dotted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("actor_kind__in", ["USER", "SYSTEM", "COMMAND"])),
                        name="audit_event_actor_kind_known",
                    ),
                ],
            },
        ),
        EnableRegionRls("audit_event"),
        AppendOnly("audit_event"),
    ]
