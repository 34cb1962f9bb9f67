"""What is asked of whoever checks a clue: told with it, held in the check, its time limit kept.

By the national table of 2021-05-01 an illness is visited, without a photo; unstable work may be
asked about by telephone; a house is visited, with a photo and, if one likes, the place.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from bangfu.domains.monitoring import books, selectors
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.monitoring.papers import photos
from bangfu.engine.packs.procedures import load_procedures
from bangfu.foundation import files
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import BangfuError, Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Book, Dispatch, Way
from bangfu.standards import errors
from bangfu.standards.paths import packs_root
from tests.cast import YUNXI_VILLAGE, Cast, _player
from tests.clues_kit import SCOPE
from tests.evidence_samples import docx, jpeg, png
from tests.proceedings_kit import (
    MONDAY,
    MONDAY_DAY,
    Homes,
    add_homes,
    checking,
    found_nothing,
    go,
    hours,
    report,
)

pytestmark = pytest.mark.django_db
TUESDAY = hours(25)


@pytest.fixture
def homes(cast: Cast) -> Homes:
    return add_homes()


def scope_of(player: Any) -> Scope:
    assert player.scope is not None
    return player.scope  # type: ignore[no-any-return]


def kept(cast: Cast, one: ProceedingRecord, content: bytes = b"", name: str = "a.jpg") -> Any:
    """The cadre adds a photo to a clue."""
    return photos.keep_photo(
        scope=scope_of(cast.cadre), at=TUESDAY, proceeding_id=one.id, name=name,
        content=content or jpeg(),
    )  # fmt: skip


def find_none(cast: Cast, one: ProceedingRecord, **more: Any) -> ProceedingRecord:
    """The cadre ends a clue as one without risk."""
    facts = {**found_nothing(cast), **more}
    return go(scope_of(cast.cadre), one, "FIND_NO_RISK", TUESDAY, **facts)


def told(cast: Cast, one: ProceedingRecord) -> Any:
    """What the cadre is told of the check."""
    return selectors.get_proceeding(scope_of(cast.cadre), one.id, at=TUESDAY).errand


def national() -> Book:
    return load_procedures(packs_root() / "national")


def with_tables(monkeypatch: pytest.MonkeyPatch, *tables: Dispatch) -> None:
    """Let every county's pack have these tables of dispatch."""
    changed = replace(national(), tables=tables)
    monkeypatch.setattr(books, "_book", lambda pack_hash, folder: changed)


def rows_with(table: Dispatch, **changed: Any) -> Dispatch:
    """A table whose rows all say something else."""
    return replace(table, rows=tuple(replace(row, **changed) for row in table.rows))


def test_whoever_opens_a_clue_reads_what_to_do_and_how(cast: Cast, homes: Homes) -> None:
    errand = told(cast, checking(cast))
    assert errand.row.name == "illness"
    assert errand.row.todo.zh == "入户看票据，问清报销和救助后自己还负担多少"
    assert (
        errand.row.todo.en
        == "See the bills at home; ask what is left to pay after insurance and relief"
    )
    assert (errand.row.ways, errand.row.department) == ((Way.VISIT,), "MEDICAL_INSURANCE")
    assert (str(errand.row.photo), str(errand.row.place), errand.photos) == ("NONE", "NONE", ())


def test_who_may_not_read_the_matter_is_not_told_it_by_what_is_to_be_done(
    cast: Cast, homes: Homes
) -> None:
    one = checking(cast)
    # A village officer reads no health data: that bills are to be seen would tell of an illness.
    officer = scope_of(_player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE))
    assert selectors.get_proceeding(officer, one.id, at=TUESDAY).errand is None
    assert told(cast, one) is not None


@pytest.mark.parametrize("step", ["NOTE_CHECK", "FIND_NO_RISK", "EXPLAIN", "CONFIRM"])
def test_what_is_to_be_visited_is_not_checked_by_telephone(
    cast: Cast, homes: Homes, step: str
) -> None:
    one = checking(cast)
    facts = {**found_nothing(cast), "check_way": "TELEPHONE"}
    if step == "CONFIRM":
        facts |= {"assessed_level": "YELLOW", "assessed_by": facts["checkers"]}
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-WAY") as refused:
        go(scope_of(cast.cadre), one, step, TUESDAY, **facts)
    said = [
        errors.text(refused.value.code, refused.value.params, language).message
        for language in ("zh", "en")
    ]
    assert said == [
        f"{one.no}按派发表须入户核实，不能以电话核实",
        f"By the table of dispatch {one.no} is checked at home, not by telephone",
    ]
    with activate(SCOPE):
        row = Proceeding.objects.get(id=one.id)
    assert (row.state, row.revision) == ("CHECKING", one.revision)


