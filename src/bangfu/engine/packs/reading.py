"""One YAML mapping of a pack → a threshold, an indicator, what cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bangfu.engine.contracts.types import number
from bangfu.engine.packs.model import Indicator, NotComputable
from bangfu.engine.packs.parts import (
    UNITS,
    Bad,
    Names,
    identifier,
    interval,
    only,
    read_region,
    source,
    text,
)
from bangfu.engine.packs.thresholds import Threshold, ThresholdValue


def read_threshold(values: Mapping[str, Any], file: str) -> Threshold:
    """Read thresholds/*.yaml; values of one region may not overlap in time."""
    only(values, ("id", "title", "unit", "values"), "")
    name = identifier(values, "id")
    if "unit" not in values:
        raise Bad("E-PACK-UNIT", "unit", id=name)
    written = values.get("values")
    if not isinstance(written, list) or not written:
        raise Bad("E-PACK-VALUES", "values", id=name)
    found = tuple(_threshold_value(item, f"values[{index}].") for index, item in enumerate(written))
    for index, first in enumerate(found):
        for second in found[index + 1 :]:
            if first.overlaps(second):
                raise Bad(
                    "E-PACK-OVERLAP",
                    f"values[{found.index(second)}]",
                    id=name,
                    region=first.prefix,
                    first=str(first.valid_from),
                    second=str(second.valid_from),
                )
    unit = number(str(values["unit"] or ""))
    return Threshold(name, text(values, "title", ""), unit, found, file)


def _threshold_value(item: Any, where: str) -> ThresholdValue:
    if not isinstance(item, Mapping):
        raise Bad("E-PACK-VALUES", where, id="")
    only(item, ("region", "valid_from", "valid_to", "value", "source"), where)
    start, end = interval(item, where)
    prefix = read_region(item, where)
    try:
        value = Decimal(str(item.get("value")))
    except InvalidOperation as error:
        raise Bad("E-PACK-NUMBER", f"{where}value", value=str(item.get("value"))) from error
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or abs(value) >= Decimal(10) ** 12:
        raise Bad("E-PACK-NUMBER", f"{where}value", value=str(item.get("value")))
    return ThresholdValue(prefix, start, end, value, source(item, where))


def read_indicator(values: Mapping[str, Any], file: str, names: Names) -> Indicator:
    """Read indicators/*.yaml; an indicator may use those read before it."""
    only(values, ("id", "title", "unit", "formula", "source"), "")
    name, unit = identifier(values, "id"), str(values.get("unit"))
    if unit not in UNITS:
        raise Bad("E-RULE-UNIT-OF-RULE", "unit", unit=unit)
    source(values, "")
    formula = names.formula(values.get("formula", ""), "formula", unit, None)
    written = str(values.get("formula", ""))
    return Indicator(name, text(values, "title", ""), unit, formula, file, written)


def read_not_computable(values: Mapping[str, Any], file: str) -> list[NotComputable]:
    """Read not_computable.yaml: what no feed can decide, why, and what would be needed."""
    only(values, ("not_computable",), "")
    written = values.get("not_computable")
    if not isinstance(written, list) or not all(isinstance(item, Mapping) for item in written):
        raise Bad("E-PACK-LIST", "not_computable", key="not_computable")
    found = []
    for index, item in enumerate(written):
        where = f"not_computable[{index}]."
        only(item, ("id", "title", "why", "needs", "source"), where)
        found.append(
            NotComputable(
                id=identifier(item, f"{where}id"),
                title=text(item, "title", where),
                why=text(item, "why", where),
                needs=text(item, "needs", where),
                source=source(item, where),
                file=file,
            )
        )
    return found
