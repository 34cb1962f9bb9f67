"""The condition tree. Every node is frozen and knows its type; only the parser makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from bangfu.engine.contracts.types import ANY, BOOLEAN, Type

Scalar = bool | Decimal | date | str | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the formula."""

    value: Scalar
    type: Type


@dataclass(frozen=True, slots=True)
class Field:
    """A column: `scope` is "household", "person" or the name of a feed table."""

    scope: str
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dated policy number of the pack, looked up by the household's region."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is unknown for a stated reason."""

    reason: str
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Named:
    """An indicator of the pack, put in where it is named."""

    name: str
    item: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of our own library, or one of + - * / neg."""

    name: str
    args: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition holds; an undecided condition is unknown."""

    branches: tuple[tuple[Node, Node], ...]
    default: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Compare:
    """op is one of = <> < <= > >=."""

    op: str
    left: Node
    right: Node
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class Between:
    """low <= item <= high."""

    item: Node
    low: Node
    high: Node
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class InList:
    """item is one of the literals."""

    item: Node
    values: tuple[Literal, ...]
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class Missing:
    """item has no value; never unknown itself."""

    item: Node
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class And:
    """All items hold."""

    items: tuple[Node, ...]
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class Or:
    """At least one item holds."""

    items: tuple[Node, ...]
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold."""

    item: Node
    type: ClassVar[Type] = BOOLEAN


@dataclass(frozen=True, slots=True)
class MemberAggregate:
    """any, all, count, sum, max, min or distinct over the members of the household."""

    kind: str
    value: Node | None
    condition: Node | None
    type: Type


@dataclass(frozen=True, slots=True)
class FeedAggregate:
    """any, listed, count, sum, max, min or in over the rows of a feed.

    The rows are those of one person (`grain` "person") or of all members ("household").
    """

    kind: str
    table: str
    value: Node | None
    condition: Node | None
    grain: str
    type: Type


@dataclass(frozen=True, slots=True)
class TimesUsed:
    """How many rows of the whole input hold the same value in this field."""

    field: Field
    type: Type


Node = (
    Literal
    | Field
    | Threshold
    | Unknown
    | Named
    | Call
    | Case
    | Compare
    | Between
    | InList
    | Missing
    | And
    | Or
    | Not
    | MemberAggregate
    | FeedAggregate
    | TimesUsed
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below, in the order they are written."""
    match node:
        case Named(item=item) | Not(item=item) | Missing(item=item):
            return (item,)
        case Call(args=args):
            return args
        case Case(branches=branches, default=default):
            return (*(part for branch in branches for part in branch), default)
        case Compare(left=left, right=right):
            return (left, right)
        case Between(item=item, low=low, high=high):
            return (item, low, high)
        case InList(item=item, values=values):
            return (item, *values)
        case And(items=items) | Or(items=items):
            return items
        case MemberAggregate(value=value, condition=condition):
            return tuple(part for part in (value, condition) if part is not None)
        case FeedAggregate(value=value, condition=condition):
            return tuple(part for part in (value, condition) if part is not None)
        case TimesUsed(field=field):
            return (field,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def signed_leaves(node: Node, negated: bool = False) -> Iterator[tuple[Node, bool]]:
    """Yield the clauses: what is left when AND, OR and NOT are taken apart.

    The flag says whether the clause stands under an odd number of NOTs.
    """
    match node:
        case And(items=items) | Or(items=items):
            for item in items:
                yield from signed_leaves(item, negated)
        case Not(item=item):
            yield from signed_leaves(item, not negated)
        case _:
            yield node, negated
