"""The table of the audit log."""

from __future__ import annotations

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
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.actor_label} {self.action} {self.subject_id}"
