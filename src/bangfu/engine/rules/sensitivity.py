"""Which classes of sensitive data a rule reads (规则涉及的敏感信息类别).

Worked out from the condition tree and `standards/columns.yaml`, never written down by hand: a rule
that a county adds has its classes the moment it is loaded. What a rule says about a household is as
sensitive as the most sensitive thing it looked at, whichever way it came out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule
from bangfu.standards import columns
from bangfu.standards.columns import ColumnClass

_MONEY = "yuan"


def classes_of(rule: Rule, catalog: Catalog) -> frozenset[str]:
    """Return the names of the classes of all that a rule's condition and texts read.

    A list in which to stand at all says something counts with its class, also where the rule asks
    for no column of it.
    """
    roots = (rule.condition, *rule.values.values())
    found = (
        cls for root in roots for node in n.walk(root) for cls in _classes(node, catalog) if cls
    )
    return frozenset(cls.name for cls in found)


def _classes(node: n.Node, catalog: Catalog) -> Iterator[ColumnClass | None]:
    match node:
        case n.Field(scope=table, name=name) if table in catalog.tables:
            yield _class_of_column(table, name, catalog)
            yield columns.find_dataset(catalog.tables[table].dataset)
        case n.FeedAggregate(table=table):
            yield columns.find_dataset(catalog.tables[table].dataset)


def _class_of_column(table: str, name: str, catalog: Catalog) -> ColumnClass | None:
    """The class of a column; an amount that no contract has, as the year before's, is money."""
    found = columns.find(catalog.tables[table].dataset, name)
    if found is None and name in catalog.tables[table].by_name:
        unit = catalog.column(table, name).type.unit
        if any(base == _MONEY for base, _ in unit or ()):
            found = columns.find_type("money")
    return found.cls if found else None
