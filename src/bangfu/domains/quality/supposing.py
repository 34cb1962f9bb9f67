"""What the quality rules would say of households if some of their facts were otherwise.

Asked before a decision, so that one which contradicts the register is stopped and not found later;
of all households of a decision at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from uuid import UUID

import pyarrow as pa

from bangfu.domains.quality.asking import ask, columns_of, feeds_of, filled
from bangfu.domains.quality.domain import Found
from bangfu.domains.quality.extract import (
    HOUSEHOLD,
    PERSON,
    Lists,
    Register,
    read_given,
    read_register,
)
from bangfu.domains.quality.rulebook import Rulebook, rulebook_of
from bangfu.domains.registry.quality.rules import split_by_columns
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.rule import Rule
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

Facts = Mapping[str, str | date | None]


def suppose(
    scope: Scope, region: RegionCode, homes: Mapping[UUID, Facts], *, on: date
) -> dict[UUID, list[Found]]:
    """Return what rules would find of households with these facts and do not find as they are.

    `homes`: household to facts by column of the register's household, in a county `region` or one
    of its places. Only rules that read one of the facts and no list of a department are asked,
    and of a village only those that its register can answer. One that is not there has nothing
    found. Cost: the households' own rows, which columns their villages fill, one evaluation where
    nothing speaks against what is supposed and two otherwise, whatever the number of households;
    the rules are compiled once a month.
    """
    book = rulebook_of(scope, region, on)
    names = frozenset(name for facts in homes.values() for name in facts)
    rules = [rule for rule in _reading(book, names) if rule.is_in_force(on)]
    wanted = columns_of(rules)
    if not homes or not rules:
        return {}
    with activate(scope):
        register = read_register(scope, region, book.pack.catalog, wanted, on, among=list(homes))
        places = set(register.household.column("region_code").to_pylist())
        given = read_given(scope, places, wanted)
    if not places:
        return {}
    answerable = _answerable(book.pack, rules, register, given, on)
    after = ask(book.pack, rules, _with(register, homes), Lists(), on)
    told = [one for one in after if one.rule_id in answerable[one.region_code]]
    if not told:
        return {}
    before = {_key(one) for one in ask(book.pack, rules, register, Lists(), on)}
    found: dict[UUID, list[Found]] = {}
    for one in told:
        if _key(one) not in before:
            found.setdefault(UUID(one.household_id), []).append(one)
    return found


def _key(found: Found) -> tuple[str, str]:
    return found.rule_id, found.household_id


@lru_cache(maxsize=16)
def _reading(book: Rulebook, names: frozenset[str]) -> tuple[Rule, ...]:
    """The rules of a book that read one of these facts of a household, and no list."""
    wanted = {(HOUSEHOLD, name) for name in names}
    return tuple(
        rule for rule in book.pack.rules if wanted & columns_of([rule]) and not feeds_of([rule])
    )


def _answerable(
    pack: Pack,
    rules: Collection[Rule],
    register: Register,
    given: Mapping[str, Mapping[str, frozenset[str]]],
    on: date,
) -> dict[str, frozenset[str]]:
    """The rules that the register of each village can answer, by village and id."""
    few = replace(pack, rules=tuple(rules), cases=())
    tables = {HOUSEHOLD: register.household, PERSON: register.person}
    found = {}
    for place, columns in given.items():
        known = {
            name: filled(name, one.column_names, columns[name]) for name, one in tables.items()
        }
        runnable, _ = split_by_columns(few, known, on)
        found[place] = frozenset(rule.id for rule in runnable)
    return found


def _with(register: Register, homes: Mapping[UUID, Facts]) -> Register:
    """The households with what is supposed of each instead of what they hold."""
    table = register.household
    supposed = [homes[UUID(one)] for one in table.column("household_id").to_pylist()]
    for name in sorted({name for facts in supposed for name in facts}):
        if name not in table.column_names:
            continue
        place, held = table.column_names.index(name), table.column(name).to_pylist()
        values = [facts.get(name, now) for facts, now in zip(supposed, held, strict=True)]
        kind = table.schema.field(place).type
        table = table.set_column(place, name, pa.array(values, type=kind))
    return Register(table, register.person)
