"""Unified social credit code (统一社会信用代码), GB 32100-2015."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.text import normalise_text

# Digits and capital letters without I, O, S, V, Z; the value of each is its place.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_LENGTH = 18


def check_character(first17: str) -> str:
    """Return the 18th character: (31 − Σ value·3^i mod 31) mod 31."""
    total = sum(_ALPHABET.index(c) * weight for c, weight in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


@dataclass(frozen=True, slots=True, order=True)
class CreditCode:
    """A checked credit code of an organisation."""

    value: str

    def __post_init__(self) -> None:
        if len(self.value) != _LENGTH:
            raise InvalidValue("E-CREDIT-LENGTH", length=len(self.value))
        odd = next((c for c in self.value if c not in _ALPHABET), None)
        if odd is not None:
            raise InvalidValue("E-CREDIT-CHARACTER", character=odd)
        expected = check_character(self.value[:17])
        if self.value[17] != expected:
            raise InvalidValue("E-CREDIT-CHECKSUM", expected=expected)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> CreditCode:
        """Read a code; full-width and lower-case letters and spaces are mended.

        Raises InvalidValue: E-CREDIT-LENGTH, E-CREDIT-CHARACTER, E-CREDIT-CHECKSUM.
        """
        return cls(normalise_text(text).replace(" ", "").upper())
