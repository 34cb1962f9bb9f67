"""The year-end window: stages in their order, signatures, the lock, corrections on request."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.domains.registry.selectors.people import get_brief
from bangfu.domains.rounds import corrections, window_selectors, windows
from bangfu.domains.rounds.corrections import Wish, refuse_locked_figure
from bangfu.domains.rounds.domain import CorrectionState, Stage
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.cast import YUNXI, YUNXI_TOWN, Cast
from tests.rounds_kit import go_to_signing, lock, on, open_window, settle

FIELD = "household.wage_income"
WISH = Wish("1", "工资性收入多填一位", "采集时看错了单据")


@pytest.fixture
def county(cast: Cast, tmp_path: Path) -> Scope:
    return settle(cast, tmp_path)


def town_of(cast: Cast) -> Scope:
    assert cast.township.scope
    return cast.township.scope


def test_a_window_goes_through_its_stages_and_not_before_their_days(county: Scope) -> None:
    open_window(county)
    with pytest.raises(Conflict, match="E-ROUNDS-EARLY"):
        windows.advance(scope=county, at=on(9, 30), county=YUNXI, year=2026, seen=Stage.TRAINING)
    done = windows.advance(scope=county, at=on(10, 1), county=YUNXI, year=2026, seen=Stage.TRAINING)
    assert done.stage is Stage.COLLECTING


def test_of_two_officers_who_go_on_at_once_one_wins(county: Scope) -> None:
    open_window(county)
    step = {"scope": county, "at": on(10, 2), "county": YUNXI, "year": 2026}
    windows.advance(**step, seen=Stage.TRAINING)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="E-ROUNDS-STAGE"):
        windows.advance(**step, seen=Stage.TRAINING)  # type: ignore[arg-type]


def test_it_is_locked_when_every_township_has_signed_and_under_a_document(
    county: Scope, cast: Cast
) -> None:
    go_to_signing(county)
    step = {"scope": county, "county": YUNXI, "year": 2026, "document_no": "云农组〔2026〕20号"}
    with pytest.raises(Conflict, match="E-ROUNDS-EARLY"):
        windows.lock(at=on(12, 10), **step)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="E-ROUNDS-UNSIGNED") as refused:
        windows.lock(at=on(12, 11), **step)  # type: ignore[arg-type]
    assert refused.value.params == {"left": 1, "names": "清溪镇"}
    windows.sign(scope=town_of(cast), town=YUNXI_TOWN, at=on(12, 4), year=2026)
    with pytest.raises(Conflict, match="E-ROUNDS-SIGNED"):
        windows.sign(scope=town_of(cast), town=YUNXI_TOWN, at=on(12, 5), year=2026)
    with pytest.raises(InvalidValue, match="E-ROUNDS-DOCUMENT"):
        windows.lock(at=on(12, 11), **{**step, "document_no": " "})  # type: ignore[arg-type]
    assert windows.lock(at=on(12, 11), **step).stage is Stage.LOCKED  # type: ignore[arg-type]


def test_a_step_back_makes_signatures_void_and_a_lock_has_none(county: Scope, cast: Cast) -> None:
    go_to_signing(county)
    windows.sign(scope=town_of(cast), town=YUNXI_TOWN, at=on(12, 4), year=2026)
    step = {"scope": county, "at": on(12, 5), "county": YUNXI, "year": 2026}
    with pytest.raises(InvalidValue, match="E-ROUNDS-REASON"):
        windows.put_back(**step, seen=Stage.SIGNING, note="")  # type: ignore[arg-type]
    windows.put_back(**step, seen=Stage.SIGNING, note="白石镇漏采两户")  # type: ignore[arg-type]
    page = window_selectors.get_window(county, 2026)
    assert (page.window.stage, page.signatures) == (Stage.CLEANING, [])
    assert page.unsigned == ["990101101000"]
    windows.advance(**step, seen=Stage.CLEANING)  # type: ignore[arg-type]
    windows.sign(scope=town_of(cast), town=YUNXI_TOWN, at=on(12, 6), year=2026)
    windows.lock(
        scope=county, at=on(12, 11), county=YUNXI, year=2026, document_no="云农组〔2026〕20号"
    )
    with pytest.raises(Conflict, match="E-ROUNDS-STAGE"):
        windows.put_back(**step, seen=Stage.LOCKED, note="想改")  # type: ignore[arg-type]


def test_days_out_of_order_are_refused(county: Scope) -> None:
    made = open_window(county)
    swapped = (made.spans[1], made.spans[0], *made.spans[2:])
    early = (*made.spans[:5], type(made.spans[5])(Stage.LOCKED, date(2026, 9, 1), date(2026, 9, 2)))
    for spans in (swapped, made.spans[:5], early):
        with pytest.raises(InvalidValue, match="E-ROUNDS-SPANS"):
            windows.set_days(
                scope=county, at=on(9, 2), county=YUNXI, year=2026, spans=spans, note="改期"
            )


def test_a_locked_year_keeps_its_figures_and_nothing_else(county: Scope, cast: Cast) -> None:
    lock(county, town_of(cast))
    home = get_brief(county, "1")
    place = RegionCode(home.region_code)
    today = date(2026, 12, 12)
    with pytest.raises(Conflict, match="E-ROUNDS-YEAR-LOCKED") as refused:
        refuse_locked_figure(county, home.id, place, FIELD, date(2026, 12, 1), today)
    assert refused.value.params == {"year": 2026, "household_no": "1"}
    # What is no figure of the year, and the year after, stay open.
    refuse_locked_figure(county, home.id, place, "household.water_safe", today, today)
    refuse_locked_figure(county, home.id, place, FIELD, date(2027, 1, 2), date(2027, 1, 3))


def test_a_granted_correction_opens_one_household_until_its_day(county: Scope, cast: Cast) -> None:
    lock(county, town_of(cast))
    asked = corrections.ask(scope=town_of(cast), at=on(12, 12), year=2026, wish=WISH)
    with pytest.raises(Conflict, match="E-ROUNDS-CORRECTION-OPEN"):
        corrections.ask(scope=town_of(cast), at=on(12, 12), year=2026, wish=WISH)
    step = {"scope": county, "correction_id": asked.id, "at": on(12, 14)}
    with pytest.raises(InvalidValue, match="E-ROUNDS-REASON"):
        corrections.decide(**step, is_granted=False, note="")  # type: ignore[arg-type]
    granted = corrections.decide(**step, is_granted=True, note="", days=3)  # type: ignore[arg-type]
    assert granted.until_on == date(2026, 12, 17)
    with pytest.raises(Conflict, match="E-ROUNDS-CORRECTION-STATE"):
        corrections.decide(**step, is_granted=True, note="")  # type: ignore[arg-type]
    for number, day, is_open in (("1", 17, True), ("1", 18, False), ("3", 17, False)):
        home = get_brief(county, number)
        given = (county, home.id, RegionCode(home.region_code), FIELD)
        if is_open:
            refuse_locked_figure(*given, date(2026, 12, 1), date(2026, 12, day))
        else:
            with pytest.raises(Conflict, match="E-ROUNDS-YEAR-LOCKED"):
                refuse_locked_figure(*given, date(2026, 12, 1), date(2026, 12, day))
    done = corrections.finish(scope=town_of(cast), at=on(12, 15), correction_id=asked.id)
    assert done.state is CorrectionState.DONE
    home = get_brief(county, "1")
    with pytest.raises(Conflict, match="E-ROUNDS-YEAR-LOCKED"):
        refuse_locked_figure(
            county,
            home.id,
            RegionCode(home.region_code),
            FIELD,
            date(2026, 12, 1),
            on(12, 16).date(),
        )


def test_corrections_end_with_the_year_and_who_asks_does_not_grant(
    county: Scope, cast: Cast
) -> None:
    lock(county, town_of(cast))
    with pytest.raises(Conflict, match="E-ROUNDS-CORRECTIONS-OVER"):
        corrections.ask(scope=town_of(cast), at=on(12, 31).replace(year=2027), year=2026, wish=WISH)
    both = command_scope(YUNXI, "one person")
    asked = corrections.ask(scope=both, at=on(12, 12), year=2026, wish=WISH)
    with pytest.raises(Conflict, match="E-ROUNDS-TWO-PERSONS"):
        corrections.decide(
            scope=both, at=on(12, 13), correction_id=asked.id, is_granted=True, note=""
        )
    late = corrections.decide(
        scope=county, at=on(12, 30), correction_id=asked.id, is_granted=True, note="", days=5
    )
    assert late.until_on == date(2026, 12, 31)


def test_the_neighbour_sees_and_moves_nothing(county: Scope, cast: Cast) -> None:
    lock(county, town_of(cast))
    asked = corrections.ask(scope=town_of(cast), at=on(12, 12), year=2026, wish=WISH)
    other = cast.neighbour.scope
    assert other
    assert window_selectors.list_windows(other) == []
    with pytest.raises(NotFound):
        window_selectors.get_window(other, 2026, YUNXI)
    with pytest.raises(NotFound):
        windows.put_back(
            scope=other, at=on(12, 13), county=YUNXI, year=2026, seen=Stage.LOCKED, note="x"
        )
    with pytest.raises(NotFound):
        corrections.decide(
            scope=other, at=on(12, 13), correction_id=asked.id, is_granted=True, note=""
        )
    # Without the permission nobody acts, in one's own county either.
    with pytest.raises(NotAllowed):
        windows.sign(scope=county, town=YUNXI_TOWN, at=on(12, 13), year=2026)


def test_a_village_reads_its_countys_window_and_no_towns_signature(
    county: Scope, cast: Cast
) -> None:
    lock(county, town_of(cast))
    assert cast.cadre.scope
    page = window_selectors.get_window(cast.cadre.scope, 2026)
    assert (page.window.stage, page.signatures, page.unsigned) == (Stage.LOCKED, [], [])
