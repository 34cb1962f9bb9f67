"""Tables of the register. Every table carries region_code and is under row-level security.

Three rules hold in all of them: the county (`county_code`) is generated from the region and is
part of every key that must be unique, so that no constraint answers for another county; keys
between tables are composite with the region or county for the same reason; `recorded_at` is when
this version of the row became known, and the version before it goes to the event table by a
trigger, so that "what did we know on day X" is a query (`selectors.get_household_as_known`).
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Left

from bangfu.domains.registry import columns
from bangfu.domains.registry.facts import HouseholdFacts, PersonFacts
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

# A confirmation by a newer file is no change of what we know; it makes no version.
_NOT_VERSIONED = ["county_code", "confirmed_as_of", "confirmed_source_id"]
_HISTORY: dict[str, Any] = {
    "exclude": _NOT_VERSIONED,
    "obj_field": pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    "context_field": None,
}


def _trackers(*encrypted: str) -> tuple[pghistory.Tracker, ...]:
    """Keep the row that an UPDATE or DELETE replaced, once a statement.

    Ciphertexts differ at each writing, so a change of an encrypted column is seen by its token.
    """
    changed = pgtrigger.AnyChange(exclude=list(encrypted))
    return (
        pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement, condition=changed),
        pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    )


def _county() -> models.GeneratedField:
    return models.GeneratedField(
        expression=Left("region_code", 6),
        output_field=models.CharField(max_length=6, db_collation="C"),
        db_persist=True,
    )


class SourceKind(models.TextChoices):
    """Where facts come from."""

    FILE = "FILE", "名册文件"
    FEED = "FEED", "部门数据"
    FIELD = "FIELD", "入户采集"
    DECLARED = "DECLARED", "农户申报"
    CHANGE = "CHANGE", "户籍变更"


class Source(models.Model):
    """Where facts come from: one imported file, feed batch, home visit or declaration (来源)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    label = models.CharField(max_length=255)
    file_sm3 = models.CharField(max_length=64, blank=True, default="")
    batch_id = models.UUIDField(null=True, blank=True)
    as_of = models.DateField()
    committed_at = models.DateTimeField()
    committed_by = models.CharField(max_length=120)

    class Meta:
        db_table = "registry_source"
        constraints = [
            models.UniqueConstraint(fields=["county_code", "id"], name="registry_source_in_county"),
            models.UniqueConstraint(
                fields=["county_code", "batch_id"],
                condition=models.Q(batch_id__isnull=False),
                name="registry_source_once_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.as_of}"


class _Sourced(models.Model):
    """What every row of facts carries: its place, its source, its day, its version's time."""

    region_code = RegionCodeField()
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    as_of = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


@pghistory.track(
    *_trackers(*(fact.name for fact in columns.household_sealed())),
    **_HISTORY,
    meta={"db_table": "registry_household_version"},
)
class Household(HouseholdFacts, _Sourced):
    """A household (户), the unit of identification, under its national number (户编号)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county_code = _county()
    household_no = models.CharField(max_length=40, db_collation="C")
    head_name = models.CharField(max_length=100)
    head_pinyin = models.CharField(max_length=100, db_collation="C", blank=True, default="")
    head_initials = models.CharField(max_length=50, db_collation="C", blank=True, default="")
    member_count = models.IntegerField(default=0)
    extensions = models.JSONField(default=dict, blank=True)
    # Only columns whose value is older than the row: {column: {"source": id, "as_of": day}}.
    field_sources = models.JSONField(default=dict, blank=True)
    # The day since which nobody belongs to it; a closed household is kept and left out of lists.
    closed_on = models.DateField(null=True, blank=True)
    confirmed_as_of = models.DateField(null=True, blank=True)
    confirmed_source_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "registry_household"
        constraints = [
            models.UniqueConstraint(
                fields=["county_code", "household_no"], name="registry_household_no_in_county"
            ),
            models.UniqueConstraint(
                fields=["region_code", "id"], name="registry_household_in_region"
            ),
            models.CheckConstraint(
                condition=models.Q(member_count__gte=0), name="registry_household_counts_members"
            ),
            models.CheckConstraint(
                condition=~models.Q(household_no=""), name="registry_household_has_a_number"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(member_count=0),
                name="registry_household_closed_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "household_no", "id"], name="registry_household_by_place"
            ),
            models.Index(fields=["head_pinyin", "id"], name="registry_household_by_name"),
            models.Index(
                fields=["head_name"],
                opclasses=["varchar_pattern_ops"],
                name="registry_household_by_head",
            ),
            models.Index(fields=["head_initials"], name="registry_household_by_initial"),
        ]

    def __str__(self) -> str:
        return self.household_no


@pghistory.track(
    *_trackers("id_number", *(fact.name for fact in columns.person_sealed())),
    **_HISTORY,
    meta={"db_table": "registry_person_version"},
)
class Person(PersonFacts, _Sourced):
    """A person (人), one per ID number and county, whoever's household they belong to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county_code = _county()
    name = models.CharField(max_length=100)
    id_number = EncryptedField()
    id_token = models.CharField(max_length=64, db_collation="C")
    extensions = models.JSONField(default=dict, blank=True)
    field_sources = models.JSONField(default=dict, blank=True)
    died_on = models.DateField(null=True, blank=True)
    # The record that stands for this one: the same person had been entered twice.
    merged_into_id = models.UUIDField(null=True, blank=True)
    confirmed_as_of = models.DateField(null=True, blank=True)
    confirmed_source_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "registry_person"
        constraints = [
            models.UniqueConstraint(
                fields=["county_code", "id_token"], name="registry_person_once_in_county"
            ),
            models.UniqueConstraint(fields=["county_code", "id"], name="registry_person_in_county"),
            models.CheckConstraint(
                condition=models.Q(id_token__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
                name="registry_person_has_a_token",
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="registry_person_by_place")]

    def __str__(self) -> str:
        return str(self.id)


@pghistory.track(
    *_trackers(),
    **{**_HISTORY, "exclude": ["county_code"]},
    meta={"db_table": "registry_membership_version"},
)
class Membership(_Sourced):
    """Who belonged to which household from when to when, and how related to the head (家庭成员)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county_code = _county()
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="memberships", db_constraint=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="memberships", db_constraint=False
    )
    relation = models.CharField(max_length=40)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "registry_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(to_on__isnull=True),
                name="registry_membership_one_household",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(to_on__isnull=True, relation="HEAD"),
                name="registry_membership_one_head",
            ),
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
                name="registry_membership_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="registry_membership_by_place")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.person_id}"


class RegionReview(models.Model):
    """A household under a retired code with several successors, waiting for a person (待定归属)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="region_reviews", db_constraint=False
    )
    stated_code = models.CharField(max_length=12, db_collation="C", blank=True, default="")
    stated_name = models.CharField(max_length=200, blank=True, default="")
    candidates = ArrayField(models.CharField(max_length=12))
    opened_at = models.DateTimeField()
    settled_code = models.CharField(max_length=12, db_collation="C", blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "registry_region_review"
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(settled_at__isnull=True),
                name="registry_region_review_open_once",
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="registry_region_review_place")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.stated_code}"


class Act(models.Model):
    """Something that happened to a household and was entered by decision (户籍变动).

    `changes` lists each row that it wrote, {table, id, before, after} with the columns that
    changed, so that it can be undone whole; encrypted columns stand in it as ciphertext.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    county_code = _county()
    kind = models.CharField(max_length=20)
    happened_on = models.DateField()
    households = ArrayField(models.UUIDField())
    persons = ArrayField(models.UUIDField())
    changes = models.JSONField(default=list)
    source_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True, default="")
    undone_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "registry_act"
        indexes = [
            models.Index(fields=["region_code", "-id"], name="registry_act_newest"),
            GinIndex(fields=["households"], name="registry_act_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"


class RevealBudget(models.Model):
    """How many values an actor has seen in full on a day (每日查看限额). No region: one person's
    day is counted whatever posts they hold."""

    pk = models.CompositePrimaryKey("actor_id", "day")
    actor_id = models.CharField(max_length=120)
    day = models.DateField()
    used = models.PositiveIntegerField()

    class Meta:
        db_table = "registry_reveal_budget"

    def __str__(self) -> str:
        return f"{self.actor_id} {self.day} {self.used}"
