"""Money, periods, decisions, masks, names, ids, errors, scopes."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.foundation.access.scopes import restored_scope
from bangfu.kernel import masks
from bangfu.kernel.actor import Actor
from bangfu.kernel.decision import Decision
from bangfu.kernel.errors import BangfuError, InvalidValue, Refused
from bangfu.kernel.money import LARGEST_FEN, Money
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_label, normalise_name, normalise_text
from bangfu.kernel.uuid7 import milliseconds_of, uuid7, uuid7_of

SOURCE = Path(__file__).resolve().parents[2] / "src" / "bangfu"
TRUE, FALSE, UNKNOWN = Decision.TRUE, Decision.FALSE, Decision.UNKNOWN


def refused_money(value: str | int | float | Decimal) -> str:
    with pytest.raises(InvalidValue) as caught:
        Money.parse(value)
    return caught.value.code


@pytest.mark.evidence("ASVS-1.4.2")
@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1,234.5", 123450),
        ("１２３", 12300),
        ("12,345,678.90", 1234567890),
        ("0.10", 10),
        ("-1", -100),
        ("8.", 800),
        ("3.1400", 314),
        (7, 700),
        (1234.5, 123450),
        (0.1, 10),
        (Decimal("9999999999.99"), 999999999999),
        (Decimal("1E+3"), 100000),
    ],
)
def test_f21_an_amount_is_read_exactly(written: str | int | float | Decimal, fen: int) -> None:
    assert Money.parse(written).fen == fen


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1e9", "E-MONEY-NOTATION"),
        (1e20, "E-MONEY-NOTATION"),
        ("0.001", "E-MONEY-PRECISION"),
        (0.30000000000000004, "E-MONEY-PRECISION"),
        (Decimal("0.005"), "E-MONEY-PRECISION"),
        ("NaN", "E-MONEY-FORMAT"),
        (float("nan"), "E-MONEY-FORMAT"),
        (Decimal("Infinity"), "E-MONEY-FORMAT"),
        ("", "E-MONEY-FORMAT"),
        ("1,23", "E-MONEY-FORMAT"),
        ("3000元", "E-MONEY-FORMAT"),
        (True, "E-MONEY-FORMAT"),
        ("1" + "0" * 12, "E-MONEY-RANGE"),
    ],
)
def test_f21_what_is_no_exact_amount_is_refused(
    written: str | int | float | Decimal, code: str
) -> None:
    assert refused_money(written) == code


@given(st.integers(-LARGEST_FEN, LARGEST_FEN))
def test_money_survives_text_and_decimal_without_loss(fen: int) -> None:
    amount = Money(fen)
    assert Money.parse(str(amount)) == amount
    assert Money.parse(amount.yuan) == amount
    assert amount.yuan * 100 == fen


@given(st.lists(st.integers(-(10**10), 10**10)))
def test_sums_of_money_are_exact(amounts: list[int]) -> None:
    total = Money(0)
    for fen in amounts:
        total += Money(fen)
    assert total.fen == sum(amounts)


def test_a_share_is_rounded_half_away_from_zero() -> None:
    assert Money(100).divided_by(3) == Money(33)
    assert Money(5).divided_by(2) == Money(3)
    assert Money(-5).divided_by(2) == Money(-3)


@pytest.mark.parametrize("written", ["2026-08", "202608", "2026/8", "2026年8月", "２０２６-08"])
def test_a_month_is_read_as_people_write_it(written: str) -> None:
    assert str(Period.parse(written)) == "2026-08"


@pytest.mark.parametrize("written", ["2026-13", "2026-00", "2026", "26-08", "八月", ""])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Period.parse(written)
    assert caught.value.code == "E-PERIOD-FORMAT"


def test_a_month_has_its_days_and_neighbours() -> None:
    february = Period("2028-02")
    assert (february.first_day, february.last_day) == (date(2028, 2, 1), date(2028, 2, 29))
    assert str(Period("2026-01").previous) == "2025-12"
    assert str(Period("2026-12").next) == "2027-01"
    assert str(Period("2026-08").plus(-20)) == "2024-12"
    assert Period("2025-12") < Period("2026-01")
    assert Period("2027-01").months_since(Period("2026-08")) == 5


@given(st.integers(-600, 600), st.integers(-600, 600))
def test_months_add_up(one: int, other: int) -> None:
    start = Period("2026-08")
    assert start.plus(one).plus(other) == start.plus(one + other)
    assert start.plus(one).months_since(start) == one


def test_kleene_tables() -> None:
    assert [FALSE.and_(x) for x in (TRUE, FALSE, UNKNOWN)] == [FALSE, FALSE, FALSE]
    assert [UNKNOWN.and_(x) for x in (TRUE, FALSE, UNKNOWN)] == [UNKNOWN, FALSE, UNKNOWN]
    assert [TRUE.or_(x) for x in (TRUE, FALSE, UNKNOWN)] == [TRUE, TRUE, TRUE]
    assert [UNKNOWN.or_(x) for x in (TRUE, FALSE, UNKNOWN)] == [TRUE, UNKNOWN, UNKNOWN]
    assert [x.not_() for x in (TRUE, FALSE, UNKNOWN)] == [FALSE, TRUE, UNKNOWN]
    assert (Decision.all_of([]), Decision.any_of([])) == (TRUE, FALSE)


@given(st.lists(st.sampled_from(list(Decision)), max_size=6))
def test_de_morgan_holds_with_unknowns(decisions: list[Decision]) -> None:
    negated = [decision.not_() for decision in decisions]
    assert Decision.all_of(decisions).not_() == Decision.any_of(negated)


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (masks.mask_name, "张小三", "张*三"),
        (masks.mask_name, "李四", "李*"),
        (masks.mask_name, "欧阳小明", "欧**明"),
        (masks.mask_name, "阿卜杜拉·买买提", "阿******提"),
        (masks.mask_name, "王", "*"),
        (masks.mask_name, "", ""),
        (masks.mask_id, "990101198001010014", "990101************"),
        (masks.mask_id, "990101800101001", "990101*********"),
        (masks.mask_id, "12345", "*****"),
        (masks.mask_id, "9901011", "*******"),
        (masks.mask_id, "99010119", "990101**"),
        (masks.mask_phone, "13812341234", "138****1234"),
        (masks.mask_phone, "075512345678", "075*****5678"),
        (masks.mask_phone, "8221234567", "********67"),
        (masks.mask_phone, "12", "**"),
        (masks.mask_phone, "123", "*23"),
        (masks.mask_phone, "8221234", "*****34"),
        (masks.mask_account, "6222020200112233445", "***************3445"),
        (masks.mask_account, "1234", "****"),
        (masks.mask_account, "12345", "*2345"),
    ],
)
def test_a_mask_shows_only_what_it_may(mask: object, plain: str, shown: str) -> None:
    assert mask(plain) == shown  # type: ignore[operator]


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_a_masked_id_never_shows_the_birth_date(birth_on: date) -> None:
    shown = masks.mask_id(f"433101{birth_on:%Y%m%d}0014")
    assert shown == "433101************"


@given(st.text(alphabet="0123456789", max_size=30))
def test_masks_keep_the_length_and_hide_something(text: str) -> None:
    for mask in (masks.mask_id, masks.mask_phone, masks.mask_account, masks.mask_name):
        shown = mask(text)
        assert len(shown) == len(text)
        assert not text or "*" in shown


@pytest.mark.parametrize("dot", list("·•．‧・･∙⋅"))
def test_f13_every_dot_in_a_name_becomes_one(dot: str) -> None:
    assert normalise_name(f"阿卜杜拉 {dot} 买买提") == "阿卜杜拉\u00b7买买提"


def test_f13_a_name_of_50_characters_stays_whole() -> None:
    name = "阿" * 24 + "·" + "买" * 25
    assert normalise_name(name) == name


def test_f12_the_private_use_form_is_the_same_name() -> None:
    assert normalise_name("陈\ue863") == "陈\u4dae"
    # A normalised name says what to match; cleaning a text for display changes no character.
    assert normalise_text("陈\ue863") == "陈\ue863"


def test_spaces_go_from_chinese_names_and_stay_in_latin_ones() -> None:
    assert normalise_name(" 李\u3000四 ") == "李四"
    assert normalise_name("Maria  Li") == "Maria Li"


def test_rare_characters_stay() -> None:
    assert normalise_name("𠅤㛃䶮𬭎") == "𠅤㛃䶮𬭎"


def test_texts_are_compared_without_width_and_invisible_characters() -> None:
    assert normalise_text("\ufeff务工\u200b时间（月）\u3000") == "务工时间(月)"
    assert normalise_label("致贫／返贫 风险１") == "致贫/返贫风险1"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise_text(normalise_text(text)) == normalise_text(text)
    assert normalise_name(normalise_name(text)) == normalise_name(text)


def test_new_ids_sort_by_the_order_they_were_made() -> None:
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == 5_000
    assert {value.version for value in made} == {7}
    assert {value.variant for value in made} == {"specified in RFC 4122"}


def test_an_id_carries_its_millisecond() -> None:
    # The example of RFC 9562, appendix A.6: 0x017F22E279B0 ms.
    value = uuid7_of((0x017F22E279B0 << 12) | 0xCC3, 0x18C4DC0C0C07398F)
    assert str(value) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert milliseconds_of(value) == 0x017F22E279B0


def test_an_error_survives_the_way_from_a_child_process() -> None:
    error = pickle.loads(pickle.dumps(Refused("E-SHEET-BOMB", entries=3)))
    assert isinstance(error, Refused)
    assert (error.code, error.params) == ("E-SHEET-BOMB", {"entries": 3})


@pytest.mark.evidence("ASVS-16.2.5")
def test_an_error_keeps_its_parameters_out_of_logs() -> None:
    error = BangfuError("E-ID-CHECKSUM", value="990101198001010014")
    assert "990101198001010014" not in f"{error} {error!r}"


@pytest.mark.evidence("ASVS-8.3.1")
def test_nobody_makes_a_scope_by_hand() -> None:
    actor = Actor("COMMAND", "cli", "bangfu")
    with pytest.raises(TypeError, match="access"):
        Scope(RegionCode.parse("99"), frozenset(), actor)
    with pytest.raises(TypeError, match="access"):
        Scope(RegionCode.parse("99"), frozenset(), actor, seal=object())
    with pytest.raises(TypeError, match="access"):
        Scope(RegionCode.parse("99"), frozenset(), actor, seal=LikeEverything())


class LikeEverything:
    """What says of itself that it equals anything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def test_a_scope_answers_for_its_permissions_and_its_place() -> None:
    scope = restored_scope(
        RegionCode.parse("990101"), frozenset({"EXPORT"}), Actor("SYSTEM", "1", "甲")
    )
    assert [scope.allows(one) for one in ("EXPORT", "REGISTRY_READ", "")] == [True, False, False]
    places = ("990101", "990101101201", "990102", "9901", "99010110")
    assert [scope.covers(RegionCode(one.ljust(12, "0"))) for one in places] == [
        True, True, False, False, True,
    ]  # fmt: skip


@pytest.mark.evidence("ASVS-8.3.1")
def test_only_the_access_app_holds_the_seal() -> None:
    holders = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if re.search(r"\b_SEAL\b", path.read_text(encoding="utf-8"))
    }
    assert holders <= {"kernel/scope.py", "foundation/access/scopes.py"}


def test_an_actor_has_a_known_kind() -> None:
    with pytest.raises(ValueError, match="kind"):
        Actor("ROBOT", "1", "x")  # type: ignore[arg-type]


def test_the_kernel_needs_the_standard_library_only() -> None:
    modules = [f"bangfu.kernel.{path.stem}" for path in (SOURCE / "kernel").glob("[a-z]*.py")]
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "odd = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(m for m in odd if not m.startswith('_') and m != 'bangfu'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE.parent)},
    )
    assert done.stdout.strip() == "[]"
