"""Exact arithmetic in DuckDB: six decimals, twelve digits before the point, NULL beyond."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from bangfu.engine.rules import build as b
from bangfu.engine.rules.build import Sql

EXACT = "DECIMAL(18, 6)"
WIDE = "DECIMAL(26, 6)"
NARROW = 4_000_000
"""Below it twice a number of millionths times a million fits into 64 bits."""


def exact(item: Sql) -> Sql:
    """A number as DECIMAL(18, 6), rounded half away from zero; NULL where it does not fit."""
    return b.try_cast(item, EXACT)


class Arithmetic:
    """+ - * / of a lowering; each side may be any number."""

    def _arithmetic(self, op: type[exp.Binary], left: Sql, right: Sql) -> Sql:
        """A sum or a difference in 64 bits; TRY gives NULL where it has more than 18 digits."""
        return b.call("try", b.binary(op, exact(left), exact(right)))

    def _wide(self, item: Sql) -> Sql:
        """An exact number with room: DuckDB raises when 18 digits times 18 digits overflow 18."""
        return b.try_cast(exact(item), WIDE)

    def add(self, left: Sql, right: Sql) -> Sql:
        """left + right."""
        return self._arithmetic(exp.Add, left, right)

    def subtract(self, left: Sql, right: Sql) -> Sql:
        """left - right."""
        return self._arithmetic(exp.Sub, left, right)

    def multiply(self, left: Sql, right: Sql) -> Sql:
        """left * right, in 64 bits of millionths where the product is small enough.

        DuckDB multiplies 128 bits two hundred times slower; they are left to large numbers, of
        which 38 digits hold every product.
        """
        doubles = b.binary(exp.Mul, b.cast(left.copy(), "DOUBLE"), b.cast(right.copy(), "DOUBLE"))
        fits = b.binary(exp.LT, b.call("abs", doubles), b.value(NARROW))
        above, below = self._size(left), self._size(right)
        halves = b.binary(exp.Add, b.binary(exp.Mul, above, below), b.value(500_000))
        quotient = exp.IntDiv(this=exp.paren(halves), expression=b.value(1_000_000))
        quick = self._signed(quotient, left, right)
        wide = exact(b.binary(exp.Mul, self._wide(left.copy()), self._wide(right.copy())))
        return b.case((fits, quick), default=wide)

    def divide(self, left: Sql, right: Sql) -> Sql:
        """left / right to six decimals, halves away from zero; NULL by zero.

        DuckDB divides decimals as binary floats, so whole millionths are divided: twice the
        dividend and the divisor, over twice the divisor.
        """
        fits = b.binary(exp.LT, b.call("abs", left.copy()), b.value(NARROW))
        above, below = self._size(left), self._size(right)
        doubled = b.binary(exp.Mul, above, b.value(2_000_000))
        halves = b.binary(exp.Add, doubled, below.copy())
        twice = b.binary(exp.Mul, b.call("nullif", below, b.value(0)), b.value(2))
        quotient = exp.IntDiv(this=exp.paren(halves), expression=exp.paren(twice))
        quick = self._signed(quotient, left, right)
        return b.case((fits, quick), default=self._wide_quotient(left.copy(), right.copy()))

    def _wide_quotient(self, left: Sql, right: Sql) -> Sql:
        """Twice the quotient, cut off, times half a millionth rounds in the last cast."""
        above, below = self._millionths(left), self._millionths(right)
        twice = exp.IntDiv(
            this=exp.paren(b.binary(exp.Mul, above, b.value(2_000_000)), copy=False),
            expression=exp.paren(b.call("nullif", below, b.value(0)), copy=False),
        )
        half = b.try_cast(b.value(Decimal("0.0000005")), "DECIMAL(8, 7)")
        return exact(b.binary(exp.Mul, b.try_cast(twice, "DECIMAL(30, 0)"), half))

    def _millionths(self, item: Sql) -> Sql:
        scaled = b.binary(
            exp.Mul, self._wide(item), b.try_cast(b.value(1_000_000), "DECIMAL(7, 0)")
        )
        return b.try_cast(scaled, "HUGEINT")

    def _size(self, item: Sql) -> Sql:
        """How many millionths a number is without its sign, in 64 bits."""
        number = b.call("abs", exact(item.copy()))
        whole = b.call("trunc", number)
        rest = b.binary(exp.Sub, number.copy(), whole.copy())
        parts = b.cast(b.binary(exp.Mul, rest, b.value(1_000_000)), "BIGINT")
        return b.binary(
            exp.Add, b.binary(exp.Mul, b.cast(whole, "BIGINT"), b.value(1_000_000)), parts
        )

    def _signed(self, millionths: Sql, left: Sql, right: Sql) -> Sql:
        """So many millionths as a number; negative where one of two numbers is."""
        unit = b.cast(b.value(Decimal("0.000001")), "DECIMAL(6, 6)")
        number = b.binary(exp.Mul, b.try_cast(millionths, "DECIMAL(18, 0)"), unit)
        first = b.binary(exp.LT, left.copy(), b.value(0))
        second = b.binary(exp.LT, right.copy(), b.value(0))
        differ = b.binary(exp.NEQ, first, second)
        return b.case((differ, exp.Neg(this=exp.paren(number.copy()))), default=number)
