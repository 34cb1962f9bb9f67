"""What a person decides about where a household belongs; what happens to people is an act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bangfu.domains.registry import events
from bangfu.domains.registry.events import HouseholdsChanged
from bangfu.domains.registry.models import Household, Membership, Person, RegionReview
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

_EDIT = "REGISTRY_IMPORT"
PLACED = "PLACED"


def settle_region(*, scope: Scope, at: datetime, review_id: UUID, region_code: RegionCode) -> None:
    """Put a household that waits under one of the successors of its retired code.

    Its people and memberships go along. Raises NotFound E-REGISTRY-NOT-FOUND, Conflict
    E-REGISTRY-REVIEW-SETTLED, InvalidValue E-REGISTRY-REVIEW-CANDIDATE.
    """
    require(scope, _EDIT)
    with activate(scope):
        found = in_scope(RegionReview.objects.all(), scope).select_for_update()
        review = found.filter(id=review_id).first()
        if review is None:
            raise NotFound("E-REGISTRY-NOT-FOUND")
        if review.settled_at is not None:
            raise Conflict("E-REGISTRY-REVIEW-SETTLED")
        if str(region_code) not in review.candidates:
            raise InvalidValue("E-REGISTRY-REVIEW-CANDIDATE", region_code=str(region_code))
        _relocate(review.household_id, region_code, at)
        RegionReview.objects.filter(id=review_id).update(
            settled_code=str(region_code), settled_at=at, settled_by=scope.actor.label[:120]
        )
        audit.record(
            scope,
            "registry.household.placed",
            at=at,
            subject_kind="registry.household",
            subject_id=str(review.household_id),
            region_code=str(region_code),
            detail={"stated_code": review.stated_code, "candidates": review.candidates},
        )


def _relocate(household_id: UUID, region_code: RegionCode, at: datetime) -> None:
    """Move a household within its county; the keys of the tables take its memberships along."""
    people = Membership.objects.filter(household_id=household_id, to_on__isnull=True)
    ids = list(people.values_list("person_id", flat=True))
    Household.objects.filter(id=household_id).update(region_code=str(region_code), recorded_at=at)
    Person.objects.filter(id__in=ids).update(region_code=str(region_code), recorded_at=at)
    events.tell(HouseholdsChanged(region_code.county, at, (household_id,), PLACED))


def follow_division_changes(*, scope: Scope, at: datetime) -> dict[str, int]:
    """Bring the households of retired codes to their successors, or into the review queue.

    Run after the divisions were loaded anew. Returns how many were moved, how many wait, and how
    many lie under a code that leads nowhere (`unknown`).
    """
    require(scope, _EDIT)
    counts = {"moved": 0, "waiting": 0, "unknown": 0}
    with activate(scope):
        codes = in_scope(Household.objects.all(), scope).values_list("region_code", flat=True)
        for text in sorted(set(codes)):
            code = RegionCode(text)
            if regions.find_region(code) is None:
                counts[_follow(scope, code, at)] += 1
        audit.record(
            scope,
            "registry.divisions.followed",
            at=at,
            subject_kind="registry.region",
            subject_id=str(scope.region),
            region_code=str(scope.region),
            detail=counts,
        )
    return counts


def _follow(scope: Scope, code: RegionCode, at: datetime) -> str:
    county = code.at_level(COUNTY)
    resolution = regions.resolve(code)
    households = list(
        in_scope(Household.objects.all(), scope)
        .filter(region_code=str(code))
        .values_list("id", flat=True)
    )
    if resolution.code is not None and county.contains(resolution.code):
        for household_id in households:
            _relocate(household_id, resolution.code, at)
        return "moved"
    candidates = [str(each) for each in resolution.candidates if county.contains(each)]
    if not candidates:
        return "unknown"
    waiting = set(
        RegionReview.objects.filter(
            household_id__in=households, settled_at__isnull=True
        ).values_list("household_id", flat=True)
    )
    RegionReview.objects.bulk_create(
        RegionReview(
            id=uuid7(),
            region_code=str(code),
            household_id=household_id,
            stated_code=str(code),
            candidates=candidates,
            opened_at=at,
        )
        for household_id in households
        if household_id not in waiting
    )
    return "waiting"
