"""The function library in Python, exact to six decimals: the reference of each lowering."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from bangfu.kernel.period import Period

_EXACT = Context(prec=80)
_STEP = Decimal("0.000001")
_LIMIT = Decimal(10) ** 12
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(-[0-9]{2})?")


def fit(value: Decimal) -> Decimal | None:
    """Round to six decimals, halves away from zero; None where it needs more than 12 digits."""
    rounded = value.quantize(_STEP, rounding=ROUND_HALF_UP, context=_EXACT)
    return rounded if abs(rounded) < _LIMIT else None


def compare(op: str, left: Any, right: Any) -> bool:
    """Compare two known values of one kind."""
    match op:
        case "=":
            return bool(left == right)
        case "<>":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def full_years(birth_on: date, day: date) -> Decimal:
    """Full years of age on a day; someone born on 29 February is older from 1 March on."""
    not_yet = (day.month, day.day) < (birth_on.month, birth_on.day)
    return Decimal(day.year - birth_on.year - not_yet)


def full_months(start: date, end: date) -> Decimal:
    """Full months from one day to another; negative when the second is earlier."""
    if end < start:
        return -full_months(end, start)
    return Decimal((end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))


def _divide(left: Decimal, right: Decimal) -> Decimal | None:
    first, second = fit(left), fit(right)
    return fit(_EXACT.divide(first, second)) if first is not None and second else None


def _digit_at(text: str, place: Decimal) -> Decimal | None:
    found = text[int(place) - 1 : int(place)] if place >= 1 else ""
    return Decimal(found) if found in tuple("0123456789") else None


def _text_at(text: str, place: Decimal, count: Decimal) -> str | None:
    start = int(place) - 1
    return text[start : start + int(count)] if start >= 0 and count >= 0 else None


def _exact(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Decimal | None]:
    def fitted(left: Decimal, right: Decimal) -> Decimal | None:
        first, second = fit(left), fit(right)
        return None if first is None or second is None else fit(operation(first, second))

    return fitted


def month_before(day: date | str, months: Decimal) -> str | None:
    """The month that lies so many months before a date's or a month's; None outside 1000–9999.

    A part of a month has no meaning here: half a month before is None.
    """
    written = day.isoformat() if isinstance(day, date) else day
    found = _MONTH.fullmatch(written)
    if found is None or months != int(months):
        return None
    number = int(found[1]) * 12 + int(found[2]) - 1 - int(months)
    return f"{number // 12:04d}-{number % 12 + 1:02d}" if 12_000 <= number < 120_000 else None


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": _exact(_EXACT.add),
    "-": _exact(_EXACT.subtract),
    "*": _exact(_EXACT.multiply),
    "/": _divide,
    "neg": lambda value: -value,
    "abs": abs,
    "round2": lambda value: value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP, context=_EXACT),
    "least": min,
    "greatest": max,
    "months_between": full_months,
    "days_between": lambda start, end: Decimal((end - start).days),
    "year_of": lambda day: Decimal(day.year),
    "month_of": lambda day: f"{day.year:04d}-{day.month:02d}",
    "months_before": month_before,
    "has": lambda codes, code: code in codes,
    "count_of": lambda codes: Decimal(len(codes)),
    "length": lambda text: Decimal(len(text)),
    "digit_at": _digit_at,
    "starts_with": lambda text, prefix: text.startswith(prefix),
    "text_at": _text_at,
}


def call(name: str, args: list[Any], period: Period) -> Any:
    """Return a function's value for known arguments, or None where it has none."""
    match name:
        case "age":
            return full_years(args[0], period.last_day)
        case "period_end":
            return period.last_day
        case "period_start":
            return period.first_day
        case "last_month":
            return month_before(period.first_day, Decimal(1))
        case "period":
            return str(period)
        case _:
            found = _FUNCTIONS[name](*args)
    return found
