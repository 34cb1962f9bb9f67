"""A set of rules → small named pieces of SQL that decide every household of a run.

`relations` says what must exist before. Left behind besides the relations: `person_result` (one
row per member that a person rule or a household's count needs) and `household_result` (one row
per household), both with the state of each rule (`layout`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from bangfu.engine.comparison.reasons import LISTS, NO_DATA, NOT_AUTHORISED, OUT_OF_COVERAGE
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.aggregates import (
    EMPTY,
    conclude_feed,
    conclude_members,
    fold_feed,
    fold_members,
    listed_members,
    member_columns,
    person_gap,
    single_feed,
)
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.driven import Group, group_rules
from bangfu.engine.rules.gather import (
    AGGREGATES,
    below,
    fields_of,
    outside_aggregates,
    parts_of,
    roots_of,
)
from bangfu.engine.rules.layout import FALSE, TRUE, Layout, can_tell, state
from bangfu.engine.rules.lowering import DuckDbLowering, field_column
from bangfu.engine.rules.relations import AUTHORISED, LINKS, NO_TOKEN, Relations, gap_column
from bangfu.engine.rules.rule import Rule

DIALECT = "duckdb"
MakeLowering = Callable[[dict[n.Node, str]], DuckDbLowering]


@dataclass(frozen=True)
class Piece:
    """One statement with a sentence that says what it does.

    `single` does the same faster where `alone` counts nothing: where no unit has two rows.
    """

    name: str
    sentence: str
    sql: str
    single: str = ""
    alone: str = ""


class Compiler:
    """Compiles rules of one period; give it the tables and how to make a lowering."""

    def __init__(
        self,
        rules: Sequence[Rule],
        catalog: Catalog,
        make_lowering: MakeLowering,
        *,
        complete: bool = True,
        fold_persons: bool = True,
    ) -> None:
        self.rules = tuple(rules)
        self.catalog = catalog
        of_persons = [rule for rule in rules if rule.unit == "person"]
        nodes = list(below(roots_of(self.rules)))
        self.feed_nodes = [node for node in nodes if isinstance(node, n.FeedAggregate)]
        self.member_nodes = [node for node in nodes if isinstance(node, n.MemberAggregate)]
        aggregates: list[n.Node] = [*self.member_nodes, *self.feed_nodes]
        asked_of_members = [part for node in aggregates for part in n.children(node)]
        self.relations = Relations(catalog, nodes, [*roots_of(of_persons), *asked_of_members])
        self.names: dict[n.Node, str] = {}
        named: dict[str, Sequence[n.Node]] = {"f": self.feed_nodes, "m": self.member_nodes}
        for letter, listed in named.items():
            for index, node in enumerate(listed):
                self.names[node] = f"{letter}{index}"
        for used in self.relations.used:
            self.names[used] = self.relations.uses_name(used)
        self.lowering = make_lowering(self.names)
        groups = group_rules(self.rules, self.lowering.values_of, complete=complete)
        self.person_group, self.household_group, *self.driven = groups
        self.folded = self.person_group.layout.states() if fold_persons else []
        """States of person rules that are told of the household too."""
        self.result_of = {rule.id: group.name for group in groups for rule in group.layout.rules}
        """Rule → the relation that holds its state."""

    def pieces(self) -> list[Piece]:
        """Return the statements in the order they must run."""
        made = self.relations
        pieces = [
            self._piece("county", "Counties of the households.", made.county()),
            self._piece("situation", "What silence says, by county and match.", made.situation()),
            self._piece("home", "Every household with the facts used.", made.home()),
            self._piece("member", "Every member beside the facts of the household.", made.member()),
        ]
        for table in made.feeds:
            told = f"Rows of {table} that belong to members."
            pieces.append(self._piece(f"rows_{table}", told, made.rows(table)))
        for grain, key in (("person", "pid"), ("household", "hid")):
            pieces += [self._fold(table, grain, key) for table in self._tables(grain)]
        asked = [part for member in self.member_nodes for part in n.children(member)]
        person = self._person_result(self.person_group, asked)
        people = "States of the person rules, and what household rules count."
        pieces += [
            self._piece("person_result", people, person),
            self._piece("household_fold", "Members folded to households.", self._household_fold()),
        ]
        for group in self.driven:
            make = self._person_result if group.unit == "person" else self._household_result
            told = f"States of {group.unit} rules for those whom {group.driver} names."
            pieces.append(self._piece(group.name, told, make(group)))
        decided = self._household_result(self.household_group)
        return [*pieces, self._piece("household_result", "States of the household rules.", decided)]

    def _piece(self, name: str, sentence: str, query: exp.Select) -> Piece:
        return Piece(name, sentence, _create(name, query, "TABLE"))

    def _tables(self, grain: str) -> list[str]:
        return sorted({node.table for node in self.feed_nodes if node.grain == grain})

    def _nodes_of(self, table: str, grain: str) -> list[n.FeedAggregate]:
        return [node for node in self.feed_nodes if (node.table, node.grain) == (table, grain)]

    def _is_list(self, table: str) -> bool:
        return self.catalog.tables[table].coverage in LISTS

    def _fold(self, table: str, grain: str, key: str) -> Piece:
        """One row per person or household; a view where nobody has two rows."""
        name, source = f"{grain}_{table}", f"rows_{table}"
        many: list[Sql] = [b.alias(b.call("count", exp.Star()), f"{table}__n")]
        one: list[Sql] = [b.alias(b.value(1), f"{table}__n")]
        for node in self._nodes_of(table, grain):
            many += fold_feed(node, self.names[node], self.lowering)
            one += single_feed(node, self.names[node], self.lowering)
            if grain == "household" and self._is_list(table):
                for columns, single in ((many, False), (one, True)):
                    count = listed_members(node, self.lowering, single=single)
                    columns.append(b.alias(count, f"{self.names[node]}_k"))
        grouped = b.select(b.column(key), *many).from_(source, copy=False).group_by(key, copy=False)
        earlier = exp.Window(this=b.call("lag", b.column(key)))
        again = b.binary(exp.LTE, b.column(key), earlier)
        twice = (
            b.select(b.alias(again, "again"))
            .from_(source, copy=False)
            .subquery("twice", copy=False)
        )
        return Piece(
            name,
            f"What the rows of {table} say about each {grain}.",
            _create(name, grouped, "TABLE"),
            single=_create(name, b.select(b.column(key), *one).from_(source, copy=False), "VIEW"),
            alone=b.select("count(*)")
            .from_(twice, copy=False)
            .where("again", copy=False)
            .sql(dialect=DIALECT),
        )

    def _feeds_of(
        self, group: Group, asked: Sequence[n.Node], base: exp.Select, key: str, unit: str
    ) -> tuple[exp.Select, list[n.FeedAggregate]]:
        """Join what the group's rules need of the feeds; all rows, or those of the driver."""
        nodes = below([*roots_of(group.layout.rules), *asked])
        feeds = [node for node in self.feed_nodes if node in nodes and node.grain == group.unit]
        for table in sorted({node.table for node in feeds}):
            base = base.join(
                f"{group.unit}_{table} AS {table}",
                on=f"{table}.{key} = {unit}.{key}",
                join_type="inner" if table == group.driver else "left",
                copy=False,
            )
            base = base.select(f"{table}.* EXCLUDE ({key})", copy=False)
        return base, feeds

    def _needed(
        self, group: Group, asked: Sequence[n.Node], scopes: Sequence[str], unit: str
    ) -> list[Sql]:
        """The facts and the gaps that the group's rules look at: the fewer, the sooner planned."""
        nodes = below([*roots_of(group.layout.rules), *asked])
        fields = fields_of(nodes)
        names = [field_column(scope, name) for scope in scopes for name in fields.get(scope, [])]
        names += [
            self.names[node]
            for node in nodes
            if isinstance(node, n.TimesUsed) and node.field.scope == scopes[0]
        ]
        tables = {node.table for node in nodes if isinstance(node, n.FeedAggregate)}
        gaps = [b.column(gap_column(table), "s") for table in sorted(tables)]
        return [*[b.column(name, unit) for name in names], *gaps]

    def _person_result(self, group: Group, asked: Sequence[n.Node] = ()) -> exp.Select:
        needed = self._needed(group, asked, ("person", "household"), "m")
        base = b.select("m.hid", "m.pid", "m.link", *needed).from_("member AS m", copy=False)
        base = base.join("situation AS s", on="s.sid = m.sid", copy=False)
        base, feeds = self._feeds_of(group, asked, base, "pid", "m")
        concluded = [
            self._conclude(
                node, person_gap(node, self.names[node], self.catalog.tables[node.table])
            )
            for node in feeds
        ]
        query = self._decided(group.layout, b.layer(base, "base", *concluded), asked)
        kept = ["hid", "pid"]
        counted: list[Sql] = []
        if group is self.person_group:
            kept.append("link")
            for member in self.member_nodes:
                counted += fold_members(member, self.names[member], self.lowering)
                kept += member_columns(member, self.names[member])
        return self._kept(group, b.layer(query, "states", *counted), kept)

    def _kept(self, group: Group, query: exp.Select, kept: Sequence[str]) -> exp.Select:
        """The columns that stay; of a driven group only the units for which a rule is true."""
        self.forget_parts()
        names = [*kept, *self._shown(group.layout), *group.layout.states()]
        found = b.select(*[b.column(name) for name in names])
        found = found.from_(query.subquery("decided", copy=False), copy=False)
        if group.driver is not None:
            fired = [
                b.binary(exp.EQ, b.column(name), b.value(TRUE)) for name in group.layout.states()
            ]
            found = found.where(b.either(*fired), copy=False)
        return found

    def _conclude(self, node: n.FeedAggregate, gap: Sql) -> Sql:
        value, why = conclude_feed(node, self.names[node], gap)
        self.lowering.reasons[node] = why
        return b.alias(value, self.names[node])

    def _shown(self, layout: Layout) -> list[str]:
        """Columns of the aggregates that the rules' sentences speak of."""
        found: dict[str, None] = {}
        for rule in layout.rules:
            for value in rule.values.values():
                for node in outside_aggregates(value):
                    if isinstance(node, AGGREGATES) and not isinstance(node, n.TimesUsed):
                        found[self.names[node]] = None
        return list(found)

    def forget_parts(self) -> None:
        """Columns of parts of formulas live in one query only."""
        for node in [node for node in self.names if not isinstance(node, AGGREGATES)]:
            del self.names[node]

    def _decided(
        self, layout: Layout, source: exp.Select, more: Sequence[n.Node] = ()
    ) -> exp.Select:
        """Layers over the source: parts of formulas, clauses, states."""
        roots = [*(rule.condition for rule in layout.rules), *more]
        query = self.layer_parts(source, roots)
        clauses = [
            b.alias(b.try_cast(self.lowering.value(node), "BOOLEAN"), name)
            for node, name in layout.clauses.items()
        ]
        query = b.layer(query, "facts", *clauses)
        return b.layer(query, "clauses", *[self._state(rule, layout) for rule in layout.rules])

    def layer_parts(self, source: exp.Select, roots: Sequence[n.Node]) -> exp.Select:
        """Layers in which each part of the formulas stands in a column of its own.

        So it is worked out once, however often the formulas and the reasons of what is unknown
        name it. The columns are known until `forget_parts`.
        """
        query = source
        for number, group in enumerate(parts_of(roots)):
            names = {node: f"x{len(self.names) + index}" for index, node in enumerate(group)}
            columns = [b.alias(self.lowering.value(node), name) for node, name in names.items()]
            query = b.layer(query, f"parts{number}", *columns)
            self.names.update(names)
        return query

    def _state(self, rule: Rule, layout: Layout) -> Sql:
        truth = _truth(rule.condition, layout)
        unknown = b.is_null(truth.copy())
        why = self._reason(rule.condition, layout)
        found = b.case((truth, b.value(TRUE)), (unknown, why), default=b.value(FALSE))
        return b.alias(b.small(found), state(rule))

    def _reason(self, node: n.Node, layout: Layout) -> Sql:
        """The rank of the reason where a condition is unknown."""
        match node:
            case n.And(items=items) | n.Or(items=items):
                if not any(can_tell(item) for item in items):
                    return b.value(NO_DATA)
                reasons = [
                    b.case((b.is_null(_truth(item, layout)), self._reason(item, layout)))
                    for item in items
                ]
                return b.greatest(*reasons)
            case n.Not(item=item):
                return self._reason(item, layout)
            case _:
                return self.lowering.reason(node) if can_tell(node) else b.value(NO_DATA)

    def _household_fold(self) -> exp.Select:
        link = b.column("link")
        folded: list[Sql] = [
            b.alias(b.call("count", exp.Star()), "members"),
            b.alias(b.call("min", link), "least_link"),
        ]
        for name in self.folded:
            folded.append(b.alias(b.call("max", b.column(name)), name))
        for member in self.member_nodes:
            folded += conclude_members(member, self.names[member])
        return (
            b.select(b.column("hid"), *folded)
            .from_("person_result", copy=False)
            .group_by("hid", copy=False)
        )

    def _household_result(self, group: Group) -> exp.Select:
        base = (
            b.select(
                "h.hid", *self._needed(group, (), ("household",), "h"), *self._of_members(group)
            )
            .from_("home AS h", copy=False)
            .join("household_fold AS f", on="f.hid = h.hid", join_type="left", copy=False)
            .join("situation AS s", on=f"s.sid = h.cno * {LINKS} + {AUTHORISED}", copy=False)
        )
        base, feeds = self._feeds_of(group, (), base, "hid", "h")
        concluded = [self._conclude(node, self._household_gap(node)) for node in feeds]
        query = self._decided(group.layout, b.layer(base, "base", *concluded))
        whole = group is self.household_group
        return self._kept(group, query, ["hid", *(self.folded if whole else [])])

    def _of_members(self, group: Group) -> list[Sql]:
        """Columns of the fold; a household without members has zeros, not NULLs, for counts."""
        columns: list[Sql] = [b.column("members", "f"), b.column("least_link", "f")]
        whole = group is self.household_group
        for name in self.folded if whole else ():
            columns.append(b.alias(b.coalesce(b.column(name, "f"), b.value(FALSE)), name))
        absent = b.is_null(b.column("hid", "f"))
        nodes = below(roots_of(group.layout.rules))
        for member in self.member_nodes:
            if member not in nodes:
                continue
            name = self.names[member]
            empty = b.value(EMPTY.get(member.kind))
            held = b.case((absent.copy(), empty), default=b.column(name, "f"))
            columns.append(b.alias(held, name))
            why = b.coalesce(b.column(f"{name}_why", "f"), b.value(NO_DATA))
            columns.append(b.alias(why, f"{name}_why"))
        return columns

    def _household_gap(self, node: n.FeedAggregate) -> Sql:
        """Why silence about all members says nothing: the worst of the members' reasons."""
        table = self.catalog.tables[node.table]
        gap: Sql = b.column(gap_column(node.table))
        link = b.column("least_link")
        if table.basis == "ASSET":
            worst = b.case(
                (b.binary(exp.LT, link, b.value(AUTHORISED)), b.value(NOT_AUTHORISED)), default=gap
            )
        else:
            nobody = b.binary(exp.EQ, link, b.value(NO_TOKEN))
            worst = b.case((nobody, b.greatest(gap, b.value(NO_DATA))), default=gap.copy())
        if self._is_list(node.table):
            listed = b.coalesce(b.column(f"{self.names[node]}_k"), b.value(0))
            absent = b.binary(exp.LT, listed, b.column("members"))
            of_list = b.greatest(worst.copy(), b.value(OUT_OF_COVERAGE))
            worst = b.case((absent, of_list), default=worst)
        return b.case((b.is_null(b.column("members")), b.value(0)), default=worst)


def _create(name: str, query: exp.Select, kind: str) -> str:
    statement = exp.Create(
        this=exp.to_table(name),
        kind=kind,
        expression=query,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    return statement.sql(dialect=DIALECT)


def _truth(node: n.Node, layout: Layout) -> Sql:
    """Whether a condition holds, out of the columns of its clauses."""
    match node:
        case n.And(items=items) | n.Or(items=items):
            join = b.both if isinstance(node, n.And) else b.either
            return exp.paren(join(*[exp.paren(_truth(item, layout)) for item in items]))
        case n.Not(item=item):
            return exp.Not(this=exp.paren(_truth(item, layout)))
        case _:
            return b.column(layout.clause(node))
