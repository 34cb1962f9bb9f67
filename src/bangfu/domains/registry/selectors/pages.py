"""One household with everything the register holds about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bangfu.domains.registry import columns
from bangfu.domains.registry.columns import Fact
from bangfu.domains.registry.models import Household, Membership, RegionReview, Source
from bangfu.domains.registry.records import (
    FactValue,
    HouseholdNames,
    HouseholdRecord,
    MemberRecord,
    ReviewRecord,
    SourceRecord,
)
from bangfu.foundation.access.columns import access_to
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.masks import mask_id
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


class Sources:
    """The sources of some rows, read once."""

    def __init__(self, ids: Iterable[UUID]) -> None:
        found = Source.objects.filter(id__in=set(ids))
        self._by_id = {str(source.id): source for source in found}

    def label(self, source_id: UUID | str) -> str:
        """Return a source's label; empty for one that the reader may not see."""
        source = self._by_id.get(str(source_id))
        return source.label if source else ""

    def record(self, source_id: UUID) -> SourceRecord:
        """Return a source. Raises NotFound E-REGISTRY-NOT-FOUND when it is not visible."""
        source = self._by_id.get(str(source_id))
        if source is None:
            raise NotFound("E-REGISTRY-NOT-FOUND")
        return to_source(source)


def to_source(source: Source) -> SourceRecord:
    """Return the plain record of a source."""
    return SourceRecord(
        id=source.id,
        kind=source.kind,
        label=source.label,
        as_of=source.as_of,
        committed_at=source.committed_at,
        committed_by=source.committed_by,
    )


def find_household(
    scope: Scope,
    household_no: str,
    region: RegionCode | None = None,
    *,
    only: Sequence[str] = (),
) -> Household:
    """Return one household of the scope, with the columns `only` if given; inside `activate`.

    Raises NotFound E-REGISTRY-NOT-FOUND, or Conflict E-REGISTRY-NUMBER-AMBIGUOUS when counties of
    a wider scope use the same number and `region` does not choose.
    """
    found = in_scope(Household.objects.all(), scope).filter(household_no=household_no)
    if region is not None:
        lower, upper = region.bounds
        found = found.filter(region_code__gte=lower, region_code__lt=upper)
    rows = list(found.only(*only)[:2] if only else found[:2])
    if not rows:
        raise NotFound("E-REGISTRY-NOT-FOUND")
    if len(rows) > 1:
        raise Conflict("E-REGISTRY-NUMBER-AMBIGUOUS", household_no=household_no)
    return rows[0]


def find_household_id(scope: Scope, household_no: str, region: RegionCode | None = None) -> UUID:
    """Return a household's id by its number. Raises as `get_household`."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        return find_household(scope, household_no, region, only=["id"]).id


def get_names(scope: Scope, household_no: str) -> HouseholdNames:
    """Return a household's id, place and the names of its members. Raises as `get_household`."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        household = find_household(scope, household_no, only=["id", "region_code"])
        members = Membership.objects.filter(household=household, to_on__isnull=True)
        names = members.values_list("person_id", "person__name")
        return HouseholdNames(household.id, household.region_code, dict(names))


def get_household(
    scope: Scope, household_no: str, *, region: RegionCode | None = None
) -> HouseholdRecord:
    """Return a household as known now, each fact with its source and day.

    Raises NotFound E-REGISTRY-NOT-FOUND, also for a household of another region, and Conflict
    E-REGISTRY-NUMBER-AMBIGUOUS.
    """
    require(scope, "REGISTRY_READ")
    with activate(scope):
        household = find_household(scope, household_no, region)
        memberships = list(
            Membership.objects.filter(household=household, to_on__isnull=True).select_related(
                "person"
            )
        )
        review = RegionReview.objects.filter(household=household, settled_at__isnull=True).first()
        people = [(membership, membership.person) for membership in memberships]
        return describe(scope, household, people, review=review)


