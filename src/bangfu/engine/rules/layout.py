"""Which column of a result holds what: outcomes, clauses and the values they looked at.

The names follow from the rules alone, so that whoever reads evidence finds its columns again.
The same clause or value in several rules stands in one column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule


def compared(clause: n.Node) -> tuple[n.Node | None, n.Node | None]:
    """Return what a clause looks at and what it is held against, where each is one value."""
    match clause:
        case n.Compare(left=left, right=right):
            return left, right
        case n.InList(item=item) | n.Missing(item=item) | n.Between(item=item):
            return item, None
        case n.Field():
            return clause, None
        case n.Call(args=(n.Field() as item, *_)):
            return item, None
        case _:
            return None, None


def can_tell(node: n.Node) -> bool:
    """Whether a node can be unknown for another reason than NO_DATA."""
    telling = n.Unknown | n.FeedAggregate | n.MemberAggregate
    return any(isinstance(part, telling) for part in n.walk(node))


def outcome(rule: Rule) -> str:
    """Column of a rule's outcome: true, false, NULL for unknown."""
    return f"{rule.id}__o"


def reason(rule: Rule) -> str:
    """Column of the rank of the reason; NULL unless the outcome is."""
    return f"{rule.id}__r"


class Layout:
    """Columns of the results of rules about one unit."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        clauses = (clause for rule in rules for clause in rule.clauses)
        self.clauses = _numbered("c", clauses)
        self.values = _numbered("v", _looked_at(rules))

    def clause(self, node: n.Node) -> str:
        """Boolean column of a clause."""
        return self.clauses[node]

    def clause_reason(self, node: n.Node) -> str | None:
        """Column of the rank of a clause's reason; None where it can only be NO_DATA."""
        return f"{self.clauses[node]}_r" if can_tell(node) else None

    def value(self, node: n.Node) -> str | None:
        """Column of a value; None for a literal, which needs none."""
        return self.values.get(node)

    def columns(self) -> list[str]:
        """All columns, in order."""
        names = [name for rule in self.rules for name in (outcome(rule), reason(rule))]
        for node, name in self.clauses.items():
            told = self.clause_reason(node)
            names += [name] if told is None else [name, told]
        return names + list(self.values.values())


def _looked_at(rules: Iterable[Rule]) -> Iterable[n.Node]:
    for rule in rules:
        for clause in rule.clauses:
            for side in compared(clause):
                if side is not None and not isinstance(side, n.Literal):
                    yield side
        for node in rule.values.values():
            if not isinstance(node, n.Literal):
                yield node


def _numbered(letter: str, nodes: Iterable[n.Node]) -> dict[n.Node, str]:
    return {node: f"{letter}{index}" for index, node in enumerate(dict.fromkeys(nodes))}
