"""Tables of pairings and handovers."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.assistance.domain import EndReason
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


@pghistory.track(
    pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    exclude=["county_code"],
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "assistance_pairing_version"},
)
class Pairing(models.Model):
    """A cadre who answers for a household from a day to a day (结对). It lies in the household's
    village. `valid_to` is the last day; the day before `valid_from` where it held no whole day.
    A pairing that a handover made and its undoing took back is `voided`, as if it had not been.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    household_id = models.UUIDField()
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100)
    user_id = models.UUIDField()
    cadre_name = models.CharField(max_length=60)
    # Where the cadre works (单位), and of which kind that is: the capacity depends on it.
    office = models.CharField(max_length=80, blank=True, default="")
    office_kind = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    created_by_id = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")
    # The handover that made it, and the one that ended it.
    made_in = models.UUIDField(null=True, blank=True)
    ended_in = models.UUIDField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "assistance_pairing"
        constraints = [
            # 0002 holds besides that two pairings of a household do not overlap.
            models.UniqueConstraint(
                fields=["household_id"],
                condition=models.Q(valid_to__isnull=True, voided_at__isnull=True),
                name="assistance_pairing_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True, end_reason="", ended_at__isnull=True)
                | (
                    models.Q(valid_to__isnull=False, ended_at__isnull=False)
                    & models.Q(end_reason__in=[str(reason) for reason in EndReason])
                ),
                name="assistance_pairing_ends_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "household_no"],
                condition=models.Q(valid_to__isnull=True, voided_at__isnull=True),
                name="assistance_pairing_by_place",
            ),
            models.Index(fields=["user_id", "valid_from"], name="assistance_pairing_by_cadre"),
            models.Index(fields=["household_id", "-valid_from"], name="assistance_pairing_by_home"),
            models.Index(
                fields=["made_in"],
                condition=models.Q(made_in__isnull=False),
                name="assistance_pairing_by_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_no} {self.cadre_name}"


class Handover(models.Model):
    """Households that went from one cadre to another at one time (交接). It can be undone while
    nothing else has happened to them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The smallest place that holds all its households.
    region_code = RegionCodeField()
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    on = models.DateField()
    from_user_id = models.UUIDField()
    from_name = models.CharField(max_length=60)
    to_user_id = models.UUIDField()
    to_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    count = models.IntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "assistance_handover"
        indexes = [models.Index(fields=["region_code", "-id"], name="assistance_handover_newest")]

    def __str__(self) -> str:
        return f"{self.from_name} → {self.to_name} {self.count}"
