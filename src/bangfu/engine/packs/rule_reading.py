"""One YAML mapping of a pack → a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import ANY, Kind
from bangfu.engine.packs.parts import (
    UNITS,
    Bad,
    Gather,
    Names,
    identifier,
    interval,
    only,
    source,
    text,
)
from bangfu.engine.rules.nodes import FeedAggregate, Literal, Node, walk
from bangfu.engine.rules.rule import HINTS, KINDS, NO_RISK, Rule, Source, Text
from bangfu.standards import codelists

_SLOT = re.compile(r"\{(\w+)\}")
_NOTHING: Node = Literal(None, ANY)
_NO_TEXT = Text("", "")
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
    "risk",
]


def read_rule(values: Mapping[str, Any], file: str, names: Names) -> Rule:
    """Read one rule; every name in its formulas must be known and its texts must fit its values."""
    gather = Gather()
    gather(lambda: only(values, _RULE_KEYS, ""), None)
    unit = gather(lambda: _choice(values, "unit", UNITS, "E-RULE-UNIT-OF-RULE"), "")
    no_formulas: dict[str, str] = {}
    formulas = gather(lambda: _formulas(values), no_formulas)
    # Without a unit nobody can say which fields a formula may name.
    trees = {
        key: gather(lambda w=written, k=key: names.formula(w, k, unit, _want(k)), _NOTHING)  # type: ignore[misc]
        for key, written in (formulas.items() if unit else ())
    }
    always: tuple[date, date | None] = (date.min, None)
    start, end = gather(lambda: interval(values, ""), always)
    rule = Rule(
        id=gather(lambda: identifier(values, "id"), ""),
        kind=gather(lambda: _choice(values, "kind", KINDS, "E-PACK-KIND"), ""),
        unit=unit,
        title=gather(lambda: text(values, "title", ""), _NO_TEXT),
        source=gather(lambda: source(values, ""), Source("", "")),
        when=trees.get("when", _NOTHING),
        applies=trees.get("applies"),
        hint=gather(lambda: _hint(values), ""),
        reason=gather(lambda: text(values, "reason", ""), _NO_TEXT),
        valid_from=start,
        valid_to=end,
        feeds=tuple(str(feed) for feed in values.get("feeds") or ()),
        values={
            key.removeprefix("values."): tree
            for key, tree in trees.items()
            if key.startswith("values.")
        },
        remedy=gather(lambda: text(values, "remedy", ""), None) if "remedy" in values else None,
        column=str(values.get("column", "")),
        rule_no=str(values.get("rule_no", "")),
        risk=gather(lambda: _risk(values), NO_RISK),
        file=file,
        formulas={key: written.strip() for key, written in formulas.items()},
    )
    if _NOTHING not in trees.values():
        gather(lambda: _check_feeds(rule, names.catalog), None)
    gather(lambda: _check_slots(rule), None)
    gather.end()
    return rule


def _choice(values: Mapping[str, Any], key: str, allowed: Sequence[str], code: str) -> str:
    """Return a word that is one of `allowed`."""
    found = str(values.get(key, ""))
    if found not in allowed:
        raise Bad(code, key, **{key: found})
    return found


def _hint(values: Mapping[str, Any]) -> str:
    hint, kind = str(values.get("hint", "none")), str(values.get("kind", ""))
    if hint not in HINTS or (kind in ("SUSPICION", "QUALITY") and hint != "none"):
        raise Bad("E-PACK-HINT", "hint", hint=hint, kind=kind)
    return hint


def _risk(values: Mapping[str, Any]) -> str:
    """Return the matter of the rule's clues; one that the list does not have is refused."""
    risk = str(values.get("risk", NO_RISK))
    if codelists.get("matter").by_code(risk) is None:
        raise Bad("E-PACK-RISK", "risk", risk=risk)
    return risk


def _want(key: str) -> Kind | None:
    """A condition must be true or false; a named value may be anything."""
    return None if key.startswith("values.") else Kind.BOOLEAN


def _formulas(values: Mapping[str, Any]) -> dict[str, str]:
    """The formulas of a rule as they are written."""
    if values.get("when") is None:
        raise Bad("E-PACK-WHEN", "when", id=str(values.get("id", "")))
    named = values.get("values") or {}
    if not isinstance(named, Mapping):
        raise Bad("E-PACK-LIST", "values", key="values")
    found = {"applies": values.get("applies"), "when": values["when"]}
    found |= {f"values.{key}": item for key, item in named.items()}
    return {key: str(item) for key, item in found.items() if item is not None}


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
