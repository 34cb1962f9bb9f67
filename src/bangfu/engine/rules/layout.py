"""Names of what the compiled SQL leaves behind, and how a decision is written as a number.

The state of a rule for a unit is FALSE 0, TRUE 6, or between them the rank of the reason why it
is unknown (`comparison.reasons`). The greatest state of a household's members is then the
household's: true if it is true for one member, else unknown for the greatest reason, else false.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule

FALSE, TRUE = 0, 6


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


def state(rule: Rule) -> str:
    """Column of a rule's state."""
    return f"{rule.id}__s"


class Layout:
    """Clauses of the rules about one unit; equal clauses of several rules stand in one column."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.clauses = _numbered("c", (clause for rule in rules for clause in rule.clauses))

    def clause(self, node: n.Node) -> str:
        """Column of a clause, which lives only while its rules are decided."""
        return self.clauses[node]

    def states(self) -> list[str]:
        """Columns of the states."""
        return [state(rule) for rule in self.rules]


def _numbered(letter: str, nodes: Iterable[n.Node]) -> dict[n.Node, str]:
    return {node: f"{letter}{index}" for index, node in enumerate(dict.fromkeys(nodes))}
