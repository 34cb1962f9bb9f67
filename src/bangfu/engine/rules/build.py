"""Short names for building sqlglot trees. No text is ever pasted into SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp

Sql = exp.Expr


def column(name: str, table: str | None = None) -> Sql:
    """A quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def value(item: Any) -> Sql:
    """A literal of Python's bool, int, Decimal, date or str; None is NULL."""
    match item:
        case None:
            return exp.null()
        case bool():
            return exp.Boolean(this=item)
        case int() | Decimal():
            size = abs(Decimal(item))
            written = str(int(size)) if size == int(size) else format(size, "f")
            literal: Sql = exp.Literal.number(written)
            return exp.Neg(this=literal) if item < 0 else literal
        case date():
            return exp.cast(exp.Literal.string(item.isoformat()), "DATE")
        case _:
            return exp.Literal.string(str(item))


def call(name: str, *args: Sql) -> Sql:
    """A function of the engine's dialect; only lowerings use it."""
    return exp.Anonymous(this=name, expressions=list(args))


def binary(op: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """An operator with both sides in brackets."""
    return op(this=exp.paren(left, copy=False), expression=exp.paren(right, copy=False))


def is_null(item: Sql) -> Sql:
    """item IS NULL."""
    return exp.paren(exp.Is(this=exp.paren(item, copy=False), expression=exp.null()), copy=False)


def both(*items: Sql) -> Sql:
    """All items, with AND; TRUE of nothing."""
    return exp.and_(*items, copy=False) if items else exp.true()


def either(*items: Sql) -> Sql:
    """Any item, with OR; FALSE of nothing."""
    return exp.or_(*items, copy=False) if items else exp.false()


def case(*branches: tuple[Sql, Sql], default: Sql | None = None) -> Sql:
    """CASE WHEN … THEN … ELSE … END."""
    tree = exp.Case()
    for condition, result in branches:
        tree = tree.when(condition, result, copy=False)
    return tree.else_(default if default is not None else exp.null(), copy=False)


def greatest(*items: Sql) -> Sql:
    """The greatest of the items that are not NULL."""
    return items[0] if len(items) == 1 else call("greatest", *items)


def alias(item: Sql, name: str) -> Sql:
    """item AS "name"."""
    return exp.alias_(item, name, quoted=True, copy=False)


def coalesce(item: Sql, default: Sql) -> Sql:
    """The item, or the default where it is NULL."""
    return call("coalesce", item, default)


def try_cast(item: Sql, to: str) -> Sql:
    """TRY_CAST(item AS to): NULL instead of an error."""
    return exp.TryCast(this=item, to=exp.DataType.build(to))


def cast(item: Sql, to: str) -> Sql:
    """CAST(item AS to)."""
    return exp.Cast(this=item, to=exp.DataType.build(to, dialect="duckdb"))


def small(item: Sql) -> Sql:
    """A rank or a code as the smallest whole number."""
    return cast(item, "UTINYINT")


def numbered(order: str, table: str | None = None) -> Sql:
    """Numbers from 0 in the order of a column."""
    ordered = exp.Order(expressions=[exp.Ordered(this=column(order, table), nulls_first=False)])
    number = exp.Window(this=exp.RowNumber(), order=ordered)
    return cast(binary(exp.Sub, number, value(1)), "INTEGER")


def select(*columns: Sql | str) -> exp.Select:
    """SELECT columns, without copying them."""
    return exp.Select().select(*columns, copy=False)


def layer(source: exp.Select, name: str, *columns: Sql) -> exp.Select:
    """SELECT *, columns FROM (source) AS name; the source itself where nothing is added."""
    if not columns:
        return source
    return select("*", *columns).from_(source.subquery(name, copy=False), copy=False)
