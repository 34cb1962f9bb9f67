"""The function library: what each function takes and gives. Nothing else can be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bangfu.engine.contracts.types import (
    BOOLEAN,
    DATE,
    MONTH,
    NUMBER,
    TEXT,
    Kind,
    Type,
    multiply_units,
    number,
    unify,
)
from bangfu.engine.errors import FormulaError

Types = tuple[Type, ...]


@dataclass(frozen=True)
class Signature:
    """Kinds of the arguments (the last repeats when `variadic`) and the type of the result."""

    parameters: tuple[frozenset[Kind], ...]
    result: Callable[[Types], Type]
    meaning: str
    variadic: bool = False
    literal_from: int | None = None


def _of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_NUMBER = _of(Kind.NUMBER)
_DATE = _of(Kind.DATE)
_DATE_OR_MONTH = _of(Kind.DATE, Kind.MONTH)
_TEXT = _of(Kind.TEXT, Kind.CODE)
_CODES = _of(Kind.CODES)
_VALUE = _of(Kind.NUMBER, Kind.DATE, Kind.MONTH, Kind.TEXT, Kind.CODE, Kind.BOOLEAN)
_ORDERED = _of(Kind.NUMBER, Kind.DATE, Kind.MONTH)


def _same(types: Types) -> Type:
    result = types[0]
    for other in types[1:]:
        result = unify(result, other)
    return result


def _product(types: Types) -> Type:
    return Type(Kind.NUMBER, multiply_units(types[0].unit, types[1].unit, 1))


def _quotient(types: Types) -> Type:
    return Type(Kind.NUMBER, multiply_units(types[0].unit, types[1].unit, -1))


FUNCTIONS: dict[str, Signature] = {
    "+": Signature((_NUMBER, _NUMBER), _same, "sum; both in one unit"),
    "-": Signature((_NUMBER, _NUMBER), _same, "difference; both in one unit"),
    "*": Signature((_NUMBER, _NUMBER), _product, "product; units multiply"),
    "/": Signature((_NUMBER, _NUMBER), _quotient, "quotient; by zero it is unknown"),
    "neg": Signature((_NUMBER,), _same, "the number with its sign changed"),
    "abs": Signature((_NUMBER,), _same, "the number without its sign"),
    "round2": Signature((_NUMBER,), _same, "to two decimals, halves away from zero"),
    "least": Signature(
        (_ORDERED, _ORDERED), _same, "smallest; unknown if any is unknown", variadic=True
    ),
    "greatest": Signature(
        (_ORDERED, _ORDERED), _same, "largest; unknown if any is unknown", variadic=True
    ),
    "coalesce": Signature((_VALUE, _VALUE), _same, "the first value that is known", variadic=True),
    "age": Signature((_DATE,), lambda _: number("year"), "full years on the period's last day"),
    "months_between": Signature(
        (_DATE, _DATE), lambda _: number("month"), "full months from the first day to the second"
    ),
    "days_between": Signature(
        (_DATE, _DATE), lambda _: number("day"), "days from the first day to the second"
    ),
    "year_of": Signature((_DATE,), lambda _: NUMBER, "calendar year"),
    "month_of": Signature((_DATE,), lambda _: MONTH, "calendar month, like 2026-08"),
    "period": Signature((), lambda _: MONTH, "the month of the run, like 2026-08"),
    "last_month": Signature((), lambda _: MONTH, "the month before the month of the run"),
    "months_before": Signature(
        (_DATE_OR_MONTH, _NUMBER),
        lambda _: MONTH,
        "the month so many months before that of a date or a month; whole numbers only",
    ),
    "period_start": Signature((), lambda _: DATE, "first day of the month of the run"),
    "period_end": Signature((), lambda _: DATE, "last day of the month of the run"),
    "has": Signature((_CODES, _TEXT), lambda _: BOOLEAN, "the list holds the code", literal_from=1),
    "count_of": Signature((_CODES,), lambda _: NUMBER, "how many codes the list holds"),
    "length": Signature((_TEXT,), lambda _: NUMBER, "number of characters"),
    "digit_at": Signature(
        (_TEXT, _NUMBER),
        lambda _: NUMBER,
        "the digit at a place (1 is the first); unknown where no digit stands there",
        literal_from=1,
    ),
    "starts_with": Signature(
        (_TEXT, _TEXT), lambda _: BOOLEAN, "the text begins with the literal", literal_from=1
    ),
    "text_at": Signature(
        (_TEXT, _NUMBER, _NUMBER),
        lambda _: TEXT,
        "so many characters from a place on (1 is the first)",
        literal_from=1,
    ),
}


def result_type(name: str, types: Types) -> Type:
    """Check a call's argument types against the library and return the type of its value."""
    signature = FUNCTIONS[name]
    wanted = signature.parameters
    if signature.variadic and len(types) > len(wanted):
        wanted = wanted + (wanted[-1],) * (len(types) - len(wanted))
    if len(types) != len(wanted):
        raise FormulaError(
            "E-RULE-ARGUMENTS", function=name, given=len(types), wanted=len(signature.parameters)
        )
    for given, allowed in zip(types, wanted, strict=True):
        if given.kind is not Kind.ANY and given.kind not in allowed:
            raise FormulaError(
                "E-RULE-TYPE", left=f"{name}()", right=f"{given} ∉ {'|'.join(sorted(allowed))}"
            )
    return signature.result(types)


MEMBER_AGGREGATES: dict[str, tuple[str, str]] = {
    "any_member": ("any", "c"),
    "all_members": ("all", "c"),
    "count_members": ("count", "c"),
    "sum_members": ("sum", "v"),
    "sum_members_where": ("sum", "vc"),
    "max_members": ("max", "v"),
    "min_members": ("min", "v"),
    "distinct_members": ("distinct", "v"),
}
"""Name → (kind, arguments: v a value, c a condition)."""

FEED_AGGREGATES: dict[str, tuple[str, str]] = {
    "any_in": ("any", "c"),
    "any_listed": ("listed", "c"),
    "count_in": ("count", "c?"),
    "sum_in": ("sum", "vc?"),
    "max_in": ("max", "vc?"),
    "min_in": ("min", "vc?"),
    "in_feed": ("in", ""),
}
"""Name → (kind, arguments after the table; c? is a condition that may be left out)."""
