"""The table of jobs. The queue itself is procrastinate's and holds ids alone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.foundation.jobs.domain import JobState
from bangfu.kernel.uuid7 import uuid7


class Job(models.Model):
    """A piece of background work, started by somebody under their scope (任务)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    # The region of the scope under which it was started, and under which it runs.
    region_code = RegionCodeField()
    state = models.CharField(max_length=10, default=JobState.QUEUED)
    args = models.JSONField(default=dict, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=120)
    # The post in which a user started it; the job ends with it.
    post_id = models.UUIDField(null=True, blank=True)
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    # The department of that post; the job runs for its data alone. Empty: for no department.
    department = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "jobs_job"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in JobState]),
                name="jobs_job_state_known",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="jobs_job_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
