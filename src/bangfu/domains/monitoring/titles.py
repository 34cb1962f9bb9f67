"""The short title of a proceeding opened by hand: where it comes from and its matter."""

from __future__ import annotations

from collections.abc import Mapping

from bangfu.procedures import Definition, Value
from bangfu.standards import codelists


def title_of(definition: Definition, facts: Mapping[str, Value], risk: str) -> tuple[str, str]:
    """Return a title in Chinese and English: 农户自主申报：因病 · The family itself: Illness."""
    matter = codelists.get("matter").by_code(risk)
    found = definition.facts.get("source")
    source = found.codes.get(str(facts.get("source", ""))) if found else None
    lead = source or definition.title
    if matter is None:
        return lead.zh, lead.en
    return f"{lead.zh}：{matter.zh}", f"{lead.en}: {matter.en}"
