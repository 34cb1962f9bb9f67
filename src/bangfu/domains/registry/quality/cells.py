"""Which check rule a fault of a single cell belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_RULES = Path(__file__).with_name("cell_rules.yaml")


@dataclass(frozen=True)
class CellRule:
    """A rule about one cell, as the source numbers it."""

    rule_no: str
    title: dict[str, str]
    source: str


def rule_for(code: str) -> CellRule:
    """The rule of an error code: that of the longest listed prefix."""
    prefixes = [prefix for prefix in _by_prefix() if f"{code}-".startswith(f"{prefix}-")]
    return _by_prefix()[max(prefixes, key=len)]


def list_rules() -> list[CellRule]:
    """All rules about cells, in the order of the file."""
    return list({rule.rule_no: rule for rule in _by_prefix().values()}.values())


@cache
def _by_prefix() -> dict[str, CellRule]:
    listed = yaml.safe_load(_RULES.read_text(encoding="utf-8"))["rules"]
    found: dict[str, CellRule] = {}
    for rule in listed:
        made = CellRule(str(rule["rule_no"]), rule["title"], rule["source"])
        found.update(dict.fromkeys(rule["codes"], made))
    return found
