"""The values of facts: whether one fits its type, and whether a day lies in the future."""

from __future__ import annotations

from datetime import date

from bangfu.procedures.model import Fact, FactType, Value

MAX_TEXT = 2000
MAX_COUNT = 1_000_000
MAX_PEOPLE = 100


def fits(fact: Fact, value: object) -> bool:
    """Whether a value is one of the fact's type; texts and documents are not blank, people are
    named once each."""
    match fact.type:
        case FactType.DATE:
            return type(value) is date
        case FactType.TEXT | FactType.DOCUMENT:
            return isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_TEXT
        case FactType.COUNT:
            return type(value) is int and 0 <= value <= MAX_COUNT
        case FactType.FLAG:
            return isinstance(value, bool)
        case FactType.CODE:
            return isinstance(value, str) and value in fact.codes
        case FactType.PEOPLE:
            return _are_people(value)


def _are_people(value: object) -> bool:
    if not isinstance(value, tuple) or not 0 < len(value) <= MAX_PEOPLE:
        return False
    named = all(isinstance(person, str) and person.strip() for person in value)
    return named and len(set(value)) == len(value)


def is_future(fact: Fact, value: Value, today: date) -> bool:
    """Whether a day lies after today though the fact has to have happened."""
    return fact.type is FactType.DATE and not fact.may_be_future and as_day(value) > today


def as_day(value: Value) -> date:
    """Return the day of a DATE."""
    if not isinstance(value, date):
        raise TypeError("a day was promised by the fact's type")
    return value


def as_count(value: Value) -> int:
    """Return the number of a COUNT, and how many PEOPLE."""
    if isinstance(value, tuple):
        return len(value)
    if isinstance(value, int):
        return value
    raise TypeError("a number was promised by the fact's type")


def as_people(value: Value) -> frozenset[str]:
    """Return the people of PEOPLE."""
    if not isinstance(value, tuple):
        raise TypeError("people were promised by the fact's type")
    return frozenset(value)
