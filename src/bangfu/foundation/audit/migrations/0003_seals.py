"""Segments that chain the rows, the rows that wait for one, and the checkpoints sent off."""

import django.contrib.postgres.fields
from django.db import migrations, models

import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly

# The row and its place in the queue commit together.
_QUEUE = """
CREATE FUNCTION bangfu_audit_queue() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN
  INSERT INTO audit_pending (event_id) SELECT id FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER bangfu_audit_queue AFTER INSERT ON audit_event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION bangfu_audit_queue();
"""
_UNQUEUE = """
DROP TRIGGER bangfu_audit_queue ON audit_event;
DROP FUNCTION bangfu_audit_queue();
"""

# Rows written before there were seals get one too; the owner looks past its own row security.
_EARLIER = """
ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_pending (event_id) SELECT id FROM audit_event;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_reads_and_refusals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
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
                ("made_at", models.DateTimeField()),
                ("number", models.BigIntegerField()),
                ("error", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={
                "db_table": "audit_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="PendingEvent",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "audit_pending",
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("sealed_at", models.DateTimeField()),
                (
                    "event_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("body", models.BinaryField()),
                ("leaves", models.BinaryField()),
                ("tags", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("chain", models.BinaryField()),
                ("seal", models.BinaryField()),
            ],
            options={
                "db_table": "audit_segment",
                "indexes": [models.Index(fields=["sealed_at"], name="audit_segment_sealed")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__gte", 1), ("number__gte", 1), ("rows__gte", 1)),
                        name="audit_segment_counts_from_one",
                    ),
                    models.UniqueConstraint(fields=("first",), name="audit_segment_first_once"),
                ],
            },
        ),
        AppendOnly("audit_segment"),
        AppendOnly("audit_checkpoint"),
        migrations.RunSQL(_QUEUE, _UNQUEUE),
        migrations.RunSQL(_EARLIER, migrations.RunSQL.noop),
    ]
