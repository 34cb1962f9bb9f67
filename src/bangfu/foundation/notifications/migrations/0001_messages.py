"""Messages: the inbox read by its person alone, what leaves by SMS, and how people are reached."""

import django.db.models.deletion
from django.db import migrations, models

import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.foundation.notifications.domain
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls
from bangfu.foundation.notifications.security import OwnRows


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False)),
                ("is_sms_on", models.BooleanField(default=False)),
                ("phone", bangfu.foundation.crypto.fields.EncryptedField(blank=True, null=True)),
                ("phone_token", models.CharField(blank=True, default="", max_length=64)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "pending_phone",
                    bangfu.foundation.crypto.fields.EncryptedField(blank=True, null=True),
                ),
                ("code_hash", models.CharField(blank=True, default="", max_length=64)),
                ("code_until", models.DateTimeField(blank=True, null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                ("codes_on", models.DateField(blank=True, null=True)),
                ("codes", models.PositiveSmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "notifications_contact",
            },
        ),
        migrations.CreateModel(
            name="DigestDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("people", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "notifications_digest",
            },
        ),
        migrations.CreateModel(
            name="StoppedPhone",
            fields=[
                ("token", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=20)),
                ("since", models.DateTimeField()),
            ],
            options={
                "db_table": "notifications_stopped",
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                ("user_id", models.UUIDField()),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("subject", models.CharField(max_length=60)),
                ("params", models.JSONField(blank=True, default=dict)),
                ("link", models.CharField(blank=True, default="", max_length=250)),
                ("key", models.CharField(blank=True, default="", max_length=120)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "notifications_message",
                "indexes": [
                    models.Index(fields=["user_id", "-id"], name="notifications_message_newest"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["user_id"],
                        name="notifications_message_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("user_id", "key"),
                        name="notifications_message_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
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
                ("user_id", models.UUIDField()),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("channel", models.CharField(default="SMS", max_length=10)),
                ("key", models.CharField(blank=True, default="", max_length=120)),
                (
                    "state",
                    models.CharField(
                        default=bangfu.foundation.notifications.domain.OutboxState["WAITING"],
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("unclear", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=40)),
                ("created_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.message",
                    ),
                ),
            ],
            options={
                "db_table": "notifications_outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["WAITING", "SENDING"])),
                        fields=["next_at"],
                        name="notifications_outbox_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "DEAD")),
                        fields=["-id"],
                        name="notifications_outbox_dead",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "channel"), name="notifications_outbox_once_a_way"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("user_id", "channel", "key"),
                        name="notifications_outbox_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["WAITING", "SENDING", "SENT", "SKIPPED", "DEAD"])
                        ),
                        name="notifications_outbox_state_known",
                    ),
                ],
            },
        ),
        EnableRegionRls("notifications_message"),
        OwnRows("notifications_message", has_region=True, changes="read_at"),
        EnableRegionRls("notifications_outbox"),
        OwnRows("notifications_contact", has_region=False),
    ]
