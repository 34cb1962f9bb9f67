"""Citizen ID numbers, disability certificates and credit codes against their standards."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.kernel.credit_code import CreditCode
from bangfu.kernel.disability import DisabilityCertificate
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.id_number import IdNumber

TODAY = date(2026, 10, 31)
# The example of GB 11643-1999: 1·7+1·9+0·10+1·5+0·8+5·4+1·2+9·1+4·6+9·3+1·7+2·9+3·10+1·5+0·8+0·4
# +2·2 = 167, 167 mod 11 = 2, the third of "10X98765432" is X.
GB_EXAMPLE = "11010519491231002X"
# 9·7+9·9+0+1·5+0+1·4+1·2+9·1+8·6+0+0+1·9+0+1·5+0+0+1·2 = 228, 228 mod 11 = 8, the ninth is 4.
DEMO_MAN = "990101198001010014"


def refused(text: object, today: date | None = TODAY) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        IdNumber.parse(text, today=today)  # type: ignore[arg-type]
    return caught.value


def test_it_reads_the_example_of_the_standard() -> None:
    number = IdNumber.parse(GB_EXAMPLE)
    assert number.value == GB_EXAMPLE
    assert number.birth_on == date(1949, 12, 31)
    assert number.sex == "FEMALE"
    assert number.division6 == "110105"
    assert number.repairs == ()


def test_an_odd_17th_digit_is_a_man() -> None:
    assert IdNumber.parse(DEMO_MAN).sex == "MALE"


@pytest.mark.parametrize(
    ("written", "repairs"),
    [
        ("11010519491231002x", ("LOWER_X",)),
        (" 11010519491231002X ", ("SPACES",)),
        ("110105 19491231 002X", ("SPACES",)),
        ("1101051949\u200b1231002X", ("SPACES",)),
        ("１１０１０５19491231002X", ("FULL_WIDTH",)),
        ("11010519491231002ｘ", ("FULL_WIDTH", "LOWER_X")),
        ("'11010519491231002X", ("QUOTE",)),
        ("110105491231002", ("FROM_15",)),
    ],
)
def test_f07_a_lossless_slip_is_mended_and_named(written: str, repairs: tuple[str, ...]) -> None:
    number = IdNumber.parse(written, today=TODAY)
    assert number.value == GB_EXAMPLE
    assert number.repairs == repairs


@pytest.mark.parametrize(
    "written",
    ["5.10722E+17", "5.10722e17", "510722198001010000", 510722198001010000, 5.1072219800101e17],
)
def test_f07_a_number_that_lost_its_digits_is_refused(written: object) -> None:
    assert refused(written).code == "E-ID-PRECISION"


def test_a_15_digit_number_cell_has_lost_nothing() -> None:
    assert IdNumber.parse(110105491231002).value == GB_EXAMPLE
    assert IdNumber.parse(110105491231002.0).value == GB_EXAMPLE


@pytest.mark.parametrize(
    ("written", "code", "params"),
    [
        ("110105194912310021", "E-ID-CHECKSUM", {"expected": "X"}),
        ("11010519491231002", "E-ID-LENGTH", {"length": 17}),
        ("", "E-ID-LENGTH", {"length": 0}),
        ("无", "E-ID-CHARACTER", {"character": "无"}),
        ("1101051949123I002X", "E-ID-CHARACTER", {"character": "I"}),
        ("11010549123100X", "E-ID-CHARACTER", {"character": "X"}),
        ("010105194912310024", "E-ID-DIVISION", {"division": "010105"}),
    ],
)
def test_f08_a_wrong_number_says_what_is_wrong(
    written: str, code: str, params: dict[str, object]
) -> None:
    error = refused(written)
    assert (error.code, error.params) == (code, params)


def numbered(birth: str) -> str:
    """A number with a right check character for any birth text."""
    first17 = f"990101{birth}001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(first17, weights, strict=True))
    return first17 + "10X98765432"[total % 11]


@pytest.mark.parametrize("birth", ["19800230", "19801301", "19800100", "20230229"])
def test_f08_an_impossible_birth_date_is_refused(birth: str) -> None:
    assert refused(numbered(birth)).code == "E-ID-DATE"


def test_f08_somebody_born_tomorrow_is_refused_and_today_not() -> None:
    assert refused(numbered("20261101")).params == {"birth_on": "2026-11-01"}
    assert IdNumber.parse(numbered("20261031"), today=TODAY).age_on(TODAY) == 0


def test_f08_an_age_of_130_is_refused_and_125_not() -> None:
    assert refused(numbered("18961031")).params == {"age": 130}
    assert IdNumber.parse(numbered("19011031"), today=TODAY).age_on(TODAY) == 125
    assert refused(numbered("19001031")).code == "E-ID-AGE"


def test_f08_an_abolished_division_is_accepted() -> None:
    # 110103 崇文区 was abolished in 2010; its people keep their numbers.
    assert IdNumber.build("110103", date(1980, 1, 1), 1).division6 == "110103"


def test_f09_the_15_and_18_digit_forms_are_one_number() -> None:
    assert IdNumber.parse("110105491231002") == IdNumber.parse(GB_EXAMPLE)
    assert len({IdNumber.parse("110105491231002"), IdNumber.parse(GB_EXAMPLE)}) == 1


@given(
    birth_on=st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    order=st.integers(0, 995),
    division=st.integers(110000, 999999),
)
def test_15_to_18_and_back_is_a_round_trip(birth_on: date, order: int, division: int) -> None:
    number = IdNumber.build(str(division), birth_on, order)
    assert number.old_form is not None
    assert len(number.old_form) == 15
    assert IdNumber.from_15(number.old_form).value == number.value
    assert IdNumber.parse(number.value).birth_on == birth_on


@given(
    birth_on=st.dates(date(1900, 1, 1), date(2026, 10, 31)),
    order=st.integers(0, 999),
    place=st.integers(0, 16),
    shift=st.integers(1, 9),
)
def test_changing_any_one_digit_is_noticed(
    birth_on: date, order: int, place: int, shift: int
) -> None:
    value = IdNumber.build("433101", birth_on, order).value
    other = str((int(value[place]) + shift) % 10)
    with pytest.raises(InvalidValue):
        IdNumber.parse(value[:place] + other + value[place + 1 :])


def test_a_birthday_is_counted_on_the_day() -> None:
    number = IdNumber.parse(DEMO_MAN)
    assert number.age_on(date(2025, 12, 31)) == 45
    assert number.age_on(date(2026, 1, 1)) == 46


def test_a_disability_certificate_tells_kind_and_grade() -> None:
    certificate = DisabilityCertificate.parse("11010519491231002x13")
    assert certificate.id_number.value == GB_EXAMPLE
    assert (certificate.kind, certificate.grade, certificate.reissue) == (1, 3, 0)
    assert DisabilityCertificate.parse(GB_EXAMPLE + "44B1").reissue == 1


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ("1", "E-DISABILITY-LENGTH"),
        ("81", "E-DISABILITY-KIND"),
        ("01", "E-DISABILITY-KIND"),
        ("15", "E-DISABILITY-GRADE"),
        ("10", "E-DISABILITY-GRADE"),
        ("11C1", "E-DISABILITY-REISSUE"),
        ("11B0", "E-DISABILITY-REISSUE"),
    ],
)
def test_a_wrong_disability_certificate_is_refused(tail: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        DisabilityCertificate.parse(GB_EXAMPLE + tail)
    assert caught.value.code == code


def test_it_reads_the_example_credit_code() -> None:
    # 9·1+1·3+3·9+5·27+1·26+21·20(M)+1·8+30·30(Y)+4·28 = 1640, mod 31 = 28, 31 − 28 = 3.
    assert CreditCode.parse("91350100m000100y43").value == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91350100M000100Y44", "E-CREDIT-CHECKSUM"),
        ("91350100M000100Y4", "E-CREDIT-LENGTH"),
        ("9135O100M000100Y43", "E-CREDIT-CHARACTER"),
    ],
)
def test_a_wrong_credit_code_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        CreditCode.parse(text)
    assert caught.value.code == code
