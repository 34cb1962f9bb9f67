"""The tables of places and of their changes of code. Reference data: no row security."""

from __future__ import annotations

from django.db import models

from bangfu.foundation.database.fields import RegionCodeField


class Region(models.Model):
    """A place of one of the five levels 省 市 县 乡 村, under its 12-digit code."""

    code = RegionCodeField(primary_key=True)
    name = models.CharField(max_length=100, db_collation="C")
    level = models.SmallIntegerField()
    parent_code = RegionCodeField(blank=True, default="")
    # What the source calls it besides its level, such as 街道 or 农场.
    kind = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "regions_region"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__gte=0, level__lte=5), name="regions_region_level_known"
            ),
        ]
        indexes = [
            models.Index(fields=["parent_code", "code"], name="regions_region_children"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RegionChange(models.Model):
    """A code that was retired or lost a part (区划变更): one row for each place it led to."""

    id = models.BigAutoField(primary_key=True)
    old_code = RegionCodeField()
    old_name = models.CharField(max_length=100)
    # Empty where the sources name no successor.
    new_code = RegionCodeField(blank=True, default="")
    changed_in = models.SmallIntegerField()
    # False for a place that lost a part and went on under its code.
    is_whole = models.BooleanField(default=True)

    class Meta:
        db_table = "regions_change"
        constraints = [
            models.UniqueConstraint(
                fields=["old_code", "new_code", "changed_in"], name="regions_change_once"
            ),
        ]
        indexes = [models.Index(fields=["new_code"], name="regions_change_by_new")]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} ({self.changed_in})"
