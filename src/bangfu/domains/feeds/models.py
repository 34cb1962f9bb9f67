"""Tables of the landed batches, of what used them, and of the authorisations."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.feeds.domain import FeedbackState, LandingState
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
_HISTORY: dict[str, Any] = {
    "exclude": ["county_code"],
    "obj_field": pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    "context_field": None,
    "meta": {"db_table": "feeds_feedback_version"},
}


class Landing(models.Model):
    """A committed batch in the lake. At most one is LIVE per dataset, county and period."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch_id = models.UUIDField(unique=True)
    dataset = models.CharField(max_length=80)
    region_code = RegionCodeField()
    period = models.CharField(max_length=7)
    as_of = models.DateField()
    state = models.CharField(max_length=12, default=LandingState.LIVE)
    path = models.CharField(max_length=300)
    content_sm3 = models.CharField(max_length=64)
    rows = models.IntegerField()
    matched = models.IntegerField()
    unmatched = models.IntegerField()
    sums = models.JSONField(default=dict, blank=True)
    supersedes = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    landed_at = models.DateTimeField()
    landed_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "feeds_landing"
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "region_code", "period"],
                condition=models.Q(state=LandingState.LIVE),
                name="feeds_landing_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in LandingState]),
                name="feeds_landing_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(period__regex=_MONTH), name="feeds_landing_period_is_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(rows=models.F("matched") + models.F("unmatched")),
                name="feeds_landing_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.region_code} {self.period} {self.state}"


class Use(models.Model):
    """That something, such as a screening run, read a batch; listed when it is taken back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch_id = models.UUIDField()
    region_code = RegionCodeField()
    used_by_kind = models.CharField(max_length=40)
    used_by_id = models.CharField(max_length=64)
    label = models.CharField(max_length=200, blank=True, default="")
    used_at = models.DateTimeField()

    class Meta:
        db_table = "feeds_use"
        constraints = [
            models.UniqueConstraint(
                fields=["batch_id", "used_by_kind", "used_by_id"], name="feeds_use_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used_by_kind} {self.used_by_id} of {self.batch_id}"


class Authorization(models.Model):
    """A signed paper by which a person lets the county compare their assets (承诺授权书)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    person_token = models.CharField(max_length=64)
    id_number = EncryptedField()
    person_name = EncryptedField()
    paper_no = models.CharField(max_length=40)
    signed_on = models.DateField()
    expires_on = models.DateField()
    witness = models.CharField(max_length=40)
    batch_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    revoked_on = models.DateField(null=True, blank=True)
    revoked_reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "feeds_authorization"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "person_token", "paper_no"],
                name="feeds_authorization_paper_once",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("signed_on")),
                name="feeds_authorization_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "expires_on"], name="feeds_authorization_live"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_no} {self.region_code} {self.signed_on}–{self.expires_on}"


@pghistory.track(
    pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    **_HISTORY,
)
class Feedback(models.Model):
    """A request to the owner of some data to correct them (数据校核反馈单).

    It names a person by the register's id only; the ID number goes into the downloaded form and
    nowhere else. `changed_by`, `changed_at` and `note` tell of the last step; the steps before it
    are the versions.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    no = models.CharField(max_length=30, db_collation="C")
    dataset = models.CharField(max_length=80)
    period = models.CharField(max_length=7)
    batch_id = models.UUIDField(null=True, blank=True)
    household_no = models.CharField(max_length=40, blank=True, default="", db_collation="C")
    person_id = models.UUIDField(null=True, blank=True)
    column = models.CharField(max_length=60)
    stated = models.CharField(max_length=200)
    expected = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=12, default=FeedbackState.DRAFT)
    sent_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True, default="")
    answered_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "feeds_feedback"
        constraints = [
            models.UniqueConstraint(fields=["county_code", "no"], name="feeds_feedback_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in FeedbackState]),
                name="feeds_feedback_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(period__regex=_MONTH), name="feeds_feedback_period_is_a_month"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="SENT") | models.Q(due_on__isnull=False),
                name="feeds_feedback_sent_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="feeds_feedback_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.dataset} {self.state}"
