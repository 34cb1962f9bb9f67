"""Retired codes and the review queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.domains.registry import decisions, selectors
from bangfu.domains.registry.models import Membership, Person
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.regions.models import Region
from bangfu.foundation.regions.records import Resolution
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from tests.cast import Cast
from tests.registry_kit import LATER, LOWER, UPPER, person, take_in, write_list

MERGED, DIVIDED = "990101101900", "990101101901"


SUCCESSORS = {MERGED: [UPPER], DIVIDED: [UPPER, LOWER], LOWER: [UPPER]}


@pytest.fixture
def changes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """990101101900 went into 上坪村; 990101101901 was divided between 上坪村 and 下坪村.

    How real codes succeed each other is tested with the divisions; these are invented.
    """

    def resolve(code: RegionCode | str, *, name: str = "") -> Resolution:
        if regions.find_region(code) is not None:
            return Resolution(RegionCode(str(code)), ())
        found = [RegionCode(each) for each in SUCCESSORS.get(str(code), [])]
        return Resolution(found[0], ()) if len(found) == 1 else Resolution(None, tuple(found))

    monkeypatch.setattr(regions, "resolve", resolve)
    return cast


def place_of(cast: Cast, household_no: str) -> str:
    return selectors.get_household(cast.county.scope, household_no).region_code


def test_f08_a_household_under_a_retired_code_is_found_under_its_successor(
    changes: Cast, tmp_path: Path
) -> None:
    take_in(
        changes.county.scope,
        write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一", village=MERGED)]),
    )
    assert place_of(changes, "1") == UPPER


def test_a_household_with_several_successors_waits_for_a_person(
    changes: Cast, tmp_path: Path
) -> None:
    scope = changes.county.scope
    rows = [person("1", 1, "赵一", village=DIVIDED)]
    result = take_in(scope, write_list(tmp_path / "a.xlsx", rows))
    assert result.counts["reviews"] == 1
    assert place_of(changes, "1") == "990101101000", "kept at the town that holds both"
    (review,) = selectors.list_reviews(scope)
    assert (review.household_no, review.candidates) == ("1", (UPPER, LOWER))
    decisions.settle_region(
        scope=scope, at=LATER, review_id=review.id, region_code=RegionCode(LOWER)
    )
    assert place_of(changes, "1") == LOWER
    assert selectors.list_reviews(scope) == []
    with activate(scope):
        assert Person.objects.get().region_code == LOWER
        assert Membership.objects.get().region_code == LOWER
    with pytest.raises(Conflict):
        decisions.settle_region(
            scope=scope, at=LATER, review_id=review.id, region_code=RegionCode(UPPER)
        )


def test_only_a_successor_can_be_chosen_and_only_in_scope(changes: Cast, tmp_path: Path) -> None:
    scope = changes.county.scope
    rows = [person("1", 1, "赵一", village=DIVIDED)]
    take_in(scope, write_list(tmp_path / "a.xlsx", rows))
    (review,) = selectors.list_reviews(scope)
    with pytest.raises(InvalidValue):
        decisions.settle_region(
            scope=scope, at=LATER, review_id=review.id, region_code=RegionCode("990101102201")
        )
    assert selectors.list_reviews(changes.neighbour.scope) == []
    with pytest.raises(NotFound):
        decisions.settle_region(
            scope=changes.neighbour.scope,
            at=LATER,
            review_id=review.id,
            region_code=RegionCode(LOWER),
        )


def test_households_follow_a_code_that_is_retired_later(changes: Cast, tmp_path: Path) -> None:
    scope = changes.county.scope
    rows = [person("1", 1, "赵一", village=LOWER), person("2", 2, "钱二", village=UPPER)]
    take_in(scope, write_list(tmp_path / "a.xlsx", rows))
    Region.objects.filter(code=LOWER).delete()
    counts = decisions.follow_division_changes(scope=scope, at=LATER)
    assert counts == {"moved": 1, "waiting": 0, "unknown": 0}
    assert place_of(changes, "1") == UPPER
