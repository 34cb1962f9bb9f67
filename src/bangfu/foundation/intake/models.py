"""The table of batches."""

from __future__ import annotations

from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.foundation.intake.domain import BatchState
from bangfu.kernel.uuid7 import uuid7


class Batch(models.Model):
    """One file handed in for one dataset, place and period (批次)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.CharField(max_length=80)
    region_code = RegionCodeField()
    period = models.CharField(max_length=7, blank=True, default="")
    as_of = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, default=BatchState.RECEIVED)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()
    file_sm3 = models.CharField(max_length=64)
    # Ids without foreign keys: a foreign key would answer whether another county's row exists.
    file_id = models.UUIDField(null=True, blank=True)
    error_file_id = models.UUIDField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    duplicate_of = models.UUIDField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    issues = models.JSONField(default=list, blank=True)
    errors = models.JSONField(default=list, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    staged_path = models.CharField(max_length=400, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    staged_at = models.DateTimeField(null=True, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "intake_batch"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in BatchState]),
                name="intake_batch_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(file_sm3__regex=r"^[0-9a-f]{64}$"),
                name="intake_batch_hash_is_sm3",
            ),
            models.CheckConstraint(
                condition=models.Q(period="") | models.Q(period__regex=r"^\d{4}-(0[1-9]|1[0-2])$"),
                name="intake_batch_period_is_a_month",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=BatchState.COMMITTED)
                | models.Q(committed_at__isnull=False),
                name="intake_batch_commit_has_a_time",
            ),
            # F16: of two users who commit the same file at once, the second is refused here.
            models.UniqueConstraint(
                fields=["dataset", "region_code", "period", "file_sm3"],
                condition=models.Q(state=BatchState.COMMITTED),
                name="intake_batch_file_committed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="intake_batch_newest"),
            models.Index(fields=["dataset", "file_sm3"], name="intake_batch_by_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.region_code} {self.period} {self.state}"
