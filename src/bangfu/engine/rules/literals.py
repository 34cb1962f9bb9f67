"""Values written in a formula: numbers, texts, dates, months and codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from bangfu.engine.contracts.types import BOOLEAN, DATE, MONTH, NUMBER, TEXT, Kind, Type
from bangfu.engine.errors import FormulaError
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules import scalars
from bangfu.engine.rules.dialect import ARITHMETIC
from bangfu.engine.rules.scope import LARGEST, Scope
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.period import Period


def as_codes(node: n.Node, other: n.Node, scope: Scope) -> n.Node:
    """Give a text literal that meets a code or a month that type, if it is one."""
    if isinstance(node, n.Literal) and other.type.kind is Kind.MONTH:
        return as_month(node)
    if not isinstance(node, n.Literal) or other.type.kind not in (Kind.CODE, Kind.CODES):
        return node
    known = scope.columns.codes(other.type.code_list or "")
    if known is not None and node.value not in known:
        raise FormulaError(
            "E-RULE-CODE", value=str(node.value), code_list=other.type.code_list or ""
        )
    return replace(node, type=Type(Kind.CODE, code_list=other.type.code_list))


def as_month(node: n.Literal) -> n.Node:
    """Give a text literal the type of a month, if it is one."""
    try:
        return replace(node, value=str(Period.parse(str(node.value))), type=MONTH)
    except BangfuError as error:
        raise FormulaError("E-RULE-LITERAL", value=str(node.value)) from error


def constant(node: n.Node) -> Decimal | None:
    """The value of a number that is written out, also as a sum or a product; else None."""
    if isinstance(node, n.Literal) and isinstance(node.value, Decimal):
        return node.value
    if not isinstance(node, n.Call) or node.name not in (*ARITHMETIC.values(), "neg"):
        return None
    args = [constant(arg) for arg in node.args]
    if any(arg is None for arg in args):
        return None
    found = scalars.call(node.name, args, Period("2000-01"))
    return found if isinstance(found, Decimal) else None


def read_literal(tree: exp.Expr, _scope: Scope) -> n.Node:
    """A text or a number of at most twelve digits and six decimals."""
    if tree.is_string:
        return n.Literal(str(tree.this), TEXT)
    try:
        value = Decimal(str(tree.this))
    except InvalidOperation as error:
        raise FormulaError("E-RULE-LITERAL", value=str(tree.this)) from error
    exponent = value.as_tuple().exponent
    fits = isinstance(exponent, int) and -6 <= exponent <= 0 and abs(value) < LARGEST
    if not fits:
        raise FormulaError("E-RULE-LITERAL", value=str(tree.this))
    return n.Literal(value, NUMBER)


def read_boolean(tree: exp.Expr, _scope: Scope) -> n.Node:
    """TRUE or FALSE."""
    return n.Literal(bool(tree.this), BOOLEAN)


def read_date(tree: exp.Expr, _scope: Scope) -> n.Node:
    """DATE '2026-08-31' is the only cast there is."""
    written = tree.this
    if tree.args["to"].this != exp.DataType.Type.DATE or not isinstance(written, exp.Literal):
        raise FormulaError("E-RULE-CONSTRUCT", construct=tree.sql()[:80], kind="cast")
    try:
        return n.Literal(date.fromisoformat(str(written.this)), DATE)
    except ValueError as error:
        raise FormulaError("E-RULE-LITERAL", value=str(written.this)) from error
