"""The relations that rules are decided on: households, members, what each feed says of them.

Read: `src_household`, `src_person`, `county_gap(tab, county, gap)`, `live_<feed>` (the rows that
count, each with the `county` whose batch it is) and `authorised(person_token, county)`.
Made: `county`, `situation`, `home` (hid: number of the household), `member` (pid: number of the
person), `rows_<feed>` (rows of members), each as one statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from bangfu.engine.comparison.reasons import NO_DATA, NOT_AUTHORISED
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.gather import below, fields_of
from bangfu.engine.rules.lowering import field_column

NO_TOKEN, TOKEN, AUTHORISED = 0, 1, 2
"""`link` of a member: no ID number, one, one with a live authorisation."""
LINKS = 3


def gap_column(table: str) -> str:
    """Column of the reason why a feed's silence says nothing; 0 where it says something."""
    return f"g__{table}"


def _fields(names: Sequence[str], scope: str, source: str) -> list[Sql]:
    return [b.alias(b.column(name, source), field_column(scope, name)) for name in names]


class Relations:
    """Writes the relations of a set of formulas; `names` are the columns of aggregates."""

    def __init__(
        self, catalog: Catalog, nodes: Sequence[n.Node], person_roots: Sequence[n.Node]
    ) -> None:
        self.catalog = catalog
        self.fields = fields_of(nodes)
        self.used = [node for node in nodes if isinstance(node, n.TimesUsed)]
        feeds = {node.table: None for node in nodes if isinstance(node, n.FeedAggregate)}
        self.feeds = sorted(feeds)
        self.member_fields = fields_of(below(person_roots)).get("household", [])
        """Facts of the household that stand beside each member."""
        self._feed_nodes = [node for node in nodes if isinstance(node, n.FeedAggregate)]
        self.has_assets = any(catalog.tables[name].basis == "ASSET" for name in self.feeds)

    def dates(self) -> list[str]:
        """Columns that hold the dates of the household's facts."""
        return sorted({column.dated_by for column in self.catalog.tables["household"].columns})

    def uses_name(self, node: n.TimesUsed) -> str:
        """Column of a count of uses."""
        return f"u{self.used.index(node)}"

    def _uses(self, scope: str) -> list[tuple[str, n.TimesUsed]]:
        """Names and nodes of the counts of uses of a table's fields."""
        return [(self.uses_name(node), node) for node in self.used if node.field.scope == scope]

    def _count_uses(self, query: exp.Select, scope: str, source: str) -> exp.Select:
        """Join how often a value stands in the whole input: counted apart, for a window would
        sort the wide rows. Absent where the value is."""
        for name, node in self._uses(scope):
            field = b.column(node.field.name)
            counted = (
                b.select(b.alias(field, "of"), b.alias(b.call("count", exp.Star()), name))
                .from_(f"src_{scope}", copy=False)
                .group_by(field.copy(), copy=False)
            )
            if scope == "person":
                counted = counted.where(
                    "household_id IN (SELECT household_id FROM home)", copy=False
                )
            same = b.binary(exp.EQ, b.column("of", name), b.column(node.field.name, source))
            query = query.join(
                counted.subquery(name, copy=False), on=same, join_type="left", copy=False
            ).select(b.column(name, name), copy=False)
        return query

    def county(self) -> exp.Select:
        """Counties of the households, numbered from 0."""
        code = b.call("substr", b.column("region_code"), b.value(1), b.value(6))
        found = b.select(b.alias(code, "county")).from_("src_household", copy=False).distinct()
        number = b.numbered("county")
        return b.select(b.alias(number, "cno"), "county").from_(
            found.subquery("found", copy=False), copy=False
        )

    def situation(self) -> exp.Select:
        """What silence says, by county and by how a member can be matched (`link`)."""
        gaps: list[Sql] = []
        for table in self.feeds:
            here = exp.Filter(
                this=b.call("max", b.column("gap", "g")),
                expression=exp.Where(this=b.binary(exp.EQ, b.column("tab", "g"), b.value(table))),
            )
            gaps.append(b.alias(b.coalesce(here, b.value(NO_DATA)), table))
        known = (
            b.select("c.cno", *gaps)
            .from_("county AS c", copy=False)
            .join("county_gap AS g", on="g.county = c.county", join_type="left", copy=False)
            .group_by("c.cno", copy=False)
        )
        columns = [
            b.alias(self._gap(table, b.column(table, "k")), gap_column(table))
            for table in self.feeds
        ]
        number = b.binary(
            exp.Add, b.binary(exp.Mul, b.column("cno", "k"), b.value(LINKS)), b.column("link", "l")
        )
        return (
            b.select(b.alias(b.cast(number, "INTEGER"), "sid"), *columns)
            .from_(known.subquery("k", copy=False), copy=False)
            .join(
                f"(VALUES {', '.join(f'({link})' for link in range(LINKS))}) AS l(link)", copy=False
            )
        )

    def _gap(self, table: str, gap: Sql) -> Sql:
        link = b.column("link", "l")
        if self.catalog.tables[table].basis == "ASSET":
            unauthorised = b.binary(exp.LT, link, b.value(AUTHORISED))
            return b.small(b.case((unauthorised, b.value(NOT_AUTHORISED)), default=gap))
        nobody = b.binary(exp.EQ, link, b.value(NO_TOKEN))
        return b.small(b.case((nobody, b.greatest(gap, b.value(NO_DATA))), default=gap.copy()))

    def home(self) -> exp.Select:
        """Households in the order of their identifiers."""
        code = b.call("substr", b.column("region_code", "h"), b.value(1), b.value(6))
        homes = (
            b.select(
                b.alias(b.numbered("household_id", "h"), "hid"),
                "c.cno",
                *[b.column(name, "h") for name in ("household_id", "household_no", "region_code")],
                *[b.alias(b.column(name, "h"), f"{name}__at") for name in self.dates()],
                *_fields(self.fields.get("household", []), "household", "h"),
            )
            .from_("src_household AS h", copy=False)
            .join("county AS c", on=b.binary(exp.EQ, b.column("county", "c"), code), copy=False)
        )
        return self._count_uses(homes, "household", "h")

    def member(self) -> exp.Select:
        """Members in the order of their households, with the two keys of their token."""
        token, county = b.column("person_token", "p"), b.column("county", "c")
        link = b.case((b.is_null(token), b.value(NO_TOKEN)), default=b.value(TOKEN))
        if self.has_assets:
            signed = exp.Not(this=b.is_null(b.column("person_token", "a")))
            link = b.case((signed, b.value(AUTHORISED)), default=link)
        people = (
            b.select(
                "h.hid",
                "h.cno",
                b.column("person_id", "p"),
                *[_known(token, key) for key in token_keys(token.copy(), county)],
                b.alias(b.small(link), "link"),
                b.alias(b.column("as_of", "p"), "member_as_of"),
                *[b.column(field_column("household", name), "h") for name in self.member_fields],
                *_fields(self.fields.get("person", []), "person", "p"),
            )
            .from_("src_person AS p", copy=False)
            .join("home AS h", on="h.household_id = p.household_id", copy=False)
            .join("county AS c", on="c.cno = h.cno", copy=False)
        )
        if self.has_assets:
            people = people.join(
                "authorised AS a",
                on="a.person_token = p.person_token AND a.county = c.county",
                join_type="left",
                copy=False,
            )
        people = self._count_uses(people, "person", "p").order_by("hid", copy=False)
        number = exp.Window(this=exp.RowNumber())
        sid = b.binary(
            exp.Add, b.binary(exp.Mul, b.column("cno"), b.value(LINKS)), b.column("link")
        )
        return b.select(
            b.alias(b.cast(b.binary(exp.Sub, number, b.value(1)), "INTEGER"), "pid"),
            b.alias(b.cast(sid, "INTEGER"), "sid"),
            "*",
        ).from_(people.subquery("people", copy=False), copy=False)

    def rows(self, table: str) -> exp.Select:
        """The rows of a feed that belong to members, in the order of the members."""
        token = b.column("person_token", "t")
        wanted = _fields(self.fields.get(table, []), table, "t")
        live = (
            b.select(*token_keys(token, b.column("county", "t")), *wanted)
            .from_(f"live_{table} AS t", copy=False)
            .where(exp.Not(this=b.is_null(token.copy())), copy=False)
        )
        beside = [
            b.column(field_column(scope, name), "m")
            for scope in ("household", "person")
            for name in self._asked_of_rows(table).get(scope, [])
        ]
        names = [field_column(table, name) for name in self.fields.get(table, [])]
        found = b.select("m.pid", "m.hid", *beside, *[b.column(name, "r") for name in names]).from_(
            live.subquery("r", copy=False), copy=False
        )
        found = found.join("member AS m", on="m.th = r.th AND m.ti = r.ti", copy=False)
        if self.catalog.tables[table].basis == "ASSET":
            found = found.where(
                b.binary(exp.EQ, b.column("link", "m"), b.value(AUTHORISED)), copy=False
            )
        return found.order_by("pid", copy=False)

    def _asked_of_rows(self, table: str) -> dict[str, list[str]]:
        """Fields that stand in what is asked of the rows of a feed, by scope."""
        asked = [
            part for node in self._feed_nodes if node.table == table for part in n.children(node)
        ]
        return fields_of(below(asked))


def token_keys(token: Sql, county: Sql) -> list[Sql]:
    """Two independent 64-bit keys of a token in a county: a join compares them, not 64 letters."""
    first = b.call("hash", token, county)
    second = b.call("hash", b.call("substr", token.copy(), b.value(2)))
    return [b.alias(first, "th"), b.alias(second, "ti")]


def _known(token: Sql, key: Sql) -> Sql:
    """A key, NULL for a missing token, which then meets nobody."""
    missing = b.is_null(token.copy())
    return b.alias(b.case((missing, exp.null()), default=key.this), key.alias)