def test_what_may_be_asked_by_telephone_is(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="UNSTABLE_JOB")
    assert find_none(cast, one, check_way="TELEPHONE").state == "NO_RISK"


def test_an_alarm_does_not_end_by_telephone_where_a_check_might(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="UNSTABLE_JOB")
    go(scope_of(cast.cadre), one, "RAISE_ALARM", hours(3), danger="断粮")
    both = (str(cast.cadre.user.pk), str(cast.township.user.pk))
    with pytest.raises(BangfuError) as refused:
        find_none(cast, one, check_way="TELEPHONE", checkers=both)
    assert "须入户核实" in str(refused.value.params)
    assert find_none(cast, one, checkers=both).state == "NO_RISK"


def test_one_that_became_urgent_since_is_checked_as_urgent_ones_are(
    cast: Cast, homes: Homes
) -> None:
    one = checking(cast, risk="UNSTABLE_JOB")
    noted = {**found_nothing(cast), "check_way": "TELEPHONE"}
    go(scope_of(cast.cadre), one, "NOTE_CHECK", hours(3), **noted)
    report(scope_of(cast.township), at=hours(4), risk="UNSTABLE_JOB", severity=3)
    assert told(cast, one).row.name == "urgent"
    # What was noted by telephone before is no ground for an end any more, and is asked anew.
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-WAY"):
        go(scope_of(cast.cadre), one, "FIND_NO_RISK", TUESDAY)
    found = selectors.offers_of(scope_of(cast.cadre), one.id, at=TUESDAY)
    (ending,) = [each for each in found.offers if each.step.name == "FIND_NO_RISK"]
    assert ending.asks == ("check_way",)
    assert go(
        scope_of(cast.cadre), one, "FIND_NO_RISK", TUESDAY, check_way="VISIT"
    ).state == "NO_RISK"  # fmt: skip


def test_a_house_is_not_judged_without_a_photo(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="HOUSING")
    # What is noted on the way needs none.
    go(scope_of(cast.cadre), one, "NOTE_CHECK", hours(3), **found_nothing(cast))
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-PHOTO"):
        find_none(cast, one)
    record = kept(cast, one)
    assert (record.no, record.name) == (f"{one.no}-01", f"{one.no}-01.jpg")
    ended = find_none(cast, one, check_place="上坪村二组，正房东墙")
    assert (ended.state, ended.facts["check_place"]) == ("NO_RISK", "上坪村二组，正房东墙")
    assert [each.no for each in told_to_county(cast, one)] == [f"{one.no}-01"]


def told_to_county(cast: Cast, one: ProceedingRecord) -> Any:
    errand = selectors.get_proceeding(scope_of(cast.county), one.id, at=TUESDAY).errand
    assert errand is not None
    return errand.photos


def test_a_photo_keeps_neither_position_nor_camera(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="HOUSING")
    record = kept(cast, one, jpeg(), "王大山家 30.28,109.47.jpg")
    assert record.file_id is not None
    with files.open_file(scope_of(cast.county), record.file_id) as stored:
        content = stored.read()
    with Image.open(io.BytesIO(content)) as picture:
        # Turned upright: it was 40 wide and 20 high on its side.
        assert (picture.size, dict(picture.getexif())) == ((20, 40), {})
    assert b"Zhaoxiangji" not in content
    # Nor is it called as the telephone called it.
    assert record.name == f"{one.no}-01.jpg"


def test_a_photo_is_taken_only_where_the_matter_needs_one(cast: Cast, homes: Homes) -> None:
    ill = checking(cast)
    with pytest.raises(InvalidValue, match="E-CLUES-PHOTO-UNASKED"):
        kept(cast, ill)
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-PLACE-UNASKED"):
        find_none(cast, ill, check_place="上坪村")
    house = checking(cast, risk="HOUSING")
    for content, name in ((docx(), "a.docx"), (b"no picture", "a.jpg")):
        with pytest.raises(InvalidValue, match=r"E-CLUES-PHOTO-KIND|E-EVIDENCE-KIND"):
            kept(cast, house, content, name)
    kept(cast, house, png(), "a.png")
    find_none(cast, house)
    with pytest.raises(Conflict, match="E-CLUES-PHOTO-LATE"):
        kept(cast, house)
    with activate(SCOPE):
        held = CasePaper.objects.values_list("proceeding_id", "paper", "kind")
        assert list(held) == [(house.id, "check_photo", "ORIGINAL")]


