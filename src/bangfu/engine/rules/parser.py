"""Formula text → typed AST. Whatever the allow-list does not name is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from sqlglot import exp

from bangfu.engine.contracts.types import (
    BOOLEAN,
    NUMBER,
    ORDERED,
    Kind,
    Type,
    number,
    unify,
)
from bangfu.engine.errors import FormulaError
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.dialect import ARITHMETIC, COMPARISONS, position, read_expression
from bangfu.engine.rules.functions import (
    FEED_AGGREGATES,
    FUNCTIONS,
    MEMBER_AGGREGATES,
    result_type,
)
from bangfu.engine.rules.literals import (
    as_codes,
    constant,
    read_boolean,
    read_date,
    read_literal,
)
from bangfu.engine.rules.scope import UNKNOWN_REASONS, Columns, Scope


def parse(
    text: str,
    *,
    columns: Columns,
    unit: str,
    thresholds: Mapping[str, Type] | None = None,
    indicators: Mapping[str, n.Node] | None = None,
    want: Kind | None = Kind.BOOLEAN,
) -> n.Node:
    """Read a formula of a `household` or `person` rule into a typed tree.

    `want` is the kind that the whole formula must have (None: any). Raises FormulaError with a
    code of the error table and what was found.
    """
    scope = Scope(columns, unit, unit, thresholds or {}, indicators or {})
    try:
        tree = _convert(read_expression(str(text)), scope)
    except RecursionError as error:
        raise FormulaError("E-RULE-TOO-LARGE", characters=len(text), limit=0, nesting=0) from error
    if want is not None and tree.type.kind not in (want, Kind.ANY):
        raise FormulaError("E-RULE-TYPE", left=want.value.lower(), right=str(tree.type))
    return tree


def _convert(tree: exp.Expr, scope: Scope) -> n.Node:
    handler = _HANDLERS.get(type(tree))
    try:
        if handler is None:
            raise FormulaError("E-RULE-CONSTRUCT", construct=tree.sql()[:80], kind=tree.key)
        return handler(tree, scope)
    except FormulaError as error:
        if error.at is None:
            error.at = position(tree)
        raise


def _paren(tree: exp.Expr, scope: Scope) -> n.Node:
    return _convert(tree.this, scope)


def _condition(tree: exp.Expr, scope: Scope) -> n.Node:
    node = _convert(tree, scope)
    if node.type.kind not in (Kind.BOOLEAN, Kind.ANY):
        raise FormulaError("E-RULE-TYPE", left="boolean", right=str(node.type))
    return node


def _and(tree: exp.Expr, scope: Scope) -> n.Node:
    return n.And(_flatten(tree, exp.And, scope))


def _or(tree: exp.Expr, scope: Scope) -> n.Node:
    return n.Or(_flatten(tree, exp.Or, scope))


def _flatten(tree: exp.Expr, kind: type[exp.Expr], scope: Scope) -> tuple[n.Node, ...]:
    if isinstance(tree, kind):
        return (*_flatten(tree.this, kind, scope), *_flatten(tree.expression, kind, scope))
    return (_condition(tree, scope),)


def _not(tree: exp.Expr, scope: Scope) -> n.Node:
    return n.Not(_condition(tree.this, scope))


def _compare(tree: exp.Expr, scope: Scope) -> n.Node:
    op = COMPARISONS[type(tree)]
    left, right = _convert(tree.this, scope), _convert(tree.expression, scope)
    left, right = as_codes(left, right, scope), as_codes(right, left, scope)
    shared = unify(left.type, right.type)
    if shared.kind is Kind.CODES or (op not in ("=", "<>") and shared.kind not in ORDERED):
        raise FormulaError("E-RULE-TYPE", left=f"{left.type} {op}", right=str(right.type))
    return n.Compare(op, left, right)


def _between(tree: exp.Expr, scope: Scope) -> n.Node:
    item = _convert(tree.this, scope)
    ends = (_convert(tree.args[end], scope) for end in ("low", "high"))
    low, high = (as_codes(end, item, scope) for end in ends)
    shared = unify(unify(item.type, low.type), high.type)
    if shared.kind not in ORDERED:
        raise FormulaError("E-RULE-TYPE", left=f"{item.type} BETWEEN", right=str(shared))
    return n.Between(item, low, high)


def _in(tree: exp.Expr, scope: Scope) -> n.Node:
    if tree.args.get("query") or tree.args.get("unnest") or not tree.expressions:
        raise FormulaError("E-RULE-CONSTRUCT", construct=tree.sql()[:80], kind="in")
    item = _convert(tree.this, scope)
    values = tuple(as_codes(_convert(value, scope), item, scope) for value in tree.expressions)
    literals = tuple(value for value in values if isinstance(value, n.Literal))
    if len(literals) != len(values):
        raise FormulaError("E-RULE-LITERAL", value=tree.sql()[:80])
    shared = reduce(unify, (value.type for value in literals), item.type)
    if shared.kind in (Kind.CODES, Kind.BOOLEAN):
        raise FormulaError("E-RULE-TYPE", left=f"{item.type} IN", right=str(shared))
    return n.InList(item, literals)


def _is(tree: exp.Expr, scope: Scope) -> n.Node:
    if not isinstance(tree.expression, exp.Null):
        raise FormulaError("E-RULE-CONSTRUCT", construct=tree.sql()[:80], kind="is")
    return _missing(_convert(tree.this, scope))


def _missing(item: n.Node) -> n.Node:
    if not isinstance(item, n.Field):
        raise FormulaError("E-RULE-ARGUMENTS", function="missing", given=1, wanted="field")
    return n.Missing(item)


def _arithmetic(tree: exp.Expr, scope: Scope) -> n.Node:
    name = ARITHMETIC[type(tree)]
    args = (_convert(tree.this, scope), _convert(tree.expression, scope))
    if name == "/" and constant(args[1]) == 0:
        raise FormulaError("E-RULE-ZERO", construct=tree.sql()[:80])
    return n.Call(name, args, result_type(name, tuple(arg.type for arg in args)))


def _negate(tree: exp.Expr, scope: Scope) -> n.Node:
    item = _convert(tree.this, scope)
    if isinstance(item, n.Literal) and isinstance(item.value, Decimal):
        return replace(item, value=-item.value)
    return n.Call("neg", (item,), result_type("neg", (item.type,)))


def _column(tree: exp.Expr, scope: Scope) -> n.Node:
    table, name = tree.args.get("table"), tree.this.name
    if table is None or tree.args.get("db"):
        raise FormulaError("E-RULE-FIELD", field=tree.sql(), table="")
    found = scope.columns.column_type(table.name, name)
    if found is None:
        raise FormulaError("E-RULE-FIELD", field=name, table=table.name)
    if not _is_visible(table.name, scope):
        raise FormulaError("E-RULE-SCOPE", field=f"{table.name}.{name}", unit=scope.unit)
    return n.Field(table.name, name, found)


def _is_visible(table: str, scope: Scope) -> bool:
    if table == "person":
        return scope.grain == "person"
    return table == "household" or table == scope.table


def _case(tree: exp.Expr, scope: Scope) -> n.Node:
    if tree.this is not None or tree.args.get("default") is None:
        raise FormulaError("E-RULE-CONSTRUCT", construct=tree.sql()[:80], kind="case")
    branches = tuple(
        (_condition(branch.this, scope), _convert(branch.args["true"], scope))
        for branch in tree.args["ifs"]
    )
    default = _convert(tree.args["default"], scope)
    shared = reduce(unify, (value.type for _, value in branches), default.type)
    return n.Case(branches, default, shared)


def _call(tree: exp.Expr, scope: Scope) -> n.Node:
    name, args = str(tree.this).lower(), tree.expressions
    special = _SPECIAL.get(name)
    if special is not None:
        return special(name, args, scope)
    if name in MEMBER_AGGREGATES:
        return _member_aggregate(name, args, scope)
    if name in FEED_AGGREGATES:
        return _feed_aggregate(name, args, scope)
    signature = FUNCTIONS.get(name)
    if signature is None or not name.isidentifier():
        raise FormulaError("E-RULE-FUNCTION", function=name)
    converted = tuple(_convert(arg, scope) for arg in args)
    if signature.literal_from is not None:
        for arg in converted[signature.literal_from :]:
            if not isinstance(arg, n.Literal):
                raise FormulaError("E-RULE-LITERAL", value=f"{name}()")
    if name == "has" and len(converted) == 2:
        converted = (converted[0], as_codes(converted[1], converted[0], scope))
    if name == "coalesce":
        converted = tuple(as_codes(arg, converted[0], scope) for arg in converted)
    return n.Call(name, converted, result_type(name, tuple(arg.type for arg in converted)))


def _text_argument(name: str, args: list[exp.Expr]) -> str:
    if len(args) != 1 or not isinstance(args[0], exp.Literal) or not args[0].is_string:
        raise FormulaError("E-RULE-ARGUMENTS", function=name, given=len(args), wanted="'…'")
    return str(args[0].this)


def _threshold(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    wanted = _text_argument(name, args)
    if wanted not in scope.thresholds:
        raise FormulaError("E-RULE-THRESHOLD", threshold=wanted)
    return n.Threshold(wanted, scope.thresholds[wanted])


def _indicator(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    wanted = _text_argument(name, args)
    if wanted not in scope.indicators:
        raise FormulaError("E-RULE-INDICATOR", indicator=wanted)
    item = scope.indicators[wanted]
    for inner in _outside_members(item):
        if isinstance(inner, n.Field) and inner.scope == "person" and scope.grain != "person":
            raise FormulaError("E-RULE-SCOPE", field=f"person.{inner.name}", unit=scope.unit)
        if isinstance(inner, n.MemberAggregate):
            grain = "household"
        elif isinstance(inner, n.TimesUsed):
            grain = inner.field.scope
        elif isinstance(inner, n.FeedAggregate):
            grain = inner.grain
        else:
            continue
        if grain != scope.grain or scope.table:
            raise FormulaError("E-RULE-SCOPE", field=wanted, unit=scope.unit)
    return n.Named(wanted, item, item.type)


def _outside_members(node: n.Node) -> Iterator[n.Node]:
    """Yield the nodes of a formula without what is said inside an aggregate over the members."""
    yield node
    if not isinstance(node, n.MemberAggregate):
        for child in n.children(node):
            yield from _outside_members(child)


def _unknown(name: str, args: list[exp.Expr], _scope: Scope) -> n.Node:
    reason = _text_argument(name, args)
    if reason not in UNKNOWN_REASONS:
        raise FormulaError("E-RULE-CODE", value=reason, code_list="unknown_reason")
    return n.Unknown(reason)


def _is_missing(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    if len(args) != 1:
        raise FormulaError("E-RULE-ARGUMENTS", function=name, given=len(args), wanted=1)
    return _missing(_convert(args[0], scope))


def _times_used(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    field = _convert(args[0], scope) if len(args) == 1 else None
    here = scope.grain == scope.unit and scope.table is None
    if not isinstance(field, n.Field) or field.scope != scope.unit or not here:
        raise FormulaError("E-RULE-ARGUMENTS", function=name, given=len(args), wanted="field")
    return n.TimesUsed(field, NUMBER)


_SPECIAL: dict[str, Callable[[str, list[exp.Expr], Scope], n.Node]] = {
    "threshold": _threshold,
    "indicator": _indicator,
    "unknown": _unknown,
    "missing": _is_missing,
    "times_used": _times_used,
}


def _member_aggregate(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    kind, wanted = MEMBER_AGGREGATES[name]
    if scope.grain != "household" or scope.table is not None:
        raise FormulaError("E-RULE-SCOPE", field=f"{name}()", unit=scope.unit)
    if len(args) != len(wanted):
        raise FormulaError("E-RULE-ARGUMENTS", function=name, given=len(args), wanted=len(wanted))
    inner = replace(scope, grain="person")
    value, condition = _aggregate_arguments(args, wanted, inner)
    return n.MemberAggregate(kind, value, condition, _aggregate_type(kind, value, "person"))


def _feed_aggregate(name: str, args: list[exp.Expr], scope: Scope) -> n.Node:
    kind, wanted = FEED_AGGREGATES[name]
    if scope.table is not None:
        raise FormulaError("E-RULE-SCOPE", field=f"{name}()", unit=scope.unit)
    least = len(wanted.replace("c?", ""))
    most = len(wanted.replace("?", ""))
    if not args or not least <= len(args) - 1 <= most:
        raise FormulaError(
            "E-RULE-ARGUMENTS", function=name, given=len(args), wanted=f"{least + 1}–{most + 1}"
        )
    table = args[0].name if isinstance(args[0], exp.Column) and not args[0].table else ""
    if not scope.columns.is_feed(table):
        raise FormulaError("E-RULE-TABLE", table=args[0].sql()[:60])
    inner = replace(scope, table=table)
    value, condition = _aggregate_arguments(args[1:], wanted.replace("?", ""), inner)
    return n.FeedAggregate(
        kind, table, value, condition, scope.grain, _aggregate_type(kind, value, "row")
    )


def _aggregate_arguments(
    args: list[exp.Expr], wanted: str, scope: Scope
) -> tuple[n.Node | None, n.Node | None]:
    value: n.Node | None = None
    condition: n.Node | None = None
    for letter, arg in zip(wanted, args, strict=False):
        if letter == "v":
            value = _convert(arg, scope)
        else:
            condition = _condition(arg, scope)
    return value, condition


def _aggregate_type(kind: str, value: n.Node | None, counted: str) -> Type:
    if kind in ("any", "all", "listed", "in"):
        return BOOLEAN
    if kind in ("count", "distinct"):
        return number(counted)
    assert value is not None
    allowed = {Kind.NUMBER} if kind == "sum" else {*ORDERED, Kind.CODE}
    if value.type.kind not in allowed:
        raise FormulaError("E-RULE-TYPE", left=f"{kind}", right=str(value.type))
    return value.type


_HANDLERS: dict[type[exp.Expr], Callable[..., n.Node]] = {
    exp.Paren: _paren,
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.Neg: _negate,
    exp.Literal: read_literal,
    exp.Boolean: read_boolean,
    exp.Cast: read_date,
    exp.Column: _column,
    exp.Case: _case,
    exp.Anonymous: _call,
    **dict.fromkeys(COMPARISONS, _compare),
    **dict.fromkeys(ARITHMETIC, _arithmetic),
}
