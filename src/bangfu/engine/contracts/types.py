"""Kinds of values, units of numbers, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bangfu.engine.errors import FormulaError

Unit = tuple[tuple[str, int], ...]


class Kind(StrEnum):
    """What a value is. NUMBER is an exact decimal, MONTH is a text like 2026-08."""

    BOOLEAN = "BOOLEAN"
    NUMBER = "NUMBER"
    DATE = "DATE"
    MONTH = "MONTH"
    TEXT = "TEXT"
    CODE = "CODE"
    CODES = "CODES"
    ANY = "ANY"


ORDERED = frozenset({Kind.NUMBER, Kind.DATE, Kind.MONTH})


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, with the unit of a number (None: any, as a bare 3 has) or the list of a code."""

    kind: Kind
    unit: Unit | None = None
    code_list: str | None = None

    def __str__(self) -> str:
        if self.kind is Kind.NUMBER and self.unit is not None:
            return f"number[{unit_text(self.unit)}]"
        if self.code_list:
            return f"{self.kind.value.lower()}[{self.code_list}]"
        return self.kind.value.lower()


BOOLEAN = Type(Kind.BOOLEAN)
DATE = Type(Kind.DATE)
MONTH = Type(Kind.MONTH)
TEXT = Type(Kind.TEXT)
ANY = Type(Kind.ANY)
NUMBER = Type(Kind.NUMBER)


def number(unit: str = "") -> Type:
    """Return the type of a number in a unit such as "yuan" or "yuan/person"; "" is a pure one."""
    return Type(Kind.NUMBER, parse_unit(unit))


def parse_unit(text: str) -> Unit:
    """Read "yuan", "yuan/person", "" into powers of base units; order does not matter."""
    powers: dict[str, int] = {}
    for index, part in enumerate(text.split("/")):
        for base in filter(None, part.strip().split("*")):
            powers[base.strip()] = powers.get(base.strip(), 0) + (1 if index == 0 else -1)
    return tuple(sorted((base, power) for base, power in powers.items() if power))


def unit_text(unit: Unit) -> str:
    """Write a unit back as text; the inverse of `parse_unit`."""
    above = "*".join(base for base, power in unit for _ in range(max(power, 0)))
    below = "/".join(base for base, power in unit for _ in range(max(-power, 0)))
    return f"{above}/{below}" if below else above


def multiply_units(left: Unit | None, right: Unit | None, sign: int) -> Unit | None:
    """Return the unit of a product (sign 1) or a quotient (sign -1)."""
    if left is None and right is None:
        return None
    powers = dict(left or ())
    for base, power in right or ():
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))


def unify(left: Type, right: Type) -> Type:
    """Return the type that both share, or refuse: numbers of different units never meet."""
    if left.kind is Kind.ANY:
        return right
    if right.kind is Kind.ANY:
        return left
    if {left.kind, right.kind} == {Kind.CODE, Kind.TEXT}:
        return left if left.kind is Kind.CODE else right
    if left.kind is not right.kind:
        raise FormulaError("E-RULE-TYPE", left=str(left), right=str(right))
    if left.kind is Kind.NUMBER:
        return _unify_numbers(left, right)
    if left.code_list and right.code_list and left.code_list != right.code_list:
        raise FormulaError("E-RULE-TYPE", left=str(left), right=str(right))
    return left


def _unify_numbers(left: Type, right: Type) -> Type:
    if left.unit is None:
        return right
    if right.unit is not None and right.unit != left.unit:
        raise FormulaError("E-RULE-UNIT", left=unit_text(left.unit), right=unit_text(right.unit))
    return left
