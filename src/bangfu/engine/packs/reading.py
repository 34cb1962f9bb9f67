"""One YAML mapping of a pack → a threshold, an indicator, a rule or a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import Kind, Type, number
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.model import Case, Indicator, NotComputable
from bangfu.engine.packs.thresholds import Threshold, ThresholdValue
from bangfu.engine.rules.nodes import FeedAggregate, Node, walk
from bangfu.engine.rules.parser import parse
from bangfu.engine.rules.rule import HINTS, KINDS, Rule, Source, Text
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{1,60}")
_STATUSES = ("verified", "unverified")
_SLOT = re.compile(r"\{(\w+)\}")


class Bad(Exception):
    """One thing wrong at one place of a mapping."""

    def __init__(self, code: str, where: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.where, self.params = code, where, params


@dataclass(frozen=True)
class Names:
    """What formulas of a pack may refer to."""

    catalog: Catalog
    thresholds: Mapping[str, Type] = field(default_factory=dict)
    indicators: Mapping[str, Indicator] = field(default_factory=dict)

    def formula(self, text: Any, where: str, unit: str, want: Kind | None) -> Node:
        """Read a formula; what is wrong with it is told with its place."""
        nodes = {name: item.formula for name, item in self.indicators.items()}
        try:
            return parse(
                str(text),
                columns=self.catalog,
                unit=unit,
                thresholds=self.thresholds,
                indicators=nodes,
                want=want,
            )
        except FormulaError as error:
            raise Bad(error.code, where, **error.params) from error


def only(values: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Refuse keys that mean nothing here."""
    for key in values:
        if key not in set(allowed):
            raise Bad("E-PACK-KEY", f"{where}{key}", allowed=", ".join(sorted(allowed)))


def identifier(values: Mapping[str, Any], where: str) -> str:
    """Return `id`: lower-case letters, digits and underscores."""
    found = str(values.get("id", ""))
    if not _IDENTIFIER.fullmatch(found):
        raise Bad("E-PACK-ID", where, id=found)
    return found


def text(values: Mapping[str, Any], key: str, where: str) -> Text:
    """Return {zh, en} under `key`; both are needed."""
    found = values.get(key)
    if not isinstance(found, Mapping) or not found.get("zh") or not found.get("en"):
        raise Bad("E-PACK-TEXT", f"{where}{key}", key=key)
    only(found, ("zh", "en"), f"{where}{key}.")
    return Text(str(found["zh"]), str(found["en"]))


def source(values: Mapping[str, Any], where: str) -> Source:
    """Return `source`: a document, its article, verified or unverified."""
    found = values.get("source")
    if not isinstance(found, Mapping) or not found.get("document"):
        raise Bad("E-PACK-SOURCE", f"{where}source")
    only(found, ("document", "article", "status"), f"{where}source.")
    if found.get("status") not in _STATUSES:
        raise Bad("E-PACK-STATUS", f"{where}source.status", status=str(found.get("status")))
    return Source(str(found["document"]), str(found["status"]), str(found.get("article", "")))


def day(values: Mapping[str, Any], key: str, where: str, *, needed: bool) -> date | None:
    """Return a date; 2026-02-30 is refused, and so is none where one is needed."""
    found = values.get(key)
    if found is None and not needed:
        return None
    if isinstance(found, str):
        try:
            found = date.fromisoformat(found)
        except ValueError as error:
            raise Bad("E-PACK-DATE", f"{where}{key}", value=found) from error
    if not isinstance(found, date):
        raise Bad("E-PACK-DATE", f"{where}{key}", value=str(found))
    return found


def interval(values: Mapping[str, Any], where: str) -> tuple[date, date | None]:
    """Return valid_from and valid_to (last day, optional), in order."""
    start = day(values, "valid_from", where, needed=True)
    end = day(values, "valid_to", where, needed=False)
    assert start is not None
    if end is not None and end < start:
        raise Bad("E-PACK-DATE", f"{where}valid_to", value=str(end))
    return start, end


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
                    "values",
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
    try:
        region = RegionCode.parse(str(item.get("region", "000000000000")))
        value = Decimal(str(item.get("value")))
    except (BangfuError, InvalidOperation) as error:
        raise Bad("E-PACK-NUMBER", f"{where}value", value=str(item.get("value"))) from error
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or abs(value) >= Decimal(10) ** 12:
        raise Bad("E-PACK-NUMBER", f"{where}value", value=str(item.get("value")))
    prefix = "" if region.level == 0 else region.prefix
    return ThresholdValue(prefix, start, end, value, source(item, where))


def read_indicator(values: Mapping[str, Any], file: str, names: Names) -> Indicator:
    """Read indicators/*.yaml; an indicator may use those read before it."""
    only(values, ("id", "title", "unit", "formula", "source"), "")
    name, unit = identifier(values, "id"), str(values.get("unit"))
    if unit not in ("household", "person"):
        raise Bad("E-RULE-UNIT-OF-RULE", "unit", unit=unit)
    source(values, "")
    formula = names.formula(values.get("formula", ""), "formula", unit, None)
    written = str(values.get("formula", ""))
    return Indicator(name, text(values, "title", ""), unit, formula, file, written)


def read_region(values: Mapping[str, Any], where: str = "") -> str:
    """Return the significant digits of `region`, "" where it is not written."""
    if "region" not in values:
        return ""
    written = str(values["region"])
    try:
        found = RegionCode.parse(written)
    except BangfuError as error:
        raise Bad("E-PACK-REGION", f"{where}region", region=written) from error
    return "" if found.level == 0 else found.prefix


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