def test_a_photo_is_added_within_ones_own_place(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="HOUSING")
    for player, refusal in ((cast.neighbour, NotFound), (cast.auditor, NotAllowed)):
        with pytest.raises(refusal):
            photos.keep_photo(
                scope=scope_of(player), at=TUESDAY, proceeding_id=one.id, name="a.png",
                content=png(),
            )  # fmt: skip


def test_water_may_have_a_photo_and_does_without(cast: Cast, homes: Homes) -> None:
    one = checking(cast, risk="WATER")
    kept(cast, one, png(), "a.png")
    assert find_none(cast, one).state == "NO_RISK"
    other = checking(cast, risk="WATER")
    assert find_none(cast, other).state == "NO_RISK"


def test_a_place_that_is_needed_is_asked_for(
    cast: Cast, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table,) = national().tables
    needed = type(table.rows[0].place).NEEDED
    with_tables(monkeypatch, rows_with(table, place=needed))
    one = checking(cast)
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-PLACE"):
        find_none(cast, one)
    found = selectors.offers_of(scope_of(cast.cadre), one.id, at=TUESDAY)
    asks = {each.step.name: "check_place" in each.asks for each in found.offers}
    assert (asks["FIND_NO_RISK"], asks["NOTE_CHECK"]) == (True, False)
    assert find_none(cast, one, check_place="上坪村二组").state == "NO_RISK"


def test_the_limit_of_the_row_is_that_of_the_check(
    cast: Cast, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due(one: ProceedingRecord) -> date:
        with activate(SCOPE):
            clock = ProceedingClock.objects.get(proceeding=one.id, clock="check")
        return clock.due_on

    # From Monday the 12th five working days end on Monday the 19th, two on Wednesday the 14th.
    assert due(checking(cast)) == date(2026, 10, 19)
    (table,) = national().tables
    with_tables(monkeypatch, rows_with(table, limit="clue_acknowledge"))
    assert due(checking(cast, risk="WATER")) == date(2026, 10, 14)


def test_a_clue_goes_by_the_table_under_which_it_was_handed_on(
    cast: Cast, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table,) = national().tables
    later = replace(
        rows_with(table, ways=(Way.TELEPHONE, Way.VISIT), limit="clue_acknowledge"),
        valid_from=MONDAY_DAY + timedelta(days=1),
    )
    with_tables(monkeypatch, table, later)
    before = checking(cast)
    with pytest.raises(InvalidValue, match="E-CLUES-CHECK-WAY"):
        find_none(cast, before, check_way="TELEPHONE")
    # Handed to somebody else on Tuesday it is a task of Tuesday's table.
    me = (str(cast.cadre.user.pk),)
    go(scope_of(cast.township), before, "REASSIGN", TUESDAY, handlers=me, handover_reason="出差")
    go(scope_of(cast.cadre), before, "ACKNOWLEDGE", TUESDAY)
    with activate(SCOPE):
        clock = ProceedingClock.objects.get(proceeding=before.id, clock="check", ended_on=None)
    assert clock.due_on == local_day(MONDAY) + timedelta(days=3)
    assert find_none(cast, before, check_way="TELEPHONE").state == "NO_RISK"


@pytest.mark.parametrize(
    "risk", ["ILLNESS", "HOUSING", "WATER", "DISASTER", "UNSTABLE_JOB", "OTHER"]
)
@pytest.mark.parametrize("severity", [0, 3])
def test_a_routine_check_asks_for_five_things_at_most(
    cast: Cast, homes: Homes, risk: str, severity: int
) -> None:
    one = checking(cast, risk=risk, severity=severity)
    found = selectors.offers_of(scope_of(cast.cadre), one.id, at=TUESDAY)
    needs_photo = found.errand is not None and str(found.errand.photo) == "NEEDED"
    for step in ("NOTE_CHECK", "FIND_NO_RISK", "EXPLAIN"):
        (offer,) = [each for each in found.offers if each.step.name == step]
        assert len(offer.asks) + (needs_photo and step != "NOTE_CHECK") <= 5, (risk, offer.asks)
        assert "check_place" not in offer.asks
