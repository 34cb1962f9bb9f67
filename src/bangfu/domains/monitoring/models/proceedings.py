"""Tables of the proceedings, their steps, clocks, handlers and origins.

All rows of a proceeding lie in its region; the keys of the parts hold the region and follow it
(`migrations/0002_region_security.py`), so that a household that moves takes its proceedings along
by one update.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


@pghistory.track(
    # The facts are encrypted anew at each writing; `revision` says when they changed.
    pghistory.UpdateEvent(
        "replaced",
        row="OLD",
        level=pgtrigger.Statement,
        condition=pgtrigger.AnyChange(exclude=["facts"]),
    ),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    exclude=["county_code"],
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "monitoring_proceeding_version"},
)
class Proceeding(models.Model):
    """One instance of a procedure (办件): a clue, a suspicion, a case.

    It lies in the village of its household, or in the place named where no household is known.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    no = models.CharField(max_length=40, db_collation="C")
    procedure = models.CharField(max_length=40, db_collation="C")
    version = models.CharField(max_length=20, db_collation="C")
    digest = models.CharField(max_length=64, db_collation="C")
    state = models.CharField(max_length=40, db_collation="C")
    # JSON of what is known; names and reasons stand in it.
    facts = EncryptedField()
    household_id = models.UUIDField(null=True, blank=True)
    household_no = models.CharField(max_length=40, db_collation="C", blank=True, default="")
    head_name = models.CharField(max_length=100, blank=True, default="")
    source = models.CharField(max_length=40, blank=True, default="")
    # The matter by which clues about one household are joined.
    risk = models.CharField(max_length=60, db_collation="C", blank=True, default="")
    title_zh = models.CharField(max_length=300, blank=True, default="")
    title_en = models.CharField(max_length=300, blank=True, default="")
    # Classes of standards/columns.yaml that the title and the facts tell.
    classes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    severity = models.SmallIntegerField(default=0)
    assessed_level = models.CharField(max_length=12, blank=True, default="")
    period = models.CharField(max_length=7, blank=True, default="")
    origin_id = models.UUIDField(null=True, blank=True)
    joined_to_id = models.UUIDField(null=True, blank=True)
    batch_id = models.UUIDField(null=True, blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.IntegerField(default=1)
    # Level that has the next step, and the department that it is with.
    waits_for = models.CharField(max_length=12, blank=True, default="")
    department = models.CharField(max_length=40, blank=True, default="")
    next_clock = models.CharField(max_length=40, blank=True, default="")
    next_due_on = models.DateField(null=True, blank=True)
    is_provisional = models.BooleanField(default=False)
    overdue_level = models.CharField(max_length=12, blank=True, default="")
    is_supervised = models.BooleanField(default=False)
    # The department of the matter while a clock of it has climbed to the sector: it sees it then.
    urged = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "monitoring_proceeding"
        constraints = [
            models.UniqueConstraint(fields=["county_code", "no"], name="monitoring_no_once"),
            models.UniqueConstraint(fields=["region_code", "id"], name="monitoring_in_region"),
            # Clues of one matter about one household are joined; OTHER is no matter.
            models.UniqueConstraint(
                fields=["household_id", "risk"],
                condition=Q(procedure="clue", closed_at__isnull=True, household_id__isnull=False)
                & ~Q(risk__in=["", "OTHER"]),
                name="monitoring_one_open_clue",
            ),
            models.UniqueConstraint(
                fields=["household_id", "procedure"],
                condition=Q(
                    procedure__in=["identification", "clearing"],
                    closed_at__isnull=True,
                    household_id__isnull=False,
                ),
                name="monitoring_one_open_case",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, outcome=models.F("state")),
                name="monitoring_end_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(next_clock="", next_due_on__isnull=True)
                | (~Q(next_clock="") & Q(next_due_on__isnull=False)),
                name="monitoring_clock_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="monitoring_newest"),
            models.Index(fields=["household_id"], name="monitoring_by_household"),
            models.Index(fields=["household_no"], name="monitoring_by_number"),
            models.Index(
                fields=["region_code", "next_due_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="monitoring_open_due",
            ),
            models.Index(
                fields=["department", "next_due_on"],
                condition=Q(closed_at__isnull=True) & ~Q(department=""),
                name="monitoring_department",
            ),
            models.Index(
                fields=["urged", "next_due_on"],
                condition=Q(closed_at__isnull=True) & ~Q(urged=""),
                name="monitoring_urged",
            ),
            models.Index(fields=["origin_id"], name="monitoring_by_origin"),
            models.Index(fields=["batch_id"], name="monitoring_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.state}"


class ProceedingStep(models.Model):
    """A step that was taken (办理记录). Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding = models.ForeignKey(
        Proceeding, on_delete=models.PROTECT, related_name="steps", db_constraint=False
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    step = models.CharField(max_length=40, db_collation="C")
    from_state = models.CharField(max_length=40, db_collation="C", blank=True, default="")
    to_state = models.CharField(max_length=40, db_collation="C")
    # JSON of what the step brought.
    facts = EncryptedField()
    note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        db_table = "monitoring_step"

    def __str__(self) -> str:
        return f"{self.step} {self.at}"


@pghistory.track(
    pghistory.UpdateEvent(
        "replaced", row="OLD", level=pgtrigger.Statement, condition=pgtrigger.AnyChange()
    ),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "monitoring_clock_version"},
)
class ProceedingClock(models.Model):
    """A time limit that runs or ran for a proceeding (时限). `data` is the whole deadline.

    `climbed`: the rungs reached, as {level, on, is_supervised}.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding = models.ForeignKey(
        Proceeding, on_delete=models.PROTECT, related_name="clocks", db_constraint=False
    )
    clock = models.CharField(max_length=40, db_collation="C")
    counted_from = models.DateField()
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    data = models.JSONField()
    climbed = models.JSONField(default=list, blank=True)
    began_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    is_late = models.BooleanField(null=True, blank=True)

    class Meta:
        db_table = "monitoring_clock"
        constraints = [
            models.UniqueConstraint(
                fields=["proceeding", "clock"],
                condition=Q(ended_on__isnull=True),
                name="monitoring_clock_runs_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, is_late__isnull=True)
                | Q(ended_on__isnull=False, is_late__isnull=False),
                name="monitoring_clock_ended_is_judged",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(ended_on__isnull=True), name="monitoring_clock_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.due_on}"


class ProceedingHandler(models.Model):
    """Somebody whose duty a proceeding is or was (承办人)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding = models.ForeignKey(
        Proceeding, on_delete=models.PROTECT, related_name="handlers", db_constraint=False
    )
    user_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "monitoring_handler"
        constraints = [
            models.UniqueConstraint(
                fields=["proceeding", "user_id"],
                condition=Q(until__isnull=True),
                name="monitoring_handler_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user_id"], condition=Q(until__isnull=True), name="monitoring_duties"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.since}"


class ClueOrigin(models.Model):
    """A report that a proceeding holds (线索来源); joining adds one. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    proceeding = models.ForeignKey(
        Proceeding, on_delete=models.PROTECT, related_name="origins", db_constraint=False
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    source = models.CharField(max_length=40, blank=True, default="")
    # What was said, and the name and telephone of who said it.
    words = EncryptedField()
    reporter = EncryptedField()
    run_id = models.UUIDField(null=True, blank=True)
    rule_id = models.CharField(max_length=60, db_collation="C", blank=True, default="")
    facts_digest = models.CharField(max_length=64, db_collation="C", blank=True, default="")
    period = models.CharField(max_length=7, blank=True, default="")

    class Meta:
        db_table = "monitoring_origin"
        indexes = [
            models.Index(
                fields=["run_id"], condition=Q(run_id__isnull=False), name="monitoring_origin_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.at}"


class ProceedingNumber(models.Model):
    """The last number given to a kind of paper in a county and year; `region_code` is the county's.

    Updating the row is the lock: two who ask at once get two numbers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    kind = models.CharField(max_length=20, db_collation="C")
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        db_table = "monitoring_number"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "kind", "year"], name="monitoring_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}{self.year} {self.last}"
