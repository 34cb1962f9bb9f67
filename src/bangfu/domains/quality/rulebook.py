"""The quality rules in force, and what readers need of them: numbers, titles, remedies, sources."""

from __future__ import annotations

from functools import cache
from typing import Any

from bangfu.engine.packs.loader import load_quality
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.sensitivity import classes_of
from bangfu.foundation.access.columns import closed_classes
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.scope import Scope
from bangfu.standards.paths import packs_root

NATIONAL = "national"


@cache
def current_pack() -> Pack:
    """Return the quality rules that checks use; read once a process."""
    return load_quality(packs_root() / NATIONAL)


@cache
def rules_by_id() -> dict[str, Rule]:
    """Return the rules by id."""
    return {rule.id: rule for rule in current_pack().rules}


def describe_rule(rule_id: str) -> dict[str, str]:
    """Return number, titles and remedies of a rule; its id alone when the pack lacks it."""
    rule = rules_by_id().get(rule_id)
    return {
        "rule_id": rule_id,
        "rule_no": rule.rule_no if rule else rule_id,
        "title_zh": rule.title.zh if rule else rule_id,
        "title_en": rule.title.en if rule else rule_id,
        "remedy_zh": rule.remedy.zh if rule and rule.remedy else "",
        "remedy_en": rule.remedy.en if rule and rule.remedy else "",
    }


def name_columns(rule_id: str) -> dict[str, str | None]:
    """Return the titles of the columns that a rule marks, joined, in both languages."""
    rule = rules_by_id().get(rule_id)
    if rule is None or not rule.column:
        return {"column_zh": None, "column_en": None}
    catalog = current_pack().catalog
    found = [catalog.column(*name.split(".", 1)) for name in rule.column.split() if "." in name]
    return {
        "column_zh": "、".join(column.label("zh") for column in found) or None,
        "column_en": ", ".join(column.label("en") for column in found) or None,
    }


@cache
def _classes_of(rule_id: str) -> frozenset[str] | None:
    """Return the classes of all that a rule and its texts read; None of one the pack lacks."""
    rule = rules_by_id().get(rule_id)
    return classes_of(rule, current_pack().catalog) if rule else None


def classes_closed(scope: Scope, rule_id: str) -> frozenset[str]:
    """Return the classes that a rule reads and the reader may not see; all of an unknown rule."""
    closed = closed_classes(scope)
    classes = _classes_of(rule_id) if closed else frozenset()
    return closed if classes is None else classes & closed


def check_open(scope: Scope, rule_id: str | None) -> None:
    """Refuse to list by a rule closed to the reader. Raises NotAllowed E-ACCESS-RULE-CLOSED."""
    if rule_id and classes_closed(scope, rule_id):
        raise NotAllowed("E-ACCESS-RULE-CLOSED")


def list_rules(scope: Scope) -> list[dict[str, Any]]:
    """Return every rule with its group (the file it stands in) and its source, by number.

    `withheld`: what it finds is not told to the reader, who cannot list by it.
    """
    return [
        {
            **describe_rule(rule.id),
            "group": rule.file.rsplit("/", 1)[-1].removesuffix(".yaml"),
            "source_document": rule.source.document,
            "source_status": rule.source.status,
            "withheld": bool(classes_closed(scope, rule.id)),
        }
        for rule in sorted(current_pack().rules, key=lambda rule: (rule.rule_no, rule.id))
    ]
