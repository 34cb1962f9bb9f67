"""Writes random formulas over everything the language has, by the kind of value wanted."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bangfu.engine.rules.functions import FUNCTIONS
from bangfu.engine.rules.scope import UNKNOWN_REASONS
from tests.proof.catalog import FEEDS

T = TypeVar("T")
NUMBERS = ("yuan", "person", "pure", "year", "month", "day", "row", "yuan/person")


@dataclass(frozen=True)
class At:
    """Where a formula stands: the rule's unit, whose facts are in reach, the feed's rows."""

    unit: str
    grain: str
    table: str | None = None


class Grammar:
    """`indicators`: name → (unit, kind of value) of those that may be used."""

    def __init__(
        self, source: random.Random, indicators: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        self.source = source
        self.indicators = dict(indicators or {})

    def pick(self, choices: Sequence[T]) -> T:
        return self.source.choice(choices)

    def fields(self, at: At, household: str, person: str = "", row: str = "") -> list[str]:
        """Columns in reach, given by table as words."""
        found = [f"household.{name}" for name in household.split()]
        if at.grain == "person":
            found += [f"person.{name}" for name in person.split()]
        if at.table:
            found += [f"{at.table}.{name}" for name in row.split()] * 2
        return found

    # Conditions

    def boolean(self, at: At, depth: int) -> str:
        if depth <= 0:
            return self.pick([self._known, self._known, self._compared])(at, 0)
        roll = self.source.random()
        if roll < 0.12:
            return f"NOT ({self.boolean(at, depth - 1)})"
        if roll < 0.42:
            word = self.pick([" AND ", " OR "])
            parts = [self.boolean(at, depth - 1) for _ in range(self.pick([2, 2, 3]))]
            return word.join(f"({part})" for part in parts)
        makers: list[Callable[[At, int], str]] = [
            self._compared,
            self._compared,
            self._dated,
            self._monthly,
            self._coded,
            self._worded,
            self._known,
            self._chosen,
        ]
        if at.table is None:
            makers += [self._fed] * 4
            if at.grain == "household":
                makers += [self._membered] * 4
        return self.pick(makers)(at, depth)

    def _known(self, at: At, _depth: int) -> str:
        truths = self.fields(at, "safe", "insured", "open")
        anything = self.fields(
            at, "income tags seen_on kind note size", "wage role birth_on", "amount on_day grade"
        )
        named = self._named(at, "boolean")
        return self.pick(
            [
                self.pick(truths),
                f"{self.pick(truths)} = {self.pick(['TRUE', 'FALSE', self.pick(truths)])}",
                f"{self.pick(truths)} <> TRUE",
                f"missing({self.pick(anything)})",
                f"{self.pick(anything)} IS NULL",
                f"{self.pick(anything)} IS NOT NULL",
                f"unknown('{self.pick(UNKNOWN_REASONS)}')",
                self.pick(["TRUE", "FALSE"]),
                f"coalesce({self.pick(truths)}, {self.pick(['TRUE', 'FALSE'])})",
                *named,
            ]
        )

    def _chosen(self, at: At, depth: int) -> str:
        parts = [self.boolean(at, depth - 1) for _ in range(4)]
        if self.source.random() < 0.5:
            return f"CASE WHEN {parts[0]} THEN ({parts[1]}) ELSE ({parts[2]}) END"
        return (
            f"CASE WHEN {parts[0]} THEN ({parts[1]}) WHEN {parts[2]} THEN ({parts[3]}) "
            f"ELSE {self.pick(['TRUE', 'FALSE'])} END"
        )

    def _compared(self, at: At, depth: int) -> str:
        family = self.pick(NUMBERS)
        left, right = self.number(family, at, depth - 1), self.number(family, at, depth - 1)
        roll = self.source.random()
        if roll < 0.15:
            return f"{left} BETWEEN {right} AND {self.number(family, at, 0)}"
        if roll < 0.25:
            numbers = ", ".join(self.pick(["0", "1", "8800", "0.05", "-0.01"]) for _ in range(2))
            return f"{left} {self.pick(['IN', 'NOT IN'])} ({numbers})"
        return f"{left} {self.pick(['=', '<>', '<', '<=', '>', '>='])} {right}"

    def _dated(self, at: At, depth: int) -> str:
        first, second = self.day(at, depth - 1), self.day(at, depth - 1)
        if self.source.random() < 0.2:
            return f"{first} BETWEEN {second} AND {self.day(at, 0)}"
        if self.source.random() < 0.1:
            return f"{first} IN (DATE '2026-10-31', DATE '2024-02-29')"
        return f"{first} {self.pick(['=', '<>', '<', '<=', '>', '>='])} {second}"

    def _monthly(self, at: At, depth: int) -> str:
        first, second = self.month(at, depth - 1), self.month(at, depth - 1)
        if self.source.random() < 0.3:
            return f"{first} BETWEEN {second} AND {self.month(at, 0)}"
        return f"{first} {self.pick(['=', '<>', '<', '<=', '>', '>='])} {second}"

    def _coded(self, at: At, _depth: int) -> str:
        lists = {"kind": "XYZ", "grade": "ABCD"}
        field = self.pick(self.fields(at, "kind", "role", "grade"))
        name = field.split(".")[1]
        codes = ["HEAD", "CHILD", "OTHER"] if name == "role" else list(lists[name])
        codes_field = self.pick(self.fields(at, "tags", "health"))
        listed = ", ".join(f"'{code}'" for code in self.source.sample(codes, 2))
        return self.pick(
            [
                f"{field} {self.pick(['=', '<>'])} '{self.pick(codes)}'",
                f"{field} {self.pick(['IN', 'NOT IN'])} ({listed})",
                f"coalesce({field}, '{codes[0]}') = '{self.pick(codes)}'",
                f"has({codes_field}, '{self.pick('PQR')}')",
                f"count_of({codes_field}) {self.pick(['=', '>=', '<'])} {self.pick('012')}",
            ]
        )

    def _worded(self, at: At, depth: int) -> str:
        text = self.text(at, depth - 1)
        return self.pick(
            [
                f"starts_with({text}, '{self.pick(['张', '3', '', '张三'])}')",
                f"{text} {self.pick(['=', '<>'])} {self.text(at, 0)}",
                f"{text} IN ('张3', '', '990101100001')",
                f"length({text}) {self.pick(['=', '>', '<='])} {self.pick('0123')}",
                f"digit_at({text}, {self.pick(['0', '1', '2', '9'])}) {self.pick(['=', '>'])} 3",
            ]
        )

    def _fed(self, at: At, depth: int) -> str:
        table = self.pick(sorted(FEEDS))
        inner = replace(at, table=table)
        condition = self.boolean(inner, depth - 1)
        return self.pick(
            [
                f"in_feed({table})",
                f"any_in({table}, {condition})",
                f"any_in({table}, {condition})",
                f"any_listed({table}, {condition})",
                f"max_in({table}, {table}.grade) {self.pick(['=', '<>'])} '{self.pick('ABCD')}'",
                f"min_in({table}, {table}.grade, {condition}) IN ('A', 'D')",
            ]
        )

    def _membered(self, at: At, depth: int) -> str:
        condition = self.boolean(replace(at, grain="person"), depth - 1)
        return self.pick(
            [
                f"any_member({condition})",
                f"all_members({condition})",
                f"any_member({condition})",
                f"min_members(person.role) = '{self.pick(['HEAD', 'CHILD'])}'",
            ]
        )

    # Numbers

    def number(self, family: str, at: At, depth: int) -> str:
        leaves = self._leaves(family, at)
        if depth <= 0:
            return self.pick(leaves)
        first, second = (self.number(family, at, depth - 1) for _ in range(2))
        makers = [
            f"({first} + {second})",
            f"({first} - {second})",
            f"(- {first})",
            f"abs({first})",
            f"round2({first})",
            f"least({first}, {second})",
            f"greatest({first}, {second}, {self.pick(leaves)})",
            f"coalesce({first}, {second})",
            f"CASE WHEN {self.boolean(at, 0)} THEN {first} ELSE {second} END",
            f"({first} * {self.number('pure', at, 0)})",
            f"({first} / {self._divisor(at)})",
            *self._grown(family, at, depth),
        ]
        if at.table is None:
            makers += self._aggregates(family, at, depth) * 2
        return self.pick(makers)

    def _divisor(self, at: At) -> str:
        """Never a bare zero, which is refused; often zero in the data."""
        return self.pick(
            [
                "3",
                "-7",
                "0.000001",
                "999999",
                "household.ratio",
                "threshold('ratio')",
                "(household.size - household.size) / household.size",
            ]
        )

    def _leaves(self, family: str, at: At) -> list[str]:
        fields = {
            "yuan": self.fields(at, "income spent", "wage", "amount"),
            "person": self.fields(at, "size", "", "count"),
            "pure": self.fields(at, "ratio"),
            "month": [*self.fields(at, "", "months"), "threshold('window')"],
            "year": ["threshold('grown')"],
            "yuan/person": ["threshold('line_each')"],
        }.get(family, [])
        if family == "yuan":
            fields += [f"threshold('{name}')" for name in ("line", "line", "only_here", "nowhere")]
        if family == "pure":
            fields.append("threshold('ratio')")
            if at.grain == at.unit and at.table is None:
                own = "person.code" if at.unit == "person" else "household.note"
                fields.append(f"times_used({own})")
            fields += [f"count_of({name})" for name in self.fields(at, "tags", "health")]
        bare = ["8800", "0.01", "0", "999999999999", "-1"]
        few = ["0", "1", "2", "-1", "0.5", "18"]
        literals = bare if family in ("yuan", "yuan/person") else few
        return [*fields, *fields, *literals[: 3 if fields else None], *self._named(at, family)]

    def _grown(self, family: str, at: At, depth: int) -> list[str]:
        """What turns other kinds of values into this number."""
        days = [self.day(at, depth - 1) for _ in range(2)]
        text = self.text(at, 0)
        found = {
            "year": [f"age({days[0]})"] * 4,
            "month": [f"months_between({days[0]}, {days[1]})"] * 4,
            "day": [f"days_between({days[0]}, {days[1]})"] * 4,
            "pure": [
                f"year_of({days[0]})",
                f"length({text})",
                f"digit_at({text}, {self.pick('0129')})",
            ],
            "yuan/person": [
                f"({self.number('yuan', at, depth - 1)} / household.size)",
                f"({self.number('yuan', at, depth - 1)} / {self.number('person', at, 0)})",
            ],
            "yuan": [
                f"({self.number('yuan/person', at, 0)} * {self.number('person', at, 0)})",
            ],
        }
        return found.get(family, [])

    def _aggregates(self, family: str, at: At, depth: int) -> list[str]:
        table = self.pick(sorted(FEEDS))
        row = replace(at, table=table)
        value, condition = self.number(family, row, depth - 1), self.boolean(row, depth - 1)
        found = [
            f"{self.pick(['sum_in', 'max_in', 'min_in'])}({table}, {value}, {condition})",
            f"{self.pick(['sum_in', 'max_in', 'min_in'])}({table}, {value})",
        ]
        if family == "row":
            found = [f"count_in({table}, {condition})", f"count_in({table})"]
        if at.grain != "household":
            return found
        member = replace(at, grain="person")
        value, condition = self.number(family, member, depth - 1), self.boolean(member, depth - 1)
        found += [
            f"{self.pick(['sum_members', 'max_members', 'min_members'])}({value})",
            f"sum_members_where({value}, {condition})",
        ]
        if family == "person":
            item = self.pick(["person.role", "person.birth_on", "person.wage", "person.code"])
            found += [f"count_members({condition})", f"distinct_members({item})"] * 2
        return found

    # Dates, months, texts

    def day(self, at: At, depth: int) -> str:
        leaves = self.fields(at, "seen_on", "birth_on", "on_day") * 2
        leaves += ["period_end()", "period_start()", "DATE '2024-02-29'", "DATE '2026-10-31'"]
        if depth <= 0:
            return self.pick(leaves)
        first, second = self.day(at, depth - 1), self.day(at, 0)
        makers = [
            f"least({first}, {second})",
            f"greatest({first}, {second})",
            f"coalesce({first}, {second})",
            f"CASE WHEN {self.boolean(at, 0)} THEN {first} ELSE {second} END",
        ]
        if at.table is None:
            table = self.pick(sorted(FEEDS))
            row = replace(at, table=table)
            makers += [
                f"{self.pick(['max_in', 'min_in'])}({table}, {self.day(row, 0)})",
                f"max_in({table}, {table}.on_day, {self.boolean(row, 0)})",
            ]
            if at.grain == "household":
                makers.append(f"{self.pick(['max', 'min'])}_members(person.birth_on)")
        return self.pick(makers)

    def month(self, at: At, depth: int) -> str:
        leaves = self.fields(at, "since", "", "month") * 2
        leaves += ["period()", "last_month()", "'2026-09'"]
        if depth <= 0:
            return self.pick(leaves[:-1])
        number = self.pick(["1", "12", "0", "-1", "0.5", "threshold('window')", "household.ratio"])
        makers = [
            f"month_of({self.day(at, 0)})",
            f"months_before({self.pick([self.month(at, 0), self.day(at, 0)])}, {number})",
            f"months_before({self.month(at, 0)}, {self.pick(['1', '12'])})",
            f"coalesce({self.month(at, 0)}, {self.month(at, 0)})",
            f"greatest({self.month(at, 0)}, {self.month(at, 0)})",
        ]
        if at.table is None:
            table = self.pick(sorted(FEEDS))
            makers.append(f"{self.pick(['max_in', 'min_in'])}({table}, {table}.month)")
        return self.pick(makers)

    def text(self, at: At, depth: int) -> str:
        field = self.pick(self.fields(at, "note note region_code", "code code", "label"))
        if depth <= 0:
            return field
        return self.pick(
            [
                field,
                f"text_at({field}, {self.pick('0123')}, {self.pick('0129')})",
                f"coalesce({field}, '张3')",
            ]
        )

    def _named(self, at: At, kind: str) -> list[str]:
        """Indicators of this kind; one with an aggregate may turn out not to be allowed here."""
        return [
            f"indicator('{name}')"
            for name, (unit, found) in self.indicators.items()
            if found == kind and (unit == "household" or at.grain == "person")
        ]

    # Roots: one formula of each construct, to be held against a value that it really has

    def rooted(self, name: str, at: At) -> tuple[str, str]:
        """A formula whose root is a function, a feed or a member aggregate, and its kind:
        number, date, month, text, code or boolean."""
        days = [self.day(at, 0) for _ in range(2)]
        numbers = [self.number("yuan", at, 1) for _ in range(3)]
        text, codes = self.text(at, 0), self.pick(self.fields(at, "tags", "health"))
        month = self.pick([self.month(at, 0), self.day(at, 0)])
        made = {
            "+": f"{numbers[0]} / {self.pick(['3', '-7'])} + {numbers[1]}",
            "-": f"{numbers[0]} - {numbers[1]}",
            "*": f"{numbers[0]} * {self.number('pure', at, 0)}",
            "/": f"{numbers[0]} / {self._divisor(at)}",
            "neg": f"- {numbers[0]}",
            "abs": f"abs({numbers[0]})",
            "round2": f"round2({numbers[0]} * {self.number('pure', at, 0)})",
            "least": f"least({', '.join(numbers)})",
            "greatest": f"greatest({', '.join(numbers[:2])})",
            "coalesce": f"coalesce({', '.join(numbers)})",
            "age": f"age({days[0]})",
            "months_between": f"months_between({days[0]}, {days[1]})",
            "days_between": f"days_between({days[0]}, {days[1]})",
            "year_of": f"year_of({days[0]})",
            "count_of": f"count_of({codes})",
            "length": f"length({text})",
            "digit_at": f"digit_at({text}, {self.pick('0129')})",
            "case": f"CASE WHEN {self.boolean(at, 1)} THEN {numbers[0]} ELSE {numbers[1]} END",
            "threshold": "threshold('line')",
        }
        if name in made:
            return made[name], "number"
        others = {
            "month_of": (f"month_of({days[0]})", "month"),
            "months_before": (f"months_before({month}, {self.pick(['1', '12', '-3'])})", "month"),
            "last_month": ("last_month()", "month"),
            "period": ("period()", "month"),
            "period_start": (f"least(period_start(), {days[0]})", "date"),
            "period_end": (f"greatest(period_end(), {days[0]})", "date"),
            "text_at": (f"text_at({text}, {self.pick('0123')}, {self.pick('129')})", "text"),
            "has": (f"has({codes}, '{self.pick('PQR')}')", "boolean"),
            "starts_with": (f"starts_with({text}, '{self.pick(['张', '3', ''])}')", "boolean"),
            "uses": (f"times_used({self._own(at)})", "number"),
        }
        return others[name] if name in others else self._rooted_aggregate(name, at)

    def _own(self, at: At) -> str:
        return "person.code" if at.unit == "person" else "household.note"

    def _rooted_aggregate(self, name: str, at: At) -> tuple[str, str]:
        function, _, table = name.partition(" ")
        table = table or self.pick(sorted(FEEDS))
        inside = replace(at, grain="person") if "member" in function else replace(at, table=table)
        condition = self.boolean(inside, self.pick([0, 1]))
        value = self.number("yuan", inside, self.pick([0, 0, 1]))
        if function == "distinct_members":
            return f"distinct_members(person.{self.pick(['role', 'code', 'wage'])})", "number"
        if function in ("any_member", "all_members"):
            return f"{function}({condition})", "boolean"
        if function == "in_feed":
            return f"in_feed({table})", "boolean"
        if function in ("any_in", "any_listed"):
            return f"{function}({table}, {condition})", "boolean"
        if function == "count_in":
            return self.pick([f"count_in({table}, {condition})", f"count_in({table})"]), "number"
        if function == "count_members":
            return f"count_members({condition})", "number"
        if function == "sum_members_where":
            return f"sum_members_where({value}, {condition})", "number"
        if function in ("sum_members", "max_members", "min_members"):
            return f"{function}({value})", "number"
        many = self.pick([f"{value}, {condition}", value])
        return f"{function}({table}, {many})", "number"


_FEED_ROOTS = ("any_in", "any_listed", "count_in", "sum_in", "max_in", "min_in", "in_feed")
MEMBER_ROOTS = ("any_member", "all_members", "count_members", "sum_members",
                "sum_members_where", "max_members", "min_members", "distinct_members")  # fmt: skip
ROOTS: tuple[str, ...] = (
    *MEMBER_ROOTS,
    *FUNCTIONS,
    "case",
    "threshold",
    "uses",
    "months_between",
    "months_before",
    "months_between",
    *(f"{function} {table}" for table in sorted(FEEDS) for function in _FEED_ROOTS),
)
"""Every construct a formula may begin with; the proof goes through them one after the other."""
