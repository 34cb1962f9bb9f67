"""Tables of rounds and windows. Rounds and windows are a county's; what hangs below them lies in
the village or township that it is about."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.rounds.domain import (
    TELLING,
    CorrectionState,
    Result,
    RoundState,
    Season,
    Stage,
)
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


def _county() -> models.GeneratedField:
    return models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )


def _tracked(table: str) -> Any:
    return pghistory.track(
        pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement),
        pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
        exclude=["county_code"],
        obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
        context_field=None,  # type: ignore[arg-type]
        meta={"db_table": table},
    )


@_tracked("rounds_round_version")
class Round(models.Model):
    """A round over all households of a county (集中排查)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    code = models.CharField(max_length=16, db_collation="C")
    season = models.CharField(max_length=8)
    year = models.SmallIntegerField()
    document_no = models.CharField(max_length=80)
    from_on = models.DateField()
    to_on = models.DateField()
    state = models.CharField(max_length=8, default=RoundState.OPEN)
    households = models.IntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True, default="")
    close_note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "rounds_round"
        constraints = [
            models.UniqueConstraint(fields=["region_code", "code"], name="rounds_round_once"),
            models.UniqueConstraint(fields=["county_code", "id"], name="rounds_round_in_county"),
            models.CheckConstraint(
                condition=models.Q(season__in=[str(each) for each in Season]),
                name="rounds_round_season_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RoundState.OPEN, closed_at__isnull=True)
                | models.Q(state=RoundState.CLOSED, closed_at__isnull=False),
                name="rounds_round_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(to_on__gte=models.F("from_on")),
                name="rounds_round_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.code} {self.state}"


@_tracked("rounds_entry_version")
class RoundEntry(models.Model):
    """A household in a round: nothing yet, or what somebody found there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="entries", db_constraint=False
    )
    household_id = models.UUIDField()
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100)
    result = models.CharField(max_length=10, blank=True, default=Result.TO_DO)
    way = models.CharField(max_length=10, blank=True, default="")
    visited_on = models.DateField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.CharField(max_length=120, blank=True, default="")
    entered_by_id = models.CharField(max_length=120, blank=True, default="")
    # The clue that it became; what was told stands there.
    proceeding_id = models.UUIDField(null=True, blank=True)
    clue_no = models.CharField(max_length=40, db_collation="C", blank=True, default="")

    class Meta:
        db_table = "rounds_entry"
        constraints = [
            models.UniqueConstraint(fields=["round", "household_id"], name="rounds_entry_once"),
            models.CheckConstraint(
                condition=models.Q(result__in=[str(each) for each in Result]),
                name="rounds_entry_result_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(result__in=[str(each) for each in TELLING])
                | models.Q(proceeding_id__isnull=False),
                name="rounds_entry_change_has_a_clue",
            ),
        ]
        indexes = [
            models.Index(
                fields=["round", "region_code", "household_no"], name="rounds_entry_by_place"
            ),
            models.Index(fields=["household_id"], name="rounds_entry_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.household_no} {self.result}"


@_tracked("rounds_window_version")
class YearWindow(models.Model):
    """The year-end window of a county (年度信息采集窗口)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    year = models.SmallIntegerField()
    stage = models.CharField(max_length=12, default=Stage.TRAINING)
    spans = models.JSONField()
    document_no = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    change_note = models.CharField(max_length=500, blank=True, default="")
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.CharField(max_length=120, blank=True, default="")
    lock_document_no = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "rounds_window"
        constraints = [
            models.UniqueConstraint(fields=["region_code", "year"], name="rounds_window_once"),
            models.UniqueConstraint(fields=["county_code", "id"], name="rounds_window_in_county"),
            models.CheckConstraint(
                condition=models.Q(stage__in=[str(each) for each in Stage]),
                name="rounds_window_stage_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=Stage.LOCKED)
                | (models.Q(locked_at__isnull=False) & ~models.Q(lock_document_no="")),
                name="rounds_window_locked_under_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.year} {self.stage}"


class YearSignature(models.Model):
    """A township's signature under its data of a year; a step back makes it void."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    window = models.ForeignKey(
        YearWindow, on_delete=models.PROTECT, related_name="signatures", db_constraint=False
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rounds_signature"
        constraints = [
            models.UniqueConstraint(
                fields=["window", "region_code"],
                condition=models.Q(void_at__isnull=True),
                name="rounds_signature_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.at}"


@_tracked("rounds_correction_version")
class YearCorrection(models.Model):
    """A request to correct a household's figures of a year that is locked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    window = models.ForeignKey(
        YearWindow, on_delete=models.PROTECT, related_name="corrections", db_constraint=False
    )
    household_id = models.UUIDField()
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100)
    what = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default=CorrectionState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    asked_by_id = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_by_id = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "rounds_correction"
        constraints = [
            models.UniqueConstraint(
                fields=["window", "household_id"],
                condition=models.Q(state__in=["ASKED", "GRANTED"]),
                name="rounds_correction_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(each) for each in CorrectionState]),
                name="rounds_correction_state_known",
            ),
            # Who asks does not grant.
            models.CheckConstraint(
                condition=models.Q(decided_by_id="")
                | ~models.Q(decided_by_id=models.F("asked_by_id")),
                name="rounds_correction_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_no} {self.state}"
