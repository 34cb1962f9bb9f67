"""Tables of messages, of what leaves by SMS, and of how a person is reached."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.foundation.notifications.domain import SMS, OutboxState
from bangfu.kernel.uuid7 import uuid7


class Message(models.Model):
    """One message to one person (消息). Its text is made when it is read.

    Deleted a dated term after it was read, by the platform alone (`keeping`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    # The place that it is about.
    region_code = RegionCodeField()
    subject = models.CharField(max_length=60)
    params = models.JSONField(default=dict, blank=True)
    link = models.CharField(max_length=250, blank=True, default="")
    # What the same fact is known by: a person is told of it once.
    key = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notifications_message"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "key"],
                condition=~models.Q(key=""),
                name="notifications_message_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user_id", "-id"], name="notifications_message_newest"),
            models.Index(
                fields=["user_id"],
                condition=models.Q(read_at__isnull=True),
                name="notifications_message_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.user_id}"


class Outbox(models.Model):
    """A message on its way out of the house (发件箱): at most once for each way."""

    # Also what the gateway knows it by, so that it can tell a repetition.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    user_id = models.UUIDField()
    region_code = RegionCodeField()
    subject = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, default=SMS)
    key = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=10, default=OutboxState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How many of them ended without anybody knowing whether it was sent.
    unclear = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "notifications_outbox"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "channel"], name="notifications_outbox_once_a_way"
            ),
            models.UniqueConstraint(
                fields=["user_id", "channel", "key"],
                condition=~models.Q(key=""),
                name="notifications_outbox_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in OutboxState]),
                name="notifications_outbox_state_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["WAITING", "SENDING"]),
                name="notifications_outbox_due",
            ),
            models.Index(
                fields=["-id"],
                condition=models.Q(state="DEAD"),
                name="notifications_outbox_dead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state} {self.id}"


class Contact(models.Model):
    """How a person wants to be reached by SMS (短信设置). A telephone counts once it is proved."""

    user_id = models.UUIDField(primary_key=True)
    is_sms_on = models.BooleanField(default=False)
    phone = EncryptedField(null=True, blank=True)
    # The language of its SMS.
    language = models.CharField(max_length=2, default="zh")
    phone_token = models.CharField(max_length=64, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The gateway said that nothing arrives there.
    bounced_at = models.DateTimeField(null=True, blank=True)
    # A telephone that is being proved: its code as a hash, until when, and how often it was wrong.
    pending_phone = EncryptedField(null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True, default="")
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    codes_on = models.DateField(null=True, blank=True)
    codes = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "notifications_contact"

    def __str__(self) -> str:
        return f"{self.user_id} {self.is_sms_on}"


class StoppedPhone(models.Model):
    """A telephone that gets no SMS (短信拒收): its owner answered so, or an administrator says so.

    Nobody's data: a token that nothing can be read back from.
    """

    token = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(max_length=20)
    since = models.DateTimeField()

    class Meta:
        db_table = "notifications_stopped"

    def __str__(self) -> str:
        return f"{self.reason} {self.since}"


class DigestDay(models.Model):
    """A working day whose digest was made (每日汇总)."""

    day = models.DateField(primary_key=True)
    made_at = models.DateTimeField()
    people = models.PositiveIntegerField()

    class Meta:
        db_table = "notifications_digest"

    def __str__(self) -> str:
        return f"{self.day} {self.people}"
