"""A set of rules → small named pieces of SQL that decide every household of a run.

Relations that must exist: `src_household`, `src_person`, one `src_<feed>` per feed used,
`live_batch(tab, county, batch_id)`, `county_gap(tab, county, gap)`,
`live_authorization(person_token)`. Left behind: `person_result` (one row per member) and
`household_result` (one row per household) with, per rule and clause, one boolean column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from bangfu.engine.comparison.reasons import (
    LISTS,
    NO_DATA,
    NOT_AUTHORISED,
    OUT_OF_COVERAGE,
)
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.aggregates import (
    conclude_feed,
    conclude_members,
    fold_feed,
    fold_members,
    member_feed,
)
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.gather import distinct_of, fields_of, indicators_of, roots_of
from bangfu.engine.rules.layout import Layout, outcome, reason
from bangfu.engine.rules.lowering import DuckDbLowering, field_column
from bangfu.engine.rules.rule import Rule

DIALECT = "duckdb"
MakeLowering = Callable[[dict[n.Node, str]], DuckDbLowering]


@dataclass(frozen=True)
class Piece:
    """One statement with a sentence that says what it does."""

    name: str
    sentence: str
    sql: str


class Compiler:
    """Compiles rules of one period; give it the tables and how to make a lowering."""

    def __init__(
        self, rules: Sequence[Rule], catalog: Catalog, make_lowering: MakeLowering
    ) -> None:
        self.rules = tuple(rules)
        self.catalog = catalog
        self.person_layout = Layout([rule for rule in rules if rule.unit == "person"])
        self.household_layout = Layout([rule for rule in rules if rule.unit == "household"])
        nodes = list(distinct_of(self.rules))
        self.feed_nodes = [node for node in nodes if isinstance(node, n.FeedAggregate)]
        self.member_nodes = [node for node in nodes if isinstance(node, n.MemberAggregate)]
        self.used = [node for node in nodes if isinstance(node, n.TimesUsed)]
        self.fields = fields_of(nodes)
        self.names: dict[n.Node, str] = {}
        groups: dict[str, Sequence[n.Node]] = {
            "f": self.feed_nodes,
            "m": self.member_nodes,
            "u": self.used,
        }
        for letter, group in groups.items():
            for index, node in enumerate(group):
                self.names[node] = f"{letter}{index}"
        self.lowering = make_lowering(self.names)

    def pieces(self) -> list[Piece]:
        """Return the statements in the order they must run."""
        tables = sorted({node.table for node in self.feed_nodes})
        return [
            Piece(
                "member",
                "Every member beside the facts of the household.",
                self._create("member", self._member()),
            ),
            *(
                Piece(
                    f"feed_{table}",
                    f"What the live rows of {table} say about each member, folded to one row.",
                    self._create(f"feed_{table}", self._feed(table)),
                )
                for table in tables
            ),
            Piece(
                "person_result",
                "Clauses and outcomes of the person rules, and what household rules count.",
                self._create("person_result", self._person_result(tables)),
            ),
            Piece(
                "household_fold",
                "Members folded to one row per household.",
                self._create("household_fold", self._household_fold()),
            ),
            Piece(
                "household_result",
                "Clauses and outcomes of the household rules.",
                self._create("household_result", self._household_result()),
            ),
        ]

    def _create(self, name: str, query: exp.Select) -> str:
        statement = exp.Create(
            this=exp.to_table(name),
            kind="TABLE",
            expression=query,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        return statement.sql(dialect=DIALECT)

    def _fields_of(self, scope: str, source: str) -> list[Sql]:
        return [
            b.alias(b.column(name, source), field_column(scope, name))
            for name in self.fields.get(scope, ())
        ]

    def _uses(self, scope: str, source: str) -> list[Sql]:
        """Window counts of fields: how often the same value stands in the whole input."""
        made: list[Sql] = []
        for node in self.used:
            if node.field.scope != scope:
                continue
            column = b.column(node.field.name, source)
            window = exp.Window(this=b.call("count", column.copy()), partition_by=[column.copy()])
            made.append(
                b.alias(b.case((b.is_null(column), exp.null()), default=window), self.names[node])
            )
        return made

    def _member(self) -> exp.Select:
        county = b.call("substr", b.column("region_code", "h"), b.value(1), b.value(6))
        return (
            b.select(
                b.column("household_id", "p"),
                b.column("person_id", "p"),
                b.column("person_token", "p"),
                b.alias(county, "county"),
                b.alias(b.column("as_of", "p"), "member_as_of"),
                *self._fields_of("household", "h"),
                *self._fields_of("person", "p"),
                *self._uses("person", "p"),
            )
            .from_("src_person AS p")
            .join("src_household AS h", using=["household_id"], join_type="inner")
        )

    def _feed(self, table: str) -> exp.Select:
        rows = (
            b.select("m.*", *self._fields_of(table, "t"))
            .from_(f"src_{table} AS t")
            .join("member AS m", on="m.person_token = t.person_token", join_type="inner")
            .join(
                "live_batch AS b",
                on=b.both(
                    b.binary(exp.EQ, b.column("tab", "b"), b.value(table)),
                    exp.condition("b.batch_id = t.batch_id AND b.county = m.county"),
                ),
                join_type="inner",
            )
        )
        if self.catalog.tables[table].basis == "ASSET":
            rows = rows.join(
                "live_authorization AS a",
                on="a.person_token = m.person_token",
                join_type="inner",
            )
        folded = [
            column
            for node in self._feed_nodes_of(table)
            for column in fold_feed(node, self.names[node], self.lowering)
        ]
        count = b.alias(b.call("count", exp.Star()), f"{table}__n")
        return (
            b.select(b.column("person_id"), count, *folded)
            .from_(rows.subquery("live"))
            .group_by("person_id")
        )

    def _feed_nodes_of(self, table: str) -> list[n.FeedAggregate]:
        return [node for node in self.feed_nodes if node.table == table]

    def _person_base(self, tables: Sequence[str]) -> exp.Select:
        """Members with the folded feeds and, per feed, why silence would say nothing (gap)."""
        columns: list[Sql] = []
        query = b.select().from_("member AS m")
        asset = False
        for table in tables:
            columns += self._feed_columns(table)
            query = query.join(
                f"feed_{table} AS t_{table}",
                on=f"t_{table}.person_id = m.person_id",
                join_type="left",
            ).join(
                f"county_gap AS g_{table}",
                on=b.both(
                    b.binary(exp.EQ, b.column("tab", f"g_{table}"), b.value(table)),
                    exp.condition(f"g_{table}.county = m.county"),
                ),
                join_type="left",
            )
            asset = asset or self.catalog.tables[table].basis == "ASSET"
        if asset:
            query = query.join(
                "live_authorization AS a",
                on="a.person_token = m.person_token",
                join_type="left",
            )
        return query.select("m.*", *columns)

    def _feed_columns(self, table: str) -> list[Sql]:
        contract = self.catalog.tables[table]
        known = b.coalesce(b.column("gap", f"g_{table}"), b.value(NO_DATA))
        no_token = b.is_null(b.column("person_token", "m"))
        gap = b.case((no_token, b.greatest(known.copy(), b.value(NO_DATA))), default=known)
        if contract.basis == "ASSET":
            unauthorised = b.is_null(b.column("person_token", "a"))
            gap = b.case((unauthorised, b.value(NOT_AUTHORISED)), default=gap)
        rows = b.coalesce(b.column(f"{table}__n", f"t_{table}"), b.value(0))
        columns: list[Sql] = []
        for node in self._feed_nodes_of(table):
            name = self.names[node]
            columns += member_feed(node, name, f"t_{table}", rows.copy())
            own = gap.copy()
            if contract.coverage in LISTS:
                counted = rows.copy()
                if node.kind not in ("any", "listed", "in"):
                    counted = b.coalesce(b.column(f"{name}_t", f"t_{table}"), b.value(0))
                absent = b.binary(exp.EQ, counted, b.value(0))
                listed = b.greatest(own.copy(), b.value(OUT_OF_COVERAGE))
                own = b.case((absent, listed), default=own)
            columns.append(b.alias(own, f"{name}_g"))
        return columns

    def _person_result(self, tables: Sequence[str]) -> exp.Select:
        concluded: list[Sql] = []
        carried: list[str] = []
        for node in self.feed_nodes:
            name = self.names[node]
            if node.grain == "person":
                concluded += conclude_feed(node, name)
            else:
                carried += [f"{name}_{part}" for part in ("n", "t", "r", "g", "v")]
        known = b.layer(self._person_base(tables), "base", *concluded)
        arguments = [part for member in self.member_nodes for part in n.children(member)]
        decided = self._decided(self.person_layout, known, arguments)
        counted: list[Sql] = []
        for member in self.member_nodes:
            counted += fold_members(member, self.names[member], self.lowering)
        kept = [b.column(name) for name in ("household_id", "person_id", "member_as_of")]
        kept += [b.column(name) for name in carried]
        kept += [b.column(name) for name in self.person_layout.columns()]
        return b.select(*kept, *counted).from_(decided.subquery("decided", copy=False), copy=False)

    def _decided(
        self, layout: Layout, source: exp.Select, more: Sequence[n.Node] = ()
    ) -> exp.Select:
        """Layers over the source: indicators, then clauses, then the outcomes made of them."""
        query = source
        for number, group in enumerate(indicators_of([*roots_of(layout.rules), *more])):
            columns: list[Sql] = []
            for node in group:
                name = self.names.get(node, f"i{len(self.names)}")
                value, why = self.lowering.value(node.item), self.lowering.reason(node.item)
                columns += [b.alias(value, name), b.alias(why, f"{name}_why")]
                self.names[node] = name
            query = b.layer(query, f"indicators{number}", *columns)
        query = b.layer(query, "known", *self._layout_columns(layout))
        outcomes: list[Sql] = []
        for rule in layout.rules:
            truth, why = _assemble(rule.condition, layout)
            told = b.case((b.is_null(truth.copy()), why))
            outcomes += [b.alias(truth, outcome(rule)), b.alias(told, reason(rule))]
        return b.layer(query, "clauses", *outcomes)

    def _layout_columns(self, layout: Layout) -> list[Sql]:
        columns: list[Sql] = []
        for node, name in layout.clauses.items():
            truth = b.try_cast(self.lowering.value(node), "BOOLEAN")
            columns.append(b.alias(truth, name))
            told = layout.clause_reason(node)
            if told is not None:
                columns.append(b.alias(self.lowering.reason(node), told))
        for node, name in layout.values.items():
            columns.append(b.alias(self.lowering.value(node), name))
        return columns

    def _household_fold(self) -> exp.Select:
        folded: list[Sql] = []
        for node in self.feed_nodes:
            if node.grain == "household":
                folded += _fold_household_feed(node, self.names[node])
        for member in self.member_nodes:
            folded += conclude_members(member, self.names[member])
        return (
            b.select(b.column("household_id"), *folded)
            .from_("person_result")
            .group_by("household_id")
        )

    def _household_result(self) -> exp.Select:
        base = (
            b.select(
                b.column("household_id", "h"),
                b.alias(b.column("household_no", "h"), "household_no"),
                b.alias(b.column("region_code", "h"), "region_code"),
                *[b.alias(b.column(name, "h"), f"{name}__at") for name in self._dates()],
                *self._fields_of("household", "h"),
                *self._uses("household", "h"),
                *self._fold_columns(),
            )
            .from_("src_household AS h")
            .join("household_fold AS f", on="f.household_id = h.household_id", join_type="left")
        )
        concluded: list[Sql] = []
        for node in self.feed_nodes:
            if node.grain == "household":
                concluded += conclude_feed(node, self.names[node])
        known = b.layer(base, "base", *concluded)
        decided = self._decided(self.household_layout, known)
        kept = [b.column(name) for name in ("household_id", "household_no", "region_code")]
        kept += [b.column(f"{name}__at") for name in self._dates()]
        kept += [b.column(name) for name in self.household_layout.columns()]
        return b.select(*kept).from_(decided.subquery("decided", copy=False), copy=False)

    def _dates(self) -> list[str]:
        """Columns that hold the dates of the household's facts; the evidence keeps them."""
        return sorted({column.dated_by for column in self.catalog.tables["household"].columns})

    def _fold_columns(self) -> list[Sql]:
        """Columns of the fold; a household without members has zeros, not NULLs, for counts."""
        columns: list[Sql] = []
        for node in self.feed_nodes:
            if node.grain == "household":
                name = self.names[node]
                for part in ("n", "t", "r", "g"):
                    zero = b.coalesce(b.column(f"{name}_{part}", "f"), b.value(0))
                    columns.append(b.alias(zero, f"{name}_{part}"))
                columns.append(b.column(f"{name}_v", "f"))
        for member in self.member_nodes:
            name = self.names[member]
            empty = {"any": False, "count": 0, "sum": 0, "distinct": 0}.get(member.kind)
            held = b.column(name, "f")
            absent = b.is_null(b.column("household_id", "f"))
            columns.append(b.alias(b.case((absent, b.value(empty)), default=held), name))
            why = b.coalesce(b.column(f"{name}_why", "f"), b.value(NO_DATA))
            columns.append(b.alias(why, f"{name}_why"))
        return columns


def _assemble(node: n.Node, layout: Layout) -> tuple[Sql, Sql]:
    """Outcome and reason of a condition out of the columns of its clauses."""
    match node:
        case n.And(items=items) | n.Or(items=items):
            parts = [_assemble(item, layout) for item in items]
            join = b.both if isinstance(node, n.And) else b.either
            reasons = [b.case((b.is_null(truth.copy()), why)) for truth, why in parts]
            truth = join(*[exp.paren(truth) for truth, _ in parts])
            return exp.paren(truth), b.greatest(*reasons)
        case n.Not(item=item):
            truth, why = _assemble(item, layout)
            return exp.Not(this=exp.paren(truth)), why
        case _:
            told = layout.clause_reason(node)
            why = b.value(NO_DATA) if told is None else b.column(told)
            return b.column(layout.clause(node)), why


def _fold_household_feed(node: n.FeedAggregate, name: str) -> list[Sql]:
    pick = {"sum": "sum", "max": "max", "min": "min"}.get(node.kind, "max")
    folds = {"n": "sum", "t": "sum", "r": "max", "g": "max", "v": pick}
    return [
        b.alias(b.call(function, b.column(f"{name}_{part}")), f"{name}_{part}")
        for part, function in folds.items()
    ]
