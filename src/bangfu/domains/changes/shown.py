"""The facts of a request as somebody may see them: in words, masked or withheld by their class.

A value that a request would write is of the class of the register's column. Nobody sees an ID
number in a request in full but by asking for it; what was withheld comes back unchanged when the
form is saved again.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from bangfu.domains.changes.facts import Facts, ids_in, options_of
from bangfu.domains.changes.kinds import Field, Kind
from bangfu.domains.registry import columns
from bangfu.domains.registry.acts import services as acts
from bangfu.foundation.access.columns import HIDDEN, OPEN, Access, access_to
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.money import Money
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists
from bangfu.standards import columns as classes
from bangfu.standards.columns import ColumnClass

_DATASETS = {"household": columns.HOUSEHOLD, "member": columns.MEMBER}
_OPEN = Access(OPEN)
# What stands in a sentence for a value that the reader may not see.
WITHHELD = "＊＊＊"


def column_of(field: Field, facts: Facts) -> tuple[str, str] | None:
    """Return the dataset and column that a fact's value belongs to; None for a fact of its own."""
    if field.type == "id_number":
        return columns.MEMBER, "id_number"
    if field.name != "value":
        return None
    corrected = acts.correctable().get(str(facts.get("field", "")))
    return (_DATASETS[corrected[0]], corrected[1].name) if corrected else None


def class_of(field: Field, facts: Facts) -> ColumnClass | None:
    """Return the class of a fact's value; None for one that is open to every reader."""
    place = column_of(field, facts)
    found = classes.find(*place) if place else None
    return found.cls if found else None


def access_of(scope: Scope, field: Field, facts: Facts) -> Access:
    """Return what `scope` may see of a fact."""
    place = column_of(field, facts)
    return access_to(scope, *place) if place else _OPEN


def shown(scope: Scope, kind: Kind, facts: Facts, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """Return the facts as {name, zh, en, value, value_zh, value_en, shown, can_reveal}."""
    found = []
    for field in kind.fields:
        value = facts.get(field.name)
        if value is None:
            continue
        access = access_of(scope, field, facts)
        zh, en = in_words(scope, field, facts, names)
        found.append(
            {
                "name": field.name,
                "zh": field.zh,
                "en": field.en,
                "value": access.apply(value),
                "value_zh": "" if access.shown == HIDDEN else zh,
                "value_en": "" if access.shown == HIDDEN else en,
                "shown": access.shown,
                "can_reveal": access.can_reveal and access.shown != OPEN,
            }
        )
    return found


def kept(scope: Scope, kind: Kind, given: Facts, stored: Facts) -> Facts:
    """Return a form with what the writer could not see put back as it is stored.

    A withheld fact comes back empty, absent, or as its masked form.
    """
    found = dict(given)
    for field in kind.fields:
        value = stored.get(field.name)
        if value is None or access_of(scope, field, stored).shown == OPEN:
            continue
        is_same_column = column_of(field, stored) == column_of(field, {**stored, **given})
        masked = access_of(scope, field, stored).apply(value)
        if is_same_column and found.get(field.name) in (None, "", masked):
            found[field.name] = value
    return found


def in_words(scope: Scope, field: Field, facts: Facts, names: dict[UUID, str]) -> tuple[str, str]:
    """Return a fact's value in Chinese and English; empty where there is none."""
    value = facts.get(field.name)
    if value is None:
        return "", ""
    access = access_of(scope, field, facts)
    if access.shown != OPEN:
        text = str(access.apply(value) or WITHHELD)
        return text, text
    return plain_words(field, facts, names)


def plain_words(field: Field, facts: Facts, names: dict[UUID, str]) -> tuple[str, str]:
    """Return a fact's value in words, in full."""
    value = facts[field.name]
    if field.type in ("person", "persons"):
        people = [names.get(each, "?") for each in ids_in(facts, field.name)]
        return "、".join(people), ", ".join(people)
    if field.type == "code":
        option = next((o for o in options_of(field) if o["code"] == value), None)
        return (option["zh"], option["en"]) if option else (str(value), str(value))
    return _corrected(facts) if field.name == "value" else (str(value), str(value))


def _corrected(facts: Facts) -> tuple[str, str]:
    """Return the new value of a correction, a code by its label, money with its separators."""
    text = str(facts["value"])
    found = acts.correctable().get(str(facts.get("field", "")))
    if found is None:
        return text, text
    column = found[1]
    try:
        value = acts.parse_value(str(facts["field"]), text, date.max)
    except InvalidValue:
        return text, text
    if column.code_list:
        codes = value if isinstance(value, list) else [value]
        entries = codelists.get(column.code_list)
        return (
            "、".join(entries.label(code) for code in codes),
            ", ".join(entries.label(code, "en") for code in codes),
        )
    if isinstance(value, Money):
        return str(value), str(value)
    return text, text
