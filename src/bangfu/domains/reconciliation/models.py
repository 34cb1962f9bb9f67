"""Tables of the reconciliations with the national system and of their items."""

from __future__ import annotations

from django.db import models

from bangfu.domains.reconciliation.domain import ItemKind, ItemState, State
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


class Reconciliation(models.Model):
    """One comparison of the register with an export of the national system."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    as_of = models.DateField()
    file_name = models.CharField(max_length=255)
    file_sm3 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default=State.RUNNING)
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reconciliation_reconciliation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(one) for one in State]),
                name="reconciliation_state_known",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"{self.region_code} {self.as_of} {self.file_name}"


class ReconciliationItem(models.Model):
    """One thing to enter or to correct in the national system (待录入、待核对).

    `key` names the thing whatever the values are, so that the item of the last export is known
    again; it holds a digest of the household, the person's token and the column.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.CharField(max_length=6, db_collation="C")
    key = models.CharField(max_length=64, db_collation="C")
    reconciliation_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100, blank=True, default="")
    person_token = models.CharField(max_length=64, db_collation="C", blank=True, default="")
    member_name = models.CharField(max_length=100, blank=True, default="")
    column = models.CharField(max_length=60, blank=True, default="")
    here = models.TextField(blank=True, default="")
    there = models.TextField(blank=True, default="")
    state = models.CharField(max_length=12, default=ItemState.OPEN)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    dismissed_by = models.CharField(max_length=120, blank=True, default="")
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reconciliation_item"
        constraints = [
            models.UniqueConstraint(
                fields=["county_code", "key"], name="reconciliation_item_once_in_county"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[str(one) for one in ItemKind]),
                name="reconciliation_item_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(one) for one in ItemState]),
                name="reconciliation_item_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.DISMISSED) | ~models.Q(reason=""),
                name="reconciliation_item_dismissed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "household_no", "id"], name="reconciliation_item_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.household_no} {self.column}"
