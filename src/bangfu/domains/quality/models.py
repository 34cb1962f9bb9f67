"""Tables of the work list: checks, items with their history, exceptions, counts by village."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.quality.domain import EndReason, ItemState
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

# Who did it stands in the audit row of the same transaction.
_HISTORY: dict[str, Any] = {
    "obj_field": pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    "context_field": None,
}


def _county() -> models.GeneratedField:
    return models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )


class QualityCheck(models.Model):
    """A finished check (核查) of one county.

    Officers below the county see when their county was checked and by which pack.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    as_of = models.DateField()
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=40)
    pack_hash = models.CharField(max_length=64)
    households = models.IntegerField()
    persons = models.IntegerField()
    rules_run = models.IntegerField()
    not_asked = models.JSONField(default=list)
    open = models.IntegerField()
    new = models.IntegerField()
    fixed = models.IntegerField()
    excepted = models.IntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)

    class Meta:
        db_table = "quality_check"
        indexes = [models.Index(fields=["region_code", "-finished_at"], name="quality_newest")]

    def __str__(self) -> str:
        return f"{self.region_code} {self.as_of}"


@pghistory.track(
    # Only moves make a version: that the text of a finding changed is no news.
    pghistory.UpdateEvent(
        "moved", row="OLD", level=pgtrigger.Statement, condition=pgtrigger.AnyChange("state")
    ),
    fields=["id", "region_code", "rule_id", "state", "fingerprint", "fixed_on", "opened_check"],
    model_name="QualityItemVersion",
    meta={"db_table": "quality_item_version"},
    **_HISTORY,
)
class QualityItem(models.Model):
    """Something that a rule found at a household or member, from the first check that saw it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    rule_id = models.CharField(max_length=80, db_collation="C")
    household_id = models.UUIDField()
    household_no = models.CharField(max_length=40, db_collation="C")
    person_id = models.UUIDField(null=True, blank=True)
    values = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32, db_collation="C")
    message_zh = models.TextField()
    message_en = models.TextField()
    state = models.CharField(max_length=8, choices=[(one.value, one.name) for one in ItemState])
    first_seen_on = models.DateField()
    # Of an open item the last check says when it was last seen; a check writes only what differs.
    last_seen_on = models.DateField(null=True, blank=True)
    fixed_on = models.DateField(null=True, blank=True)
    # The checks that opened it and that no longer found it.
    opened_check = models.UUIDField()
    fixed_check = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "quality_item"
        constraints = [
            models.UniqueConstraint(
                fields=["county_code", "rule_id", "household_id", "person_id"],
                nulls_distinct=False,
                name="quality_item_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[one.value for one in ItemState]),
                name="quality_item_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="FIXED", fixed_on__isnull=False, fixed_check__isnull=False)
                | (~models.Q(state="FIXED") & models.Q(fixed_check__isnull=True)),
                name="quality_item_fixed_by_a_check",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "household_no", "rule_id", "id"],
                name="quality_item_place",
            ),
            models.Index(fields=["state", "region_code"], name="quality_item_by_state"),
            models.Index(fields=["household_id"], name="quality_item_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.household_no} {self.state}"


class QualityException(models.Model):
    """Why an item may stay as it is (例外); it holds for the values that were excepted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    item = models.ForeignKey(
        QualityItem, on_delete=models.PROTECT, related_name="exceptions", db_constraint=False
    )
    fingerprint = models.CharField(max_length=32, db_collation="C")
    reason = models.CharField(max_length=500)
    until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")
    end_reason = models.CharField(
        max_length=8, blank=True, default="", choices=[(one.value, one.name) for one in EndReason]
    )

    class Meta:
        db_table = "quality_exception"
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(ended_at__isnull=True),
                name="quality_exception_one_in_force",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="quality_exception_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="quality_exception_by_place")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.reason[:20]}"


class QualityCount(models.Model):
    """What a check left in one village, so that every place sees its own course of time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    # The owner checks a plain key without row security, and a check is the county's.
    check_id = models.UUIDField()
    open = models.IntegerField()
    new = models.IntegerField()
    fixed = models.IntegerField()
    excepted = models.IntegerField()

    class Meta:
        db_table = "quality_count"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "check_id"], name="quality_count_once_a_place"
            ),
        ]
        indexes = [models.Index(fields=["check_id"], name="quality_count_by_check")]

    def __str__(self) -> str:
        return f"{self.region_code} {self.open}"
