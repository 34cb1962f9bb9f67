"""Tables of the cases' papers and of the county's decision batches."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from bangfu.domains.monitoring.domain.cases import BatchDecision, BatchStage, PaperKind
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


class CasePaper(models.Model):
    """A paper of a case (文书) under its number: made by the platform, or a signed original or its
    scan. Rows are only ever added; a newer one of a kind stands in the place of the older."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding = models.ForeignKey(
        "monitoring.Proceeding", on_delete=models.PROTECT, related_name="papers",
        db_constraint=False,
    )  # fmt: skip
    paper = models.CharField(max_length=40, db_collation="C")
    no = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    dated_on = models.DateField(null=True, blank=True)
    file_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=255, blank=True, default="")
    size = models.BigIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)

    class Meta:
        db_table = "monitoring_case_paper"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[str(one) for one in PaperKind]),
                name="monitoring_case_paper_kind_known",
            ),
            # What we made has its file; of an original the number alone may be known at first.
            models.CheckConstraint(
                condition=~Q(kind="MADE") | Q(file_id__isnull=False),
                name="monitoring_case_paper_made_has_file",
            ),
        ]
        indexes = [
            models.Index(fields=["proceeding", "paper", "-id"], name="monitoring_case_paper_of"),
            models.Index(fields=["proceeding", "no"], name="monitoring_case_paper_no"),
        ]

    def __str__(self) -> str:
        return f"{self.paper} {self.no}"


@pghistory.track(
    pghistory.UpdateEvent(
        "replaced", row="OLD", level=pgtrigger.Statement, condition=pgtrigger.AnyChange()
    ),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    exclude=["county_code"],
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "monitoring_decision_batch_version"},
)
class DecisionBatch(models.Model):
    """A list that the county decides on at once, under one 批复 number (审定批次)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    no = models.CharField(max_length=40)
    procedure = models.CharField(max_length=40, db_collation="C")
    stage = models.CharField(max_length=10, default=BatchStage.DRAFT)
    approval_no = models.CharField(max_length=80, blank=True, default="")
    decided_on = models.DateField(null=True, blank=True)
    agency = models.CharField(max_length=120, blank=True, default="")
    meeting = models.CharField(max_length=120, blank=True, default="")
    deciders = ArrayField(models.UUIDField(), default=list, blank=True)
    scan_file_id = models.UUIDField(null=True, blank=True)
    scan_name = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    created_by_id = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "monitoring_decision_batch"
        constraints = [
            models.UniqueConstraint(fields=["county_code", "no"], name="monitoring_batch_no_once"),
            models.UniqueConstraint(
                fields=["region_code", "id"], name="monitoring_batch_in_region"
            ),
            models.UniqueConstraint(
                fields=["county_code", "approval_no"],
                condition=~Q(approval_no="") & ~Q(stage="DROPPED"),
                name="monitoring_batch_approval_once",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[str(one) for one in BatchStage]),
                name="monitoring_batch_stage_known",
            ),
            models.CheckConstraint(
                condition=~Q(stage="DECIDED")
                | (
                    ~Q(approval_no="")
                    & Q(decided_on__isnull=False)
                    & Q(scan_file_id__isnull=False)
                    & Q(decided_at__isnull=False)
                ),
                name="monitoring_batch_decided_is_sealed",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="monitoring_batch_newest")]

    def __str__(self) -> str:
        return f"{self.no} {self.stage}"


class DecisionBatchRow(models.Model):
    """One case on a county's list, and how it is decided. It lies where its case lies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    batch_id = models.UUIDField()
    proceeding = models.ForeignKey(
        "monitoring.Proceeding", on_delete=models.PROTECT, related_name="batch_rows",
        db_constraint=False,
    )  # fmt: skip
    decision = models.CharField(max_length=10)
    category = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=1000, blank=True, default="")
    is_live = models.BooleanField(default=True)

    class Meta:
        db_table = "monitoring_decision_batch_row"
        constraints = [
            models.UniqueConstraint(
                fields=["batch_id", "proceeding"], name="monitoring_batch_row_once"
            ),
            # A case waits on one list at a time.
            models.UniqueConstraint(
                fields=["proceeding"], condition=Q(is_live=True), name="monitoring_batch_row_live"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[str(one) for one in BatchDecision]),
                name="monitoring_batch_row_decision_known",
            ),
            models.CheckConstraint(
                condition=~Q(decision="REFUSE") | ~Q(reason=""),
                name="monitoring_batch_row_refused_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["batch_id"], name="monitoring_batch_row_of")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.decision}"
