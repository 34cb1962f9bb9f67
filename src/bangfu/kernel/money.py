"""Amounts of yuan, exact to the fen (分)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.text import normalise_text

_PLAIN = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]*))?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]*\.?[0-9]+[eE][+-]?[0-9]+")
# What DECIMAL(14,2) holds.
LARGEST_FEN = 10**14 - 1


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen; never a float."""

    fen: int

    def __post_init__(self) -> None:
        if abs(self.fen) > LARGEST_FEN:
            raise InvalidValue("E-MONEY-RANGE")

    @classmethod
    def parse(cls, value: str | int | float | Decimal) -> Money:
        """Read yuan from text such as "1,234.5" (full-width digits too) or from a number.

        A float is a spreadsheet's number cell; what counts is the shortest decimal that reads
        back as it, which is what the clerk saw.

        Raises InvalidValue: E-MONEY-FORMAT, E-MONEY-PRECISION (beyond the fen),
        E-MONEY-NOTATION (scientific), E-MONEY-RANGE.
        """
        if isinstance(value, bool):
            raise InvalidValue("E-MONEY-FORMAT", text=str(value))
        if isinstance(value, int):
            return cls(value * 100)
        if isinstance(value, Decimal):
            return cls._from_decimal(value)
        return cls._from_text(repr(value) if isinstance(value, float) else value)

    @classmethod
    def _from_text(cls, text: str) -> Money:
        plain = normalise_text(text)
        if _SCIENTIFIC.fullmatch(plain):
            raise InvalidValue("E-MONEY-NOTATION", text=text)
        found = _PLAIN.fullmatch(plain)
        if found is None:
            raise InvalidValue("E-MONEY-FORMAT", text=text)
        sign, whole, decimals = found[1], found[2].replace(",", ""), (found[3] or "").rstrip("0")
        if len(decimals) > 2:
            raise InvalidValue("E-MONEY-PRECISION", text=text)
        fen = int(whole) * 100 + int(decimals.ljust(2, "0"))
        return cls(-fen if sign == "-" else fen)

    @classmethod
    def _from_decimal(cls, value: Decimal) -> Money:
        if not value.is_finite():
            raise InvalidValue("E-MONEY-FORMAT", text=str(value))
        if abs(value) > LARGEST_FEN:
            raise InvalidValue("E-MONEY-RANGE")
        fen = value.scaleb(2)
        if fen != fen.to_integral_value():
            raise InvalidValue("E-MONEY-PRECISION", text=str(value))
        return cls(int(fen))

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan with two decimals."""
        return Decimal(self.fen).scaleb(-2)

    def __str__(self) -> str:
        return f"{self.yuan:.2f}"

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __mul__(self, count: int) -> Money:
        return Money(self.fen * count)

    def __bool__(self) -> bool:
        return self.fen != 0

    def divided_by(self, count: int) -> Money:
        """Return the share of one among `count`, rounded half up to the fen (away from zero)."""
        share = (Decimal(self.fen) / count).quantize(Decimal(1), ROUND_HALF_UP)
        return Money(int(share))


ZERO = Money(0)
