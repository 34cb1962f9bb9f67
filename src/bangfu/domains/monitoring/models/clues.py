"""Tables beside the proceedings: explained hits, held batches, bulk acts, village lists."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from bangfu.domains.monitoring.domain.breaker import BatchState
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class ExplainedHit(models.Model):
    """A hit that somebody has answered (已答复的提示): silent while its facts stay as they were.

    `facts_digest` is that of the facts when it was answered; `until` the day on which a run first
    found them changed or the hit gone. It lies where its proceeding lies.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding_id = models.UUIDField()
    household_id = models.UUIDField()
    rule_id = models.CharField(max_length=60, db_collation="C")
    facts_digest = models.CharField(max_length=64, db_collation="C")
    outcome = models.CharField(max_length=40, db_collation="C")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "monitoring_explained_hit"
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "rule_id"],
                condition=Q(until__isnull=True),
                name="monitoring_explained_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.since}"


@pghistory.track(
    pghistory.UpdateEvent(
        "replaced", row="OLD", level=pgtrigger.Statement, condition=pgtrigger.AnyChange()
    ),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "monitoring_held_batch_version"},
)
class HeldBatch(models.Model):
    """The clues of a run that were not made because there were too many (熔断暂存批次).

    It belongs to the county, which releases or discards it. `rules`: rule → households hit.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    run_id = models.UUIDField(unique=True)
    period = models.CharField(max_length=7, db_collation="C")
    held_at = models.DateTimeField()
    # How many clues there would be, about how many households of how many screened.
    clues = models.IntegerField()
    households = models.IntegerField()
    screened = models.IntegerField()
    # Where the most would be, and how many.
    village_code = models.CharField(max_length=12, db_collation="C")
    village_clues = models.IntegerField()
    # What was passed, by the limits of that day.
    exceeded = models.CharField(max_length=10)
    share_limit = models.DecimalField(max_digits=5, decimal_places=4)
    village_limit = models.IntegerField()
    rules = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=BatchState.HELD)
    reason = models.CharField(max_length=500, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_by_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "monitoring_held_batch"
        constraints = [
            models.CheckConstraint(
                condition=Q(period__regex=_MONTH), name="monitoring_held_period_is_a_month"
            ),
            models.CheckConstraint(
                condition=Q(state=str(BatchState.HELD), decided_at__isnull=True, reason="")
                | (
                    Q(state__in=[str(BatchState.RELEASED), str(BatchState.DISCARDED)])
                    & Q(decided_at__isnull=False)
                    & ~Q(reason="")
                ),
                name="monitoring_held_decided_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="monitoring_held_newest")]

    def __str__(self) -> str:
        return f"{self.region_code} {self.period} {self.state}"


class BulkAct(models.Model):
    """One act on many clues (批量办理): what it did, so that it can be undone.

    `items`: of each clue its id, the revision that the act left, and the state and handlers before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The place of the post that acted.
    region_code = RegionCodeField()
    act = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    count = models.IntegerField()
    items = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "monitoring_bulk_act"
        indexes = [models.Index(fields=["region_code", "-id"], name="monitoring_bulk_newest")]

    def __str__(self) -> str:
        return f"{self.act} {self.count}"


class VillageList(models.Model):
    """What a village has to check in a month (本月核查清单), under one number.

    `entries`: files that came back, as {sha256, at, by, taken}.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    month = models.CharField(max_length=7, db_collation="C")
    no = models.CharField(max_length=40, db_collation="C")
    issued_on = models.DateField()
    due_on = models.DateField()
    contact = models.CharField(max_length=60, blank=True, default="")
    contact_phone = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    entries = models.JSONField(default=list, blank=True)

    class Meta:
        db_table = "monitoring_village_list"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "month"], name="monitoring_village_list_once"
            ),
            models.UniqueConstraint(
                fields=["county_code", "no"], name="monitoring_village_list_no_once"
            ),
            models.UniqueConstraint(
                fields=["region_code", "id"], name="monitoring_village_list_in_region"
            ),
            models.CheckConstraint(
                condition=Q(month__regex=_MONTH), name="monitoring_village_list_is_of_a_month"
            ),
        ]

    def __str__(self) -> str:
        return self.no


class VillageListRow(models.Model):
    """A clue of a village list and, once it came back, what was found. Clues of one household
    that share a `place` are one row of the list.

    `answer` is JSON as it was written on the list; `result` says what came of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    list = models.ForeignKey(
        VillageList, on_delete=models.PROTECT, related_name="rows", db_constraint=False
    )
    place = models.IntegerField()
    proceeding_id = models.UUIDField()
    clue_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100, blank=True, default="")
    answer = EncryptedField(null=True, blank=True)
    result = models.CharField(max_length=10, blank=True, default="")
    entered_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "monitoring_village_row"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "proceeding_id"], name="monitoring_village_row_once"
            ),
        ]
        indexes = [models.Index(fields=["proceeding_id"], name="monitoring_village_row_clue")]

    def __str__(self) -> str:
        return f"{self.clue_no} {self.place}"
