"""A rule: when it holds, for whom, where that is written, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bangfu.engine.rules.nodes import And, Node, signed_leaves

KINDS = ("GUARANTEE", "INCOME", "ALERT", "SUSPICION", "QUALITY")
HINTS = ("urgent", "attention", "none")
UNDECIDED_COUNTS = frozenset({"GUARANTEE", "INCOME"})
"""Kinds whose undecided rules turn a household's hint to `unknown`."""
NO_RISK = "OTHER"
"""The matter of a rule that names none."""


@dataclass(frozen=True)
class Text:
    """A text in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Source:
    """The document that a rule or a threshold stands in, and whether somebody checked it."""

    document: str
    status: str
    article: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule of a pack, its formulas already read and checked."""

    id: str
    kind: str
    unit: str
    title: Text
    source: Source
    when: Node
    hint: str
    reason: Text
    valid_from: date
    valid_to: date | None = None
    applies: Node | None = None
    feeds: tuple[str, ...] = ()
    values: Mapping[str, Node] = field(default_factory=dict)
    remedy: Text | None = None
    column: str = ""
    rule_no: str = ""
    risk: str = NO_RISK
    """The matter (核查事项) in which a household's clues are one: a code of the list `matter`."""
    file: str = ""
    formulas: Mapping[str, str] = field(default_factory=dict)
    """The formulas as they are written: `when`, `applies`, `values.<name>`."""

    @cached_property
    def condition(self) -> Node:
        """The whole condition: to whom it applies, and when it holds."""
        return self.when if self.applies is None else And((self.applies, self.when))

    @cached_property
    def signed_clauses(self) -> tuple[tuple[Node, bool], ...]:
        """The clauses in the order they are written, each with whether it stands under a NOT."""
        return tuple(dict.fromkeys(signed_leaves(self.condition)))

    @cached_property
    def clauses(self) -> tuple[Node, ...]:
        """The condition taken apart at AND, OR and NOT, in the order it is written."""
        return tuple(node for node, _ in self.signed_clauses)

    def is_in_force(self, day: date) -> bool:
        """Whether the rule holds on a day; `valid_to` is the last day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
