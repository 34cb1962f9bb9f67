"""The table of requests for bulk exports."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.foundation.exports.domain import RequestState
from bangfu.kernel.uuid7 import uuid7

_STANDS = """
IF (NEW.id, NEW.kind, NEW.region_code, NEW.fingerprint, NEW.rows, NEW.requested_by)
   IS DISTINCT FROM
   (OLD.id, OLD.kind, OLD.region_code, OLD.fingerprint, OLD.rows, OLD.requested_by)
   OR NOT ((OLD.state = 'REQUESTED' AND NEW.state IN ('APPROVED', 'REJECTED', 'WITHDRAWN'))
           OR (OLD.state = 'APPROVED' AND NEW.state = 'USED'
               AND NEW.decided_by = OLD.decided_by))
THEN RAISE EXCEPTION 'a request stands as it was decided' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_DECIDED = (RequestState.APPROVED, RequestState.REJECTED, RequestState.USED)


class ExportRequest(models.Model):
    """A bulk export that somebody asks for and somebody else decides on (批量导出申请)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    # The place of the requester's post.
    region_code = RegionCodeField()
    # Filters without the search text; the fingerprint has it all.
    filters = models.JSONField(default=dict, blank=True)
    is_searched = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    purpose = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=RequestState.REQUESTED)
    requested_by = models.CharField(max_length=120)
    requested_by_label = models.CharField(max_length=120)
    requested_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_by_label = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "exports_request"
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="stands", operation=pgtrigger.Update, when=pgtrigger.Before, func=_STANDS
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=[str(state) for state in _DECIDED])
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("requested_by"))),
                name="exports_request_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in RequestState]),
                name="exports_request_state_known",
            ),
            models.CheckConstraint(condition=~models.Q(purpose=""), name="exports_request_purpose"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["region_code", "-id"], name="exports_request_newest")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rows} {self.state}"


class ExportTaken(models.Model):
    """A list that somebody took without a second person; a day's lists count together, so that a
    bulk export cannot be had in slices."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    actor_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "exports_taken"
        indexes: ClassVar = [models.Index(fields=["actor_id", "-at"], name="exports_taken_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.rows} {self.at}"
