"""Citizen identity number (公民身份号码), GB 11643-1999."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.text import normalise_text

Sex = Literal["MALE", "FEMALE"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]*)?[eE]\+?[0-9]+")
_DECIMAL_TAIL = re.compile(r"([0-9]{15}|[0-9]{18})\.0+")
_OLD_LENGTH = 15
_LENGTH = 18
# In 15-digit numbers these orders were kept for people who were past 100 in the 1980s.
_CENTENARIAN_ORDERS = frozenset({"996", "997", "998", "999"})
# Nobody has verifiably lived longer than 122 years; an older number is a slip of the pen.
OLDEST_AGE = 125


def check_character(first17: str) -> str:
    """Return the 18th character for 17 digits: Σ digit·weight mod 11 (GB 11643, ISO 7064)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


@dataclass(frozen=True, slots=True, order=True)
class IdNumber:
    """A checked citizen ID number in its 18-character form.

    `repairs` names what was mended without loss: FULL_WIDTH, SPACES, QUOTE, LOWER_X, FROM_15.
    Two numbers are equal when their values are.
    """

    value: str
    birth_on: date = field(compare=False)
    sex: Sex = field(compare=False)
    division6: str = field(compare=False)
    repairs: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if len(self.value) != _LENGTH or check_character(self.value[:17]) != self.value[17]:
            raise InvalidValue("E-ID-CHECKSUM", expected="")

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str | int | float, *, today: date | None = None) -> IdNumber:
        """Read an ID number; `today` lets it refuse births in the future and ages past 125.

        A number cell of a spreadsheet keeps 15 digits only, so of numbers only 15-digit ones pass.

        Raises InvalidValue: E-ID-LENGTH, E-ID-CHARACTER, E-ID-CHECKSUM, E-ID-DATE,
        E-ID-PRECISION, E-ID-FUTURE, E-ID-AGE.
        """
        raw = _text_of(text)
        value, repairs = _repair(raw)
        _check_shape(value)
        if len(value) == _OLD_LENGTH:
            value = _widen(value)
            repairs = (*repairs, "FROM_15")
        number = cls._from_18(value, repairs)
        if today is not None:
            number._check_age(today)
        return number

    @classmethod
    def from_15(cls, text: str, *, today: date | None = None) -> IdNumber:
        """Read a number of the old 15-digit form; raises as `parse` does."""
        value, _ = _repair(text)
        if len(value) != _OLD_LENGTH:
            raise InvalidValue("E-ID-LENGTH", length=len(value))
        return cls.parse(text, today=today)

    @classmethod
    def build(cls, division6: str, birth_on: date, order: int) -> IdNumber:
        """Make a number from its parts; `order` 0–999, odd for men."""
        first17 = f"{division6}{birth_on:%Y%m%d}{order:03d}"
        return cls._from_18(first17 + check_character(first17), ())

    @classmethod
    def _from_18(cls, value: str, repairs: tuple[str, ...]) -> IdNumber:
        expected = check_character(value[:17])
        if value[17] != expected:
            if value.endswith("000"):
                raise InvalidValue("E-ID-PRECISION")
            raise InvalidValue("E-ID-CHECKSUM", expected=expected)
        return cls(
            value=value,
            birth_on=_birth_day(value[6:14]),
            sex="MALE" if int(value[16]) % 2 else "FEMALE",
            division6=value[:6],
            repairs=repairs,
        )

    @property
    def old_form(self) -> str | None:
        """The 15-digit form, for people born from 1900 to 1999; None for everybody else."""
        if self.value[6:8] != "19" or self.value[14:17] in _CENTENARIAN_ORDERS:
            return None
        return self.value[:6] + self.value[8:17]

    def age_on(self, day: date) -> int:
        """Return the full years of age on `day`."""
        return full_years(self.birth_on, day)

    def _check_age(self, today: date) -> None:
        if self.birth_on > today:
            raise InvalidValue("E-ID-FUTURE", birth_on=self.birth_on.isoformat())
        if self.age_on(today) > OLDEST_AGE:
            raise InvalidValue("E-ID-AGE", age=self.age_on(today))


def full_years(birth_on: date, day: date) -> int:
    """Return the full years from `birth_on` to `day`; negative before birth."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def _text_of(value: str | int | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not value.is_integer():
        raise InvalidValue("E-ID-CHARACTER", character=".")
    text = str(int(value))
    if len(text) > _OLD_LENGTH:
        raise InvalidValue("E-ID-PRECISION")
    return text


def _repair(raw: str) -> tuple[str, tuple[str, ...]]:
    repairs = []
    value = raw.strip()
    if value[:1] in {"'", "‘", "’", "＇"}:
        value = value[1:]
        repairs.append("QUOTE")
    narrow = normalise_text(value)
    if any("！" <= character <= "～" for character in value):
        repairs.append("FULL_WIDTH")
    if narrow.replace(" ", "") != narrow or len(narrow) != len(raw) - ("QUOTE" in repairs):
        repairs.append("SPACES")
    narrow = narrow.replace(" ", "")
    if narrow.endswith("x"):
        narrow = narrow[:-1] + "X"
        repairs.append("LOWER_X")
    return narrow, tuple(repairs)


def _check_shape(value: str) -> None:
    if _SCIENTIFIC.fullmatch(value) or _DECIMAL_TAIL.fullmatch(value):
        raise InvalidValue("E-ID-PRECISION")
    odd = next((c for c in value[:-1] if not ("0" <= c <= "9")), None)
    if odd is None and value and not ("0" <= value[-1] <= "9" or value[-1] == "X"):
        odd = value[-1]
    if odd is not None:
        raise InvalidValue("E-ID-CHARACTER", character=odd)
    if len(value) not in (_OLD_LENGTH, _LENGTH):
        raise InvalidValue("E-ID-LENGTH", length=len(value))
    if len(value) == _OLD_LENGTH and value[-1] == "X":
        raise InvalidValue("E-ID-CHARACTER", character="X")
    if value[0] == "0":
        raise InvalidValue("E-ID-DIVISION", division=value[:6])


def _widen(old: str) -> str:
    century = "18" if old[12:15] in _CENTENARIAN_ORDERS else "19"
    first17 = old[:6] + century + old[6:]
    return first17 + check_character(first17)


def _birth_day(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise InvalidValue("E-ID-DATE", birth=digits) from error