_RULE_KEYS = [
    "id",
    "kind",
    "unit",
    "title",
    "source",
    "valid_from",
    "valid_to",
    "applies",
    "when",
    "hint",
    "feeds",
    "values",
    "reason",
    "remedy",
    "column",
    "rule_no",
]


def read_rule(values: Mapping[str, Any], file: str, names: Names) -> Rule:
    """Read one rule; every name in its formulas must be known and its texts must fit its values."""
    only(values, _RULE_KEYS, "")
    name, kind, unit = identifier(values, "id"), str(values.get("kind")), str(values.get("unit"))
    if kind not in KINDS:
        raise Bad("E-PACK-KIND", "kind", kind=kind)
    if unit not in ("household", "person"):
        raise Bad("E-RULE-UNIT-OF-RULE", "unit", unit=unit)
    hint = str(values.get("hint", "none"))
    if hint not in HINTS or (kind in ("SUSPICION", "QUALITY") and hint != "none"):
        raise Bad("E-PACK-HINT", "hint", hint=hint, kind=kind)
    start, end = interval(values, "")
    if "when" not in values:
        raise Bad("E-PACK-WHEN", "when", id=name)
    applies = values.get("applies")
    rule = Rule(
        id=name,
        kind=kind,
        unit=unit,
        title=text(values, "title", ""),
        source=source(values, ""),
        when=names.formula(values["when"], "when", unit, Kind.BOOLEAN),
        applies=None if applies is None else names.formula(applies, "applies", unit, Kind.BOOLEAN),
        hint=hint,
        reason=text(values, "reason", ""),
        valid_from=start,
        valid_to=end,
        feeds=tuple(str(feed) for feed in values.get("feeds") or ()),
        values={
            str(key): names.formula(item, f"values.{key}", unit, None)
            for key, item in (values.get("values") or {}).items()
        },
        remedy=text(values, "remedy", "") if "remedy" in values else None,
        column=str(values.get("column", "")),
        rule_no=str(values.get("rule_no", "")),
        file=file,
        formulas=_written(values),
    )
    _check_feeds(rule, names.catalog)
    _check_slots(rule)
    return rule


def _written(values: Mapping[str, Any]) -> dict[str, str]:
    """The formulas of a rule as they are written."""
    named = values.get("values") or {}
    found = {"applies": values.get("applies"), "when": values["when"]}
    found |= {f"values.{key}": item for key, item in named.items()}
    return {key: str(item).strip() for key, item in found.items() if item is not None}


def _check_feeds(rule: Rule, catalog: Catalog) -> None:
    """`feeds` must name exactly the datasets that the formulas read."""
    read = {
        catalog.tables[node.table].dataset
        for root in (rule.condition, *rule.values.values())
        for node in walk(root)
        if isinstance(node, FeedAggregate)
    }
    if read != set(rule.feeds):
        raise Bad(
            "E-PACK-FEEDS", "feeds", stated=", ".join(rule.feeds), read=", ".join(sorted(read))
        )


def _check_slots(rule: Rule) -> None:
    """Texts may only speak of named values; Chinese and English speak of the same ones."""
    slots = [set(_SLOT.findall(part)) for part in (rule.reason.zh, rule.reason.en)]
    strange = (slots[0] ^ slots[1]) | (slots[0] - set(rule.values))
    if strange:
        raise Bad("E-PACK-SLOT", "reason", slots=", ".join(sorted(strange)))


def read_cases(values: Mapping[str, Any], file: str, rule_ids: list[str]) -> list[Case]:
    """Read cases/…: `base` is laid under every case, `member` under every member."""
    only(values, ("base", "member", "cases"), "")
    written = values.get("cases")
    if not isinstance(written, list) or not written:
        raise Bad("E-PACK-CASE-FORM", "cases", file=file)
    return [
        _read_case(item, f"cases[{index}].", file, rule_ids, values)
        for index, item in enumerate(written)
    ]


_CASE_KEYS = [
    "name",
    "rule",
    "period",
    "household",
    "members",
    "feeds",
    "coverage",
    "authorised",
    "others",
    "expect",
    "reason",
]


def _read_case(
    item: Any, where: str, file: str, rule_ids: list[str], values: Mapping[str, Any]
) -> Case:
    if not isinstance(item, Mapping) or not item.get("name"):
        raise Bad("E-PACK-CASE-FORM", where, file=file)
    only(item, _CASE_KEYS, where)
    rule_id = str(item.get("rule") or (rule_ids[0] if len(rule_ids) == 1 else ""))
    if rule_id not in rule_ids:
        raise Bad("E-PACK-CASE-RULE", where, rule=rule_id)
    expect = str(item.get("expect")).upper()
    if expect not in ("TRUE", "FALSE", "UNKNOWN"):
        raise Bad("E-PACK-EXPECT", f"{where}expect", expect=expect)
    base = values.get("base") or {}
    facts = {**base, **{key: part for key, part in item.items() if key not in ("name", "rule")}}
    facts["household"] = {**(base.get("household") or {}), **(item.get("household") or {})}
    facts["members"] = [
        {**(values.get("member") or {}), **member} for member in facts.get("members") or [{}]
    ]
    return Case(rule_id, str(item["name"]), facts, expect, str(item.get("reason") or ""), file)
