"""Reads and refusals beside writes: result, reason, post and network address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_events"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="auditevent",
            name="audit_event_actor_kind_known",
        ),
        migrations.AddField(
            model_name="auditevent",
            name="client",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="post_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="purpose",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="result",
            field=models.CharField(
                choices=[("OK", "Ok"), ("REFUSED", "Refused")], default="OK", max_length=8
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["actor_id", "-id"], name="audit_event_actor"),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor_kind__in", ["USER", "SYSTEM", "COMMAND", "NOBODY"])),
                name="audit_event_actor_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["OK", "REFUSED"])),
                name="audit_event_result_known",
            ),
        ),
    ]
