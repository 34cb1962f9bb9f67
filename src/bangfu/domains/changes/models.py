"""Tables of change requests, their steps and their evidence."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.changes.domain import OPEN, State
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


@pghistory.track(
    # The facts are encrypted anew at each writing; `revision` says when they changed.
    pghistory.UpdateEvent(
        "replaced",
        row="OLD",
        level=pgtrigger.Statement,
        condition=pgtrigger.AnyChange(exclude=["facts", "flags"]),
    ),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    exclude=["county_code"],
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "changes_request_version"},
)
class ChangeRequest(models.Model):
    """A request to change the register (变更申请). It lies in the village of its household."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    no = models.CharField(max_length=40, db_collation="C")
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=16, default=State.DRAFT)
    household_id = models.UUIDField()
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100)
    happened_on = models.DateField()
    note = models.CharField(max_length=1000, blank=True, default="")
    # JSON; names and ID numbers stand in it.
    facts = EncryptedField()
    revision = models.IntegerField(default=1)
    flags = models.JSONField(default=list, blank=True)
    # What it touches, for conflicts.
    persons = ArrayField(models.UUIDField(), default=list)
    tokens = ArrayField(models.CharField(max_length=64, db_collation="C"), default=list)
    households = ArrayField(models.UUIDField(), default=list)
    closing = ArrayField(models.UUIDField(), default=list)
    is_structural = models.BooleanField(default=False)
    field = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    created_by_id = models.CharField(max_length=120)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by_id = models.CharField(max_length=120, blank=True, default="")
    village_by_id = models.CharField(max_length=120, blank=True, default="")
    town_by_id = models.CharField(max_length=120, blank=True, default="")
    due_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    act_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "changes_request"
        constraints = [
            models.UniqueConstraint(fields=["county_code", "no"], name="changes_request_no_once"),
            models.UniqueConstraint(fields=["region_code", "id"], name="changes_request_in_region"),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in State]),
                name="changes_request_state_known",
            ),
            # Who asked or agreed does not approve: held by the database as well.
            models.CheckConstraint(
                condition=models.Q(town_by_id="")
                | (
                    ~models.Q(town_by_id=models.F("created_by_id"))
                    & ~models.Q(town_by_id=models.F("submitted_by_id"))
                    & ~models.Q(town_by_id=models.F("village_by_id"))
                ),
                name="changes_request_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[str(State.APPROVED), str(State.UNDONE)])
                | models.Q(act_id__isnull=False, decided_at__isnull=False),
                name="changes_request_approved_has_act",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="changes_request_newest"),
            models.Index(fields=["household_no"], name="changes_request_by_household"),
            GinIndex(
                fields=["tokens"],
                condition=models.Q(state__in=sorted(str(state) for state in OPEN)),
                name="changes_request_open_people",
            ),
            GinIndex(
                fields=["households"],
                condition=models.Q(state__in=sorted(str(state) for state in OPEN)),
                name="changes_request_open_homes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.state}"


class ChangeStep(models.Model):
    """What somebody did with a request. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    request = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, related_name="steps", db_constraint=False
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    step = models.CharField(max_length=12)
    decision = models.CharField(max_length=12, blank=True, default="")
    note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        db_table = "changes_step"

    def __str__(self) -> str:
        return f"{self.step} {self.at}"


class ChangeEvidence(models.Model):
    """A file handed in with a request. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    request = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, related_name="evidence", db_constraint=False
    )
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    note = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "changes_evidence"

    def __str__(self) -> str:
        return self.name