def describe(
    scope: Scope,
    household: Any,
    people: list[tuple[Any, Any]],
    *,
    review: RegionReview | None = None,
    known_on: date | None = None,
) -> HouseholdRecord:
    """Return the record of a household row or of one of its versions, with (membership, person).

    Each fact is as open as the scope's permissions make it.
    """
    rows = [household, *(person for _, person in people)]
    sources = Sources(_source_ids(rows))
    return HouseholdRecord(
        id=getattr(household, "pgh_obj_id", None) or household.id,
        household_no=household.household_no,
        region_code=household.region_code,
        head_name=household.head_name,
        member_count=len(people),
        facts=_facts(scope, columns.HOUSEHOLD, household, _household_columns(), sources),
        extensions=_extensions(scope, columns.HOUSEHOLD, household),
        members=sorted(
            (_member(scope, membership, person, sources) for membership, person in people),
            key=_rank,
        ),
        source=sources.record(household.source_id),
        as_of=household.as_of,
        recorded_at=household.recorded_at,
        review=to_review(review, household) if review else None,
        known_on=known_on,
        closed_on=household.closed_on,
    )


def _source_ids(rows: Iterable[Any]) -> set[UUID]:
    found = set()
    for row in rows:
        found.add(row.source_id)
        found.update(UUID(each["source"]) for each in row.field_sources.values())
    return found


def _facts(
    scope: Scope, dataset: str, row: Any, facts: Iterable[Fact], sources: Sources
) -> dict[str, FactValue]:
    return {fact.name: _fact(scope, dataset, row, fact.name, sources) for fact in facts}


def _extensions(scope: Scope, dataset: str, row: Any) -> dict[str, Any]:
    return access_to(scope, dataset, "extensions").apply(row.extensions) or {}


def _fact(scope: Scope, dataset: str, row: Any, name: str, sources: Sources) -> FactValue:
    access = access_to(scope, dataset, name)
    value = access.apply(getattr(row, name))
    own = row.field_sources.get(name)
    if own is not None:
        source_id, as_of, confirmed = UUID(own["source"]), date.fromisoformat(own["as_of"]), None
    else:
        source_id, as_of = row.source_id, row.as_of
        confirmed = getattr(row, "confirmed_as_of", None)
    return FactValue(
        name,
        value,
        sources.label(source_id),
        source_id,
        as_of,
        confirmed,
        access.shown,
        access.can_reveal,
    )


def _household_columns() -> tuple[Fact, ...]:
    return (*columns.household_facts(), *columns.household_sealed())


def _person_columns() -> tuple[Fact, ...]:
    return (*columns.person_facts(), *columns.person_sealed())


def _member(scope: Scope, membership: Any, person: Any, sources: Sources) -> MemberRecord:
    facts = _facts(scope, columns.MEMBER, person, _person_columns(), sources)
    return MemberRecord(
        id=getattr(person, "pgh_obj_id", None) or person.id,
        name=person.name,
        relation=membership.relation,
        id_number_masked=mask_id(person.id_number),
        phone_masked=facts["phone"].value or "",
        from_on=membership.from_on,
        to_on=membership.to_on,
        facts=facts,
        extensions=_extensions(scope, columns.MEMBER, person),
        as_of=person.as_of,
    )


def _rank(member: MemberRecord) -> tuple[Any, ...]:
    birth = member.facts.get("birth_on")
    born = birth.value if birth and birth.value else date.max
    return (member.relation != "HEAD", member.relation != "SPOUSE", born, str(member.id))


def to_review(review: RegionReview, household: Any) -> ReviewRecord:
    """Return the plain record of a review."""
    return ReviewRecord(
        id=review.id,
        household_no=household.household_no,
        head_name=household.head_name,
        region_code=review.region_code,
        stated_code=review.stated_code,
        candidates=tuple(review.candidates),
        opened_at=review.opened_at,
    )


def list_reviews(scope: Scope, *, limit: int = 200) -> list[ReviewRecord]:
    """Return the households that wait for a village, the longest waiting first."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = (
            in_scope(RegionReview.objects.filter(settled_at__isnull=True), scope)
            .select_related("household")
            .order_by("opened_at", "id")[:limit]
        )
        return [to_review(review, review.household) for review in found]


def list_sources(scope: Scope, *, limit: int = 100) -> list[SourceRecord]:
    """Return the sources of the scope's facts, the newest first."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = in_scope(Source.objects.all(), scope).order_by("-committed_at", "-id")[:limit]
        return [to_source(source) for source in found]
