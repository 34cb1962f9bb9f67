"""What would change a result, as sentences in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bangfu.engine.contracts.types import Kind
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.changing import Cause, Turn, causes, turn_of, turning
from bangfu.engine.rules.reference import Context, evaluate_node
from bangfu.engine.rules.render import Renderer
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import show
from bangfu.engine.rules.words import word
from bangfu.kernel.decision import Decision

MOST_TOLD = 6
MOST_UNITS = 3
DescribeFeed = Callable[[str, str, str], str]
"""(table, reason, language) → who owes which data, as `runs` knows it."""


def open_causes(rule: Rule, context: Context) -> list[Cause]:
    """Return what is missing of the open clauses that matter to the result."""
    truths = _truths(rule, context)
    matters = {
        clause
        for wanted in (True, False)
        for one in turning(rule.condition, truths, wanted)[:1]
        for clause in one
    }
    found: list[Cause] = []
    for clause, truth in truths.items():
        if truth is None and clause in matters:
            found += causes(clause, context)
    return found


@dataclass(frozen=True)
class ChangeTeller:
    """Tells in one language what would change a rule or a clause."""

    render: Renderer
    describe_feed: DescribeFeed
    opened: dict[tuple[int, int], list[Cause]] = field(default_factory=dict)
    """What `open_causes` found, by identity; tellers of one household share it across languages."""

    def clause(self, node: n.Node, negated: bool, context: Context) -> str | None:
        """Return where a known clause turns, or what is missing of an open one."""
        found = evaluate_node(node, context)
        if found.is_unknown:
            return self._missing(causes(node, context))
        turn = turn_of(node, context)
        holds = bool(found.value) is not negated
        if turn is not None and turn.fact.type.kind in _MEASURED:
            return self._measured(turn, holds)
        # The clause as it would read the other way round.
        return self._say("turned", text=self.render.clause(node, negated=holds is not negated))

    def rule(self, rule: Rule, contexts: Sequence[Context]) -> str | None:
        """Return what would change a rule's result; None where nothing certain can be said.

        `contexts` are the units that make the result: of a rule about members those for whom it
        is true, or open, or false.
        """
        if not contexts:
            return None
        outcome = Decision.of(evaluate_node(rule.condition, contexts[0]).value)
        if outcome is Decision.UNKNOWN:
            found = [cause for context in contexts for cause in self._open(rule, context)]
            missing = self._missing(tuple(dict.fromkeys(found)))
            return None if missing is None else self._say("decided_when", missing=missing)
        wanted = outcome is Decision.FALSE
        each = (self._turning(rule, context, wanted) for context in contexts[:MOST_UNITS])
        texts = list(dict.fromkeys(text for text in each if text))
        if not texts:
            return None
        # For a rule to begin one member is enough; for it to end, all that it holds for.
        told = texts[0] if wanted else self._say("items").join(texts)
        key = ("fires" if wanted else "ends") + ("_hint" if rule.hint != "none" else "")
        sentence = self._say(key, told=told)
        if len(contexts) > 1 and not wanted:
            sentence += self._say("each_member", count=len(contexts))
        return sentence

    def _open(self, rule: Rule, context: Context) -> list[Cause]:
        key = (id(rule), id(context))
        if key not in self.opened:
            self.opened[key] = open_causes(rule, context)
        return self.opened[key]

    def _turning(self, rule: Rule, context: Context, wanted: bool) -> str | None:
        sets = turning(rule.condition, _truths(rule, context), wanted)
        if not sets or not sets[0]:
            return None
        signs = dict(rule.signed_clauses)
        single = [one[0] for one in sets if len(one) == 1]
        # That a fact be lost is no advice, where there is another.
        single = [node for node in single if not _is_loss(node, wanted, signs[node])] or single
        chosen = single or list(sets[0])
        texts = [self.clause(clause, signs[clause], context) for clause in chosen[:MOST_TOLD]]
        listed = self._list([text for text in texts if text])
        if len(chosen) == 1:
            return listed
        return self._say("any_of" if single else "all_of", listed=listed)

    def _list(self, texts: Sequence[str]) -> str:
        if len(texts) == 1:
            return texts[0]
        numbered = (
            self._say("item", number=number, text=text)
            for number, text in enumerate(texts, start=1)
        )
        return self._say("items").join(numbered)

    def _measured(self, turn: Turn, holds: bool) -> str:
        """A number, a date or a month against its limit: both, the gap, and where it turns."""
        kind = turn.fact.type.kind
        unit = self.render.unit(turn.fact.type) if kind is Kind.NUMBER else ""
        slots = {
            "item": self.render.text(turn.fact),
            "value": self._exact(turn.value, turn.fact, unit),
            "limit": self._limit(turn, unit),
            "at": self._exact(turn.limit_value, turn.fact, unit),
        }
        told = self._say("compared", **slots, relation=self._relation(turn))
        gap = _gap(turn)
        if gap:
            told += self._say("gap", gap=self._exact(gap, turn.fact, unit))
        consequence = self._say(f"turns {turn.op}", at=slots["at"])
        return told + self._say("then_not" if holds else "then", turns=consequence)

    def _relation(self, turn: Turn) -> str:
        """How the value stands to the limit now."""
        if turn.value == turn.limit_value:
            return self._say("relation equal")
        return self._say("relation below" if turn.value < turn.limit_value else "relation above")

    def _limit(self, turn: Turn, unit: str) -> str:
        value = self._exact(turn.limit_value, turn.fact, unit)
        if isinstance(turn.limit, n.Literal):
            return value
        return self._say("limit", name=self.render.text(turn.limit), value=value)

    def _exact(self, value: Any, node: n.Node, unit: str) -> str:
        if isinstance(value, Decimal):
            return f"{_number(value)} {unit}".strip()
        return show(value, node.type, self.render.language, self.render.catalog)

    def _missing(self, found: Sequence[Cause]) -> str | None:
        texts = list(dict.fromkeys(self._cause(cause) for cause in found))
        if not texts:
            return None
        return self._say("items").join(texts[:MOST_TOLD])

    def _cause(self, cause: Cause) -> str:
        catalog, language = self.render.catalog, self.render.language
        match cause.kind:
            case "field" if cause.table in ("household", "person"):
                label = catalog.column(cause.table, cause.name).label(language)
                return self._say(f"missing {cause.table}", label=label)
            case "threshold":
                title = self.render.titles.get(cause.name)
                name = title.in_language(language) if title else cause.name
                return self._say("missing threshold", label=name)
            case "field" | "feed" if cause.table in catalog.tables:
                return self.describe_feed(cause.table, cause.reason, language)
            case "stated":
                return self._say(f"reason {cause.reason}")
            case _:
                return self._say("missing value")

    def _say(self, key: str, /, **slots: Any) -> str:
        return word("change", key, self.render.language).format(**slots)


_MEASURED = (Kind.NUMBER, Kind.DATE, Kind.MONTH)


def _truths(rule: Rule, context: Context) -> Mapping[n.Node, bool | None]:
    return {clause: evaluate_node(clause, context).value for clause in rule.clauses}


def _is_loss(clause: n.Node, wanted: bool, negated: bool) -> bool:
    """Whether the clause would turn by a value becoming missing."""
    return isinstance(clause, n.Missing) and wanted is not negated


def _gap(turn: Turn) -> Decimal | None:
    """How far a number is from its limit; nothing is said of dates and months."""
    if isinstance(turn.value, Decimal) and isinstance(turn.limit_value, Decimal):
        return abs(turn.value - turn.limit_value)
    return None


def _number(value: Decimal) -> str:
    """All six decimals where they are there, so that no rounding hides on which side it lies."""
    whole, _, part = f"{abs(value):.6f}".partition(".")
    part = part.rstrip("0")
    if len(part) == 1:
        part += "0"
    sign = "−" if value < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{part}" if part else "")
