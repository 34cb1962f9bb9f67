"""Names of what the compiled SQL leaves behind, and how decisions are packed into words.

A decision on a unit takes six bits of a word: the first says true, bit k says unknown for the
reason of rank k (`comparison.reasons`), none says false. Ten rules share a word. OR over the
words of a household's members is then the household's decision: true if it is true for one
member, else unknown for the greatest reason, else false.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule

BITS = 6
PER_WORD = 10
MASK = (1 << BITS) - 1
TRUE = 1


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
    """Clauses and words of the rules about one unit; `letter` begins the names of the words."""

    def __init__(self, rules: Sequence[Rule], letter: str) -> None:
        self.rules = tuple(rules)
        clauses = (clause for rule in rules for clause in rule.clauses)
        self.clauses = _numbered("c", clauses)
        self.letter = letter
        self._places = {rule.id: divmod(index, PER_WORD) for index, rule in enumerate(rules)}

    def clause(self, node: n.Node) -> str:
        """Column of a clause, which lives only while its rules are decided."""
        return self.clauses[node]

    def clause_reason(self, node: n.Node) -> str | None:
        """Column of the rank of a clause's reason; None where it can only be NO_DATA."""
        return f"{self.clauses[node]}_r" if can_tell(node) else None

    def words(self) -> list[str]:
        """All words."""
        return [f"{self.letter}{word}" for word in range(-(-len(self.rules) // PER_WORD))]

    def place(self, rule: Rule) -> tuple[str, int]:
        """The word of a rule's decision and the bit where it begins."""
        word, index = self._places[rule.id]
        return f"{self.letter}{word}", index * BITS


def _numbered(letter: str, nodes: Iterable[n.Node]) -> dict[n.Node, str]:
    return {node: f"{letter}{index}" for index, node in enumerate(dict.fromkeys(nodes))}
