"""The facts of a request: checked against its kind's form, stored sealed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from bangfu.domains.changes.kinds import Field, Kind
from bangfu.domains.registry.acts import services as acts
from bangfu.kernel.errors import BangfuError, InvalidValue
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.text import normalise_text
from bangfu.standards import codelists

Facts = dict[str, Any]
LONGEST = 500
MOST_PERSONS = 60


def options_of(field: Field) -> list[dict[str, str]]:
    """Return what a code field may hold: {code, zh, en}."""
    if field.options == "relation":
        entries = codelists.get("relation_to_head").entries
        return [
            {"code": each.code, "zh": each.zh, "en": each.en}
            for each in entries
            if each.code != "HEAD"
        ]
    if field.options == "correctable":
        return [
            {"code": code, "zh": column.zh, "en": column.en}
            for code, (_, column) in acts.correctable().items()
        ]
    return []


def check(kind: Kind, given: dict[str, Any], *, today: date) -> Facts:
    """Return the facts in stored form: ids and days as text, numbers normalised, empties left out.

    Raises InvalidValue E-CHANGES-FACT-UNKNOWN, E-CHANGES-FACT-FORMAT with the field's name, and
    what an ID number's own check says.
    """
    facts: Facts = {}
    for name, value in given.items():
        field = kind.field(str(name))
        if field is None:
            raise InvalidValue("E-CHANGES-FACT-UNKNOWN", field=str(name)[:40])
        if value is None or value == "" or value == []:
            continue
        try:
            facts[field.name] = _CHECKS[field.type](field, value, today)
        except BangfuError:
            raise
        except (TypeError, ValueError, ArithmeticError, KeyError) as error:
            raise InvalidValue("E-CHANGES-FACT-FORMAT", zh=field.zh, en=field.en) from error
    return facts


def missing(kind: Kind, facts: Facts) -> list[Field]:
    """Return the required fields that are not filled in."""
    return [each for each in kind.fields if each.is_required and each.name not in facts]


def _text(field: Field, value: Any, today: date) -> str:
    text = normalise_text(_string(value))
    if not text or len(text) > LONGEST:
        raise ValueError(field.name)
    return text


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return value


def _date(field: Field, value: Any, today: date) -> str:
    return date.fromisoformat(_string(value)).isoformat()


def _code(field: Field, value: Any, today: date) -> str:
    if _string(value) not in {each["code"] for each in options_of(field)}:
        raise ValueError(field.name)
    return str(value)


def _person(field: Field, value: Any, today: date) -> str:
    return str(UUID(_string(value)))


def _persons(field: Field, value: Any, today: date) -> list[Any]:
    """A list of persons, each alone or with the relation to the new head: {person, relation}."""
    if not isinstance(value, list) or len(value) > MOST_PERSONS:
        raise TypeError("a list is needed")
    found: list[Any] = []
    relations = codelists.get("relation_to_head").codes
    for each in value:
        if isinstance(each, dict):
            if set(each) != {"person", "relation"} or each["relation"] not in relations:
                raise ValueError(field.name)
            found.append({"person": str(UUID(each["person"])), "relation": each["relation"]})
        else:
            found.append(str(UUID(_string(each))))
    ids = [each["person"] if isinstance(each, dict) else each for each in found]
    if len(set(ids)) != len(ids):
        raise ValueError(field.name)
    return found


def _id_number(field: Field, value: Any, today: date) -> str:
    return IdNumber.parse(_string(value), today=today).value


def _number(field: Field, value: Any, today: date) -> str:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(field.name)
    return format(number, "f")


_CHECKS = {
    "text": _text,
    "date": _date,
    "code": _code,
    "person": _person,
    "persons": _persons,
    "household": _text,
    "id_number": _id_number,
    "number": _number,
}


def seal(facts: Facts) -> str:
    """Return facts as the text that is stored encrypted."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def unseal(text: object) -> Facts:
    """Return the facts of a stored text, as the encrypted column gives it."""
    found: Facts = json.loads(str(text))
    return found


def ids_in(facts: Facts, name: str) -> list[UUID]:
    """Return the person ids of a person or persons field."""
    value = facts.get(name)
    if value is None:
        return []
    listed = value if isinstance(value, list) else [value]
    return [UUID(each["person"] if isinstance(each, dict) else each) for each in listed]


def relations_in(facts: Facts, name: str) -> dict[UUID, str]:
    """Return the relations stated with the persons of a field."""
    listed = facts.get(name) or []
    return {
        UUID(each["person"]): str(each["relation"]) for each in listed if isinstance(each, dict)
    }
