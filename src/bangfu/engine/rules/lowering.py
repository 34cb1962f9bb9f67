"""Typed AST → SQL expressions for DuckDB, with a reason beside every value.

`value(node)` is NULL exactly where the reference evaluator says unknown; there `reason(node)` is
the rank of the reason (`comparison.reasons`). Another engine gets its own subclass that overrides
what differs; a rule never names a function of an engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from bangfu.engine.comparison.reasons import NO_DATA, RANKS
from bangfu.engine.contracts.types import Kind
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules import scalars
from bangfu.engine.rules.arithmetic import EXACT, Arithmetic, exact
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.functions import FUNCTIONS
from bangfu.engine.rules.layout import can_tell
from bangfu.kernel.period import Period

_PREFIXES = {"household": "h", "person": "p"}
_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}

ThresholdTable = Sequence[tuple[str, Decimal | str | bool | None]]
"""(region prefix, value), longest prefix first; the prefix "" is the whole country."""


def field_column(scope: str, name: str) -> str:
    """Return the name that a field has in the flat relations of a run."""
    return f"{_PREFIXES.get(scope, scope)}__{name}"


class DuckDbLowering(Arithmetic):
    """Lowers expressions for one period, one set of thresholds and one naming of aggregates."""

    def __init__(
        self,
        period: Period,
        thresholds: Mapping[str, ThresholdTable],
        columns: Mapping[n.Node, str],
    ) -> None:
        self.period = period
        self.thresholds = thresholds
        self.columns = columns
        """Aggregates, window counts and parts of formulas → the column that holds them; beside
        an aggregate over members its reason stands in `…_why`."""
        self.reasons: dict[n.Node, Sql] = {}
        """Feed aggregates → the rank of the reason where they are unknown."""

    def values_of(self, node: n.Threshold) -> list[Decimal | str | bool | None]:
        """Return every value that a threshold has somewhere."""
        return [value for _, value in self.thresholds[node.name]]

    def everywhere(self, node: n.Threshold) -> Decimal | str | bool | None:
        """Return the value of a threshold that is the same in the whole country, else None."""
        table = self.thresholds[node.name]
        return table[0][1] if len(table) == 1 and table[0][0] == "" else None

    def value(self, node: n.Node) -> Sql:
        """Return the SQL of a node's value."""
        if node in self.columns:
            return b.column(self.columns[node])
        found: Sql = getattr(self, _VALUES[type(node)])(node)
        return found

    def reason(self, node: n.Node) -> Sql:
        """Return the SQL of the reason's rank; has a meaning only where the value is NULL."""
        match node:
            case n.FeedAggregate():
                return self.reasons[node].copy()
            case n.MemberAggregate():
                return b.column(f"{self.columns[node]}_why")
            case n.TimesUsed():
                return b.value(NO_DATA)
            case n.Unknown(reason=name):
                return b.value(RANKS[name])
            case n.Named(item=item) | n.Not(item=item) | n.InList(item=item):
                return self.reason(item)
            case n.Case():
                return self._case_reason(node)
            case _:
                return self._worst(n.children(node))

    def _worst(self, parts: Sequence[n.Node]) -> Sql:
        told = [part for part in parts if not isinstance(part, n.Literal)]
        if not any(can_tell(part) for part in told):
            return b.value(NO_DATA)
        reasons = [b.case((b.is_null(self.value(p)), self.reason(p))) for p in told]
        return b.greatest(b.value(NO_DATA), *reasons)

    def _case_reason(self, node: n.Case) -> Sql:
        branches: list[tuple[Sql, Sql]] = []
        for condition, result in node.branches:
            branches.append((b.is_null(self.value(condition)), self.reason(condition)))
            branches.append((self.value(condition), self.reason(result)))
        return b.case(*branches, default=self.reason(node.default))

    def _literal(self, node: n.Literal) -> Sql:
        return b.value(node.value)

    def _field(self, node: n.Field) -> Sql:
        return b.column(field_column(node.scope, node.name))

    def _threshold(self, node: n.Threshold) -> Sql:
        table = self.thresholds[node.name]
        if not table:
            return b.try_cast(exp.null(), EXACT)
        if len(table) == 1 and table[0][0] == "":
            return b.value(table[0][1])
        region = field_column("household", "region_code")
        branches = [
            (b.call("starts_with", b.column(region), b.value(prefix)), b.value(found))
            for prefix, found in table
        ]
        return b.case(*branches)

    def _unknown(self, _node: n.Unknown) -> Sql:
        return exp.null()

    def _named(self, node: n.Named) -> Sql:
        return self.value(node.item)

    def _call(self, node: n.Call) -> Sql:
        found: Sql = getattr(self, _CALLS[node.name])(*[self.value(arg) for arg in node.args])
        return found

    def _case(self, node: n.Case) -> Sql:
        branches: list[tuple[Sql, Sql]] = []
        for condition, result in node.branches:
            branches.append((b.is_null(self.value(condition)), exp.null()))
            branches.append((self.value(condition), self.value(result)))
        return b.case(*branches, default=self.value(node.default))

    def _compare(self, node: n.Compare) -> Sql:
        left, right = self._shielded(node.left), self._shielded(node.right)
        return b.binary(_COMPARISONS[node.op], left, right)

    def _shielded(self, node: n.Node) -> Sql:
        """A computed number that is to be compared.

        In a comparison with a constant DuckDB 1.5 takes a TRY_CAST away and compares the number
        that did not fit. CASE keeps it from seeing the cast.
        """
        value = self.value(node)
        if node.type.kind is not Kind.NUMBER or not isinstance(node, n.Call | n.Case | n.Named):
            return value
        if node in self.columns:
            return value
        known = exp.Not(this=b.is_null(value.copy()))
        return b.case((known, value))

    def _between(self, node: n.Between) -> Sql:
        low = n.Compare(">=", node.item, node.low)
        return exp.paren(self._and(n.And((low, n.Compare("<=", node.item, node.high)))), copy=False)

    def _in_list(self, node: n.InList) -> Sql:
        values = [self.value(literal) for literal in node.values]
        return exp.In(this=exp.paren(self._shielded(node.item), copy=False), expressions=values)

    def _missing(self, node: n.Missing) -> Sql:
        return b.is_null(self.value(node.item))

    def _and(self, node: n.And) -> Sql:
        return b.both(*[exp.paren(self.value(item), copy=False) for item in node.items])

    def _or(self, node: n.Or) -> Sql:
        return b.either(*[exp.paren(self.value(item), copy=False) for item in node.items])

    def _not(self, node: n.Not) -> Sql:
        return exp.Not(this=exp.paren(self.value(node.item), copy=False))

    def _negate(self, item: Sql) -> Sql:
        return exp.Neg(this=exp.paren(item, copy=False))

    def _absolute(self, item: Sql) -> Sql:
        return b.call("abs", item)

    def _round2(self, item: Sql) -> Sql:
        return b.call("round", exact(item), b.value(2))

    def _extreme(self, name: str, *items: Sql) -> Sql:
        """DuckDB skips NULLs here; ours is unknown if any part is."""
        unknown = b.either(*[b.is_null(item.copy()) for item in items])
        return b.case((unknown, exp.null()), default=b.call(name, *items))

    def _least(self, *items: Sql) -> Sql:
        return self._extreme("least", *items)

    def _greatest(self, *items: Sql) -> Sql:
        return self._extreme("greatest", *items)

    def _coalesce(self, *items: Sql) -> Sql:
        return b.call("coalesce", *items)

    def _part(self, name: str, day: Sql) -> Sql:
        return b.call(name, day.copy())

    def _month_day(self, day: Sql) -> Sql:
        months = b.binary(exp.Mul, self._part("month", day), b.value(100))
        return b.binary(exp.Add, months, self._part("day", day))

    def _age(self, birth_on: Sql) -> Sql:
        day = self.period.last_day
        years = b.binary(exp.Sub, b.value(day.year), self._part("year", birth_on))
        later = b.binary(exp.GT, self._month_day(birth_on), b.value(day.month * 100 + day.day))
        return b.binary(exp.Sub, years, b.case((later, b.value(1)), default=b.value(0)))

    def _months_between(self, start: Sql, end: Sql) -> Sql:
        backwards = b.binary(exp.LT, end.copy(), start.copy())
        turned = exp.Neg(this=exp.paren(self._full_months(end, start)))
        return b.case((backwards, turned), default=self._full_months(start, end))

    def _full_months(self, start: Sql, end: Sql) -> Sql:
        def months(day: Sql) -> Sql:
            years = b.binary(exp.Mul, self._part("year", day), b.value(12))
            return b.binary(exp.Add, years, self._part("month", day))

        short = b.binary(exp.LT, self._part("day", end), self._part("day", start))
        whole = b.binary(exp.Sub, months(end), months(start))
        return b.binary(exp.Sub, whole, b.case((short, b.value(1)), default=b.value(0)))

    def _days_between(self, start: Sql, end: Sql) -> Sql:
        return b.call("date_diff", b.value("day"), start, end)

    def _year_of(self, day: Sql) -> Sql:
        return self._part("year", day)

    def _month_of(self, day: Sql) -> Sql:
        return b.call("strftime", day, b.value("%Y-%m"))

    def _period(self) -> Sql:
        return b.value(str(self.period))

    def _period_start(self) -> Sql:
        return b.value(self.period.first_day)

    def _period_end(self) -> Sql:
        return b.value(self.period.last_day)

    def _has(self, codes: Sql, code: Sql) -> Sql:
        return b.call("list_contains", codes, code)

    def _count_of(self, codes: Sql) -> Sql:
        return b.call("len", codes)

    def _length(self, text: Sql) -> Sql:
        return b.call("length", text)

    def _digit_at(self, text: Sql, place: Sql) -> Sql:
        found = b.call("substr", text, place)
        found.append("expressions", b.value(1))
        digits = [b.value(digit) for digit in "0123456789"]
        is_digit = b.both(
            b.binary(exp.GTE, place.copy(), b.value(1)),
            exp.In(this=exp.paren(found.copy()), expressions=digits),
        )
        return b.case((is_digit, b.try_cast(found, "BIGINT")))

    def _starts_with(self, text: Sql, prefix: Sql) -> Sql:
        return b.call("starts_with", text, prefix)

    def _text_at(self, text: Sql, place: Sql, count: Sql) -> Sql:
        legal = b.both(
            b.binary(exp.GTE, place.copy(), b.value(1)),
            b.binary(exp.GTE, count.copy(), b.value(0)),
        )
        return b.case((legal, b.call("substr", text, place, count)))

    def _last_month(self) -> Sql:
        return b.value(scalars.call("last_month", [], self.period))

    def _months_before(self, day: Sql, months: Sql) -> Sql:
        """The month counted from year 0 in months, and back; a date is read by its text."""
        written = b.try_cast(day, "VARCHAR")
        whole = b.binary(exp.EQ, b.binary(exp.Mod, exact(months), b.value(1)), b.value(0))
        shape = b.value("[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?")

        def part(place: int, count: int) -> Sql:
            cut = b.call("substr", written.copy(), b.value(place), b.value(count))
            return b.try_cast(cut, "BIGINT")

        years = b.binary(exp.Mul, part(1, 4), b.value(12))
        month = b.binary(exp.Sub, b.binary(exp.Add, years, part(6, 2)), b.value(1))
        count = b.binary(exp.Sub, month, b.try_cast(months.copy(), "BIGINT"))
        legal = b.both(
            whole,
            b.call("regexp_full_match", written.copy(), shape),
            b.binary(exp.GTE, count.copy(), b.value(12_000)),
            b.binary(exp.LT, count.copy(), b.value(120_000)),
        )
        twelve = b.value(12)
        year = exp.IntDiv(this=exp.paren(count.copy()), expression=twelve.copy())
        order = b.binary(exp.Add, b.binary(exp.Mod, count, twelve), b.value(1))
        return b.case((legal, b.call("printf", b.value("%04d-%02d"), year, order)))


_VALUES: dict[type, str] = {
    n.Literal: "_literal",
    n.Field: "_field",
    n.Threshold: "_threshold",
    n.Unknown: "_unknown",
    n.Named: "_named",
    n.Call: "_call",
    n.Case: "_case",
    n.Compare: "_compare",
    n.Between: "_between",
    n.InList: "_in_list",
    n.Missing: "_missing",
    n.And: "_and",
    n.Or: "_or",
    n.Not: "_not",
}

_OPERATORS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "neg": "_negate",
    "abs": "_absolute",
}
_CALLS: dict[str, str] = {name: _OPERATORS.get(name, f"_{name}") for name in FUNCTIONS}
