"""Values as people read them: 8,200.50 · 2026-08-31 · a code's label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import Kind, Type
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.words import word


def show(value: Any, type_: Type, language: str, catalog: Catalog) -> str:
    """Return a value in "zh" or "en"; at most two decimals, thousands apart, "—" for missing."""
    if value is None:
        return word("answers", "missing", language)
    if type_.kind in (Kind.CODE, Kind.CODES):
        codes = [value] if isinstance(value, str) else value
        shown = [catalog.code_label(type_.code_list, code, language) for code in codes]
        return word("operators", "list", language).join(shown)
    if isinstance(value, bool):
        return word("answers", "yes" if value else "no", language)
    if isinstance(value, int | Decimal):
        return show_number(Decimal(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def show_number(value: Decimal) -> str:
    """Return 8200 as 8,200 and 8200.5 as 8,200.50; halves away from zero at two decimals."""
    if value == value.to_integral_value():
        return f"{int(value):,}"
    rounded = (abs(value) * 100 + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR") / 100
    return f"{-rounded if value < 0 else rounded:,.2f}"


def fill(rule: Rule, values: Mapping[str, Any], language: str, catalog: Catalog) -> str:
    """Return the rule's reason with its named values put in."""
    shown = {
        name: show(values[name], node.type, language, catalog) for name, node in rule.values.items()
    }
    return rule.reason.in_language(language).format_map(shown)
