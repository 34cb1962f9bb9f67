"""What the quality rules would say of a household if some of its facts were otherwise.

Asked before a decision, so that one which contradicts the register is stopped and not found later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from bangfu.domains.quality.asking import ask, choose, columns_of, feeds_of
from bangfu.domains.quality.domain import Found
from bangfu.domains.quality.extract import HOUSEHOLD, Lists, Register, read_register
from bangfu.domains.quality.rulebook import rulebook_of
from bangfu.engine.rules.rule import Rule
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def suppose(
    scope: Scope,
    region: RegionCode,
    household_id: UUID,
    facts: Mapping[str, str | date | None],
    *,
    on: date,
) -> list[Found]:
    """Return what rules would find of a household with these facts and do not find as it is.

    `facts` by column of the register's household. Only rules that read one of them and no list of
    a department are asked. Cost: one read of the village's register, two evaluations of one
    household.
    """
    pack = rulebook_of(scope, region, on).pack
    rules = [rule for rule in pack.rules_on(on) if _reads(rule, facts) and not feeds_of([rule])]
    with activate(scope):
        village = read_register(scope, region, pack.catalog, columns_of(rules), on)
    asked = choose(replace(pack, rules=tuple(rules), cases=()), village, Lists(), on).rules
    chosen = [rule for rule in asked if rule in rules]
    home = _only(village, household_id)
    if home.household.num_rows == 0 or not chosen:
        return []
    before = {one.rule_id for one in ask(pack, chosen, home, Lists(), on)}
    after = ask(pack, chosen, _with(home, facts), Lists(), on)
    return [one for one in after if one.rule_id not in before]


def _reads(rule: Rule, facts: Mapping[str, str | date | None]) -> bool:
    return any((HOUSEHOLD, name) in columns_of([rule]) for name in facts)


def _only(register: Register, household_id: UUID) -> Register:
    def mine(table: pa.Table) -> pa.Table:
        return table.filter(pc.equal(table.column("household_id"), str(household_id)))

    return Register(mine(register.household), mine(register.person))


def _with(register: Register, facts: Mapping[str, str | date | None]) -> Register:
    table = register.household
    for name, value in facts.items():
        place = table.column_names.index(name) if name in table.column_names else -1
        if place < 0:
            continue
        kind = table.schema.field(place).type
        table = table.set_column(place, name, pa.array([value] * table.num_rows, type=kind))
    return Register(table, register.person)
