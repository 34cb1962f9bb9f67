"""The tables of the audit log: rows, those waiting for their seal, seals, checkpoints."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


class Result(models.TextChoices):
    """Whether what was asked for was done."""

    OK = "OK"
    REFUSED = "REFUSED"


class AuditEvent(models.Model):
    """One thing that somebody did, read or was refused. Rows are only ever added.

    What 等保 8.1.4.3 b asks for: when, who, what kind of event, with what success; and beside it
    the place, the subject, the post, the network address and the reason given.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=120)
    # Dotted and past tense: registry.batch.committed.
    action = models.CharField(max_length=80)
    region_code = RegionCodeField()
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=120)
    detail = models.JSONField(default=dict, blank=True)
    result = models.CharField(max_length=8, choices=Result, default=Result.OK)
    purpose = models.CharField(max_length=200, blank=True, default="")
    post_id = models.UUIDField(null=True, blank=True)
    # The network address of the request, "" for commands and the worker.
    client = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "audit_event"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__regex=r"^[a-z_]+(\.[a-z_]+)+$"),
                name="audit_event_action_is_dotted",
            ),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=["USER", "SYSTEM", "COMMAND", "NOBODY"]),
                name="audit_event_actor_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(result__in=Result.values), name="audit_event_result_known"
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="audit_event_newest"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_event_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_event_actor"),
            models.Index(fields=["at", "id"], name="audit_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.actor_label} {self.action} {self.subject_id}"


class PendingEvent(models.Model):
    """A row that is not sealed yet. A trigger on the log adds it, the sealer takes it away.

    It commits with its row, so a row that commits late is sealed late and never passed over.
    """

    event_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "audit_pending"

    def __str__(self) -> str:
        return str(self.event_id)


class Segment(models.Model):
    """Rows that were sealed together, chained to the segment before (`canonical` says how).

    `leaves` holds 32 bytes a row, `tags` 16 bytes a row, in the order of `event_ids`.
    """

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    rows = models.IntegerField()
    sealed_at = models.DateTimeField()
    event_ids = ArrayField(models.UUIDField())
    body = models.BinaryField()
    leaves = models.BinaryField()
    tags = models.BinaryField()
    previous = models.BinaryField()
    chain = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        db_table = "audit_segment"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, rows__gte=1, first__gte=1),
                name="audit_segment_counts_from_one",
            ),
            models.UniqueConstraint(fields=["first"], name="audit_segment_first_once"),
        ]
        indexes = [
            models.Index(fields=["sealed_at"], name="audit_segment_sealed"),
            GinIndex(fields=["event_ids"], name="audit_segment_ids"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.rows})"


class Checkpoint(models.Model):
    """A checkpoint of the chain that was sent to the witness, or could not be."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_at = models.DateTimeField()
    number = models.BigIntegerField()
    # The error's code when the witness did not take it, else "".
    error = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return f"{self.number} {self.error or 'OK'}"
