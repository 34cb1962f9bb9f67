"""Tables of notices and objections."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from bangfu.domains.publicity.domain import (
    LIVE,
    NoticeKind,
    NoticeState,
    NoticeWay,
    ObjectionState,
)
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


def _tracked(table: str, *kept_out: str) -> Any:
    """Keep every version of a row that gives way."""
    return pghistory.track(
        pghistory.UpdateEvent(
            "replaced",
            row="OLD",
            level=pgtrigger.Statement,
            condition=pgtrigger.AnyChange(exclude=list(kept_out)),
        ),
        pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
        exclude=["county_code"] if table == "publicity_notice_version" else [],
        obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
        context_field=None,  # type: ignore[arg-type]
        meta={"db_table": table},
    )


@_tracked("publicity_notice_version")
class Notice(models.Model):
    """A notice of a village (公示). `lines` holds what it shows, by household."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )
    no = models.CharField(max_length=60, db_collation="C")
    year = models.SmallIntegerField()
    serial = models.IntegerField()
    kind = models.CharField(max_length=20)
    way = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=NoticeState.DRAFT)
    posted_on = models.DateField()
    until_on = models.DateField()
    days = models.SmallIntegerField()
    contact = models.CharField(max_length=60, blank=True, default="")
    contact_phone = models.CharField(max_length=40, blank=True, default="")
    report_phone = models.CharField(max_length=40)
    lines = models.JSONField()
    subjects = ArrayField(models.UUIDField())
    board_file_id = models.UUIDField(null=True, blank=True)
    web_file_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    created_by_id = models.CharField(max_length=120)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "publicity_notice"
        constraints = [
            models.UniqueConstraint(
                fields=["county_code", "year", "serial"], name="publicity_notice_no_once"
            ),
            models.UniqueConstraint(
                fields=["region_code", "id"], name="publicity_notice_in_region"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(one) for one in NoticeState])
                & Q(kind__in=[str(one) for one in NoticeKind])
                & Q(way__in=[str(one) for one in NoticeWay]),
                name="publicity_notice_words_known",
            ),
            # Nothing hangs that was not scanned: the scan makes the file.
            models.CheckConstraint(
                condition=~Q(state__in=["SCANNED", "PUBLISHED", "ENDED", "ARCHIVED"])
                | Q(board_file_id__isnull=False),
                name="publicity_notice_scanned_first",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gt=models.F("posted_on")),
                name="publicity_notice_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "-id"], name="publicity_notice_newest"),
            models.Index(
                fields=["until_on"], condition=Q(state="PUBLISHED"), name="publicity_notice_hanging"
            ),
            GinIndex(
                fields=["subjects"],
                condition=Q(state__in=sorted(str(one) for one in LIVE)),
                name="publicity_notice_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.state}"


@_tracked("publicity_objection_version", "raised_by", "words", "finding")
class Objection(models.Model):
    """What somebody says against a household on a notice (异议); who it was stays confidential."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="objections", db_constraint=False
    )
    subject_id = models.UUIDField()
    number = models.SmallIntegerField()
    raised_on = models.DateField()
    raised_by = EncryptedField()
    way = models.CharField(max_length=12)
    words = EncryptedField()
    state = models.CharField(max_length=12, default=ObjectionState.OPEN)
    checked_on = models.DateField(null=True, blank=True)
    checkers = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    finding = EncryptedField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.CharField(max_length=120)

    class Meta:
        db_table = "publicity_objection"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "number"], name="publicity_objection_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", checked_on__isnull=True)
                | Q(state__in=["UNFOUNDED", "UPHELD"], checked_on__isnull=False),
                name="publicity_objection_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["subject_id"], name="publicity_objection_of")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.number}"
