"""The table of the audit log."""

from __future__ import annotations

from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


class AuditEvent(models.Model):
    """One thing that somebody did. Rows are only ever added."""

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

    class Meta:
        db_table = "audit_event"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__regex=r"^[a-z_]+(\.[a-z_]+)+$"),
                name="audit_event_action_is_dotted",
            ),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=["USER", "SYSTEM", "COMMAND"]),
                name="audit_event_actor_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="audit_event_newest"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.actor_label} {self.action} {self.subject_id}"
