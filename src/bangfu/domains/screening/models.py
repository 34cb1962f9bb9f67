"""Tables of the screening: published runs, each household's hint over time, adopted packs."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from bangfu.domains.screening.domain import Severity
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class Run(models.Model):
    """A published run (筛查) of one county and month.

    Officers below the county see their county's runs too, as the origin of what they read; the
    county's counts are for those whose scope holds the county (`selectors` leaves them out).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    period = models.CharField(max_length=7, db_collation="C")
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=40)
    pack_hash = models.CharField(max_length=64)
    inputs_hash = models.CharField(max_length=64)
    result_hash = models.CharField(max_length=64)
    households = models.IntegerField()
    persons = models.IntegerField()
    hints = models.JSONField(default=dict)
    new = models.IntegerField()
    changed = models.IntegerField()
    gone = models.IntegerField()
    coverage = models.JSONField(default=list)
    # Relative to the folder of runs.
    folder = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)

    class Meta:
        db_table = "screening_run"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period__regex=_MONTH), name="screening_run_period_is_a_month"
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-period", "-id"], name="screening_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.period} {self.result_hash[:12]}"


class HouseholdHint(models.Model):
    """What the runs of the months [valid_from, valid_to) say about a household (系统提示).

    Every screened household has exactly one row per month, also when nothing was found, so that
    "screened, nothing found" and "not screened" are told apart. A run writes only what differs.
    """

    id = models.BigAutoField(primary_key=True)
    region_code = RegionCodeField()
    household_id = models.UUIDField()
    severity = models.SmallIntegerField(choices=[(one.value, one.name) for one in Severity])
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    fired = ArrayField(models.CharField(max_length=80))
    undecided = ArrayField(models.CharField(max_length=80))
    valid_from = models.CharField(max_length=7, db_collation="C")
    # NULL is the open end, which no month can stand for.
    valid_to = models.CharField(max_length=7, db_collation="C", null=True, blank=True)  # noqa: DJ001
    run_id = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "screening_household_hint"
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "valid_from"], name="screening_hint_once_a_month"
            ),
            models.UniqueConstraint(
                fields=["household_id"],
                condition=models.Q(valid_to__isnull=True),
                name="screening_hint_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="screening_hint_span_is_not_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=[one.value for one in Severity]),
                name="screening_hint_severity_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "-severity", "household_id"],
                condition=models.Q(valid_to__isnull=True),
                name="screening_hint_worst",
            ),
            GinIndex(fields=["fired"], name="screening_hint_fired"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {Severity(self.severity).word} {self.valid_from}"


class PackAdoption(models.Model):
    """A county's decision, under a document, which rule pack decides from a month on (启用规则包).

    Rows are only added. The newest of the latest month that has begun is in force; an empty hash
    means the national pack again. The pack itself is kept in the folder named by its hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=40)
    pack_hash = models.CharField(max_length=64, blank=True, default="")
    document_no = models.CharField(max_length=80)
    note = models.TextField(blank=True, default="")
    from_period = models.CharField(max_length=7, db_collation="C")
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=120)

    class Meta:
        db_table = "screening_pack_adoption"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_period__regex=_MONTH),
                name="screening_adoption_from_a_month",
            ),
            models.CheckConstraint(
                condition=~models.Q(document_no=""), name="screening_adoption_has_a_document"
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "-from_period", "-id"], name="screening_adoption_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.pack} {self.pack_version} {self.document_no}"
