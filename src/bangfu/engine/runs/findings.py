"""Findings of a run: every rule that is true or open for a household, with its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules.layout import Layout, outcome, reason
from bangfu.engine.rules.nodes import Literal
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import fill
from bangfu.engine.rules.words import joiner, word

MOST_PERSONS_TOLD = 3

FIRED = pa.schema(
    [
        ("household_id", pa.string()),
        ("rule_id", pa.string()),
        ("reason_zh", pa.string()),
        ("reason_en", pa.string()),
    ]
)


def write_outcomes(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> None:
    """Make `outcome`: one row per household and rule that is true or open.

    A person rule is true for the household if it is true for one member, else open if it is open
    for one; `person_ids` are the members for whom it is true; `rank` is the reason of an open one.
    """
    selects = [_household_rule(rule) for rule in rules if rule.unit == "household"]
    selects += [_person_rule(rule) for rule in rules if rule.unit == "person"]
    empty = (
        "SELECT NULL::VARCHAR AS household_id, NULL::VARCHAR AS rule_id, NULL::BOOLEAN AS decided,"
        " NULL::INTEGER AS rank, NULL::VARCHAR[] AS person_ids WHERE FALSE"
    )
    connection.execute(f"CREATE TEMP TABLE outcome AS {' UNION ALL '.join([empty, *selects])}")


def _household_rule(rule: Rule) -> str:
    truth, rank = f'"{outcome(rule)}"', f'"{reason(rule)}"'
    return (
        f"SELECT household_id, '{rule.id}', {truth}, {rank}::INTEGER, "  # noqa: S608
        f"NULL::VARCHAR[] FROM household_result WHERE {truth} IS NOT FALSE"
    )


def _person_rule(rule: Rule) -> str:
    column = f'"{outcome(rule)}"'
    truth = f"bool_or({column})"
    return (
        f"SELECT household_id, '{rule.id}', CASE WHEN {truth} THEN TRUE END, "  # noqa: S608
        f'CASE WHEN {truth} THEN NULL ELSE max("{reason(rule)}")::INTEGER END, '
        f"list(person_id ORDER BY person_id) FILTER (WHERE {column}) "
        f"FROM person_result WHERE {column} IS NOT FALSE GROUP BY household_id"
    )


def write_fired(
    connection: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], catalog: Catalog
) -> None:
    """Make `fired`: the sentences of true rules, with their numbers put in."""
    rows = [
        row
        for layout in layouts
        for rule in layout.rules
        for row in _sentences(connection, rule, layout, catalog)
    ]
    backend.register(connection, "fired", pa.Table.from_pylist(rows, schema=FIRED))


def _sentences(
    connection: duckdb.DuckDBPyConnection, rule: Rule, layout: Layout, catalog: Catalog
) -> Iterator[dict[str, Any]]:
    columns = ", ".join(
        "NULL" if isinstance(node, Literal) else f'"{layout.value(node)}"'
        for node in rule.values.values()
    )
    relation = "household_result" if rule.unit == "household" else "person_result"
    order = "household_id" if rule.unit == "household" else "household_id, person_id"
    chosen = ", ".join(filter(None, ["household_id", columns]))
    rows = connection.execute(
        f'SELECT {chosen} FROM {relation} WHERE "{outcome(rule)}" ORDER BY {order}'  # noqa: S608
    ).fetchall()
    told: dict[str, list[Mapping[str, Any]]] = {}
    for household_id, *values in rows:
        told.setdefault(household_id, []).append(named_values(rule, values))
    for household_id, units in told.items():
        yield {
            "household_id": household_id,
            "rule_id": rule.id,
            "reason_zh": tell(rule, units, "zh", catalog),
            "reason_en": tell(rule, units, "en", catalog),
        }


def named_values(rule: Rule, found: Sequence[Any]) -> dict[str, Any]:
    """Return a rule's named values out of their columns; literals stand for themselves."""
    return {
        name: node.value if isinstance(node, Literal) else value
        for (name, node), value in zip(rule.values.items(), found, strict=True)
    }


def tell(rule: Rule, units: Sequence[Mapping[str, Any]], language: str, catalog: Catalog) -> str:
    """Return the sentences of a true rule, one per member that differs, at most three."""
    sentences = dict.fromkeys(fill(rule, values, language, catalog) for values in units)
    return joiner(language).join(list(sentences)[:MOST_PERSONS_TOLD])


def undecided_text(rule: Rule, reason: str, language: str) -> str:
    """Return the sentence of a rule that could not be decided."""
    return word("unknown", reason, language).format(title=rule.title.in_language(language))


def write_findings(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> None:
    """Make `findings` out of `outcome` and `fired`, sorted by household and rule."""
    labels = [
        {
            "rule_id": rule.id,
            "kind": rule.kind,
            "hint": rule.hint,
            "rank": rank,
            "name": name,
            "zh": undecided_text(rule, name, "zh"),
            "en": undecided_text(rule, name, "en"),
        }
        for rule in rules
        for rank, name in NAMES.items()
    ]
    backend.register(connection, "label", pa.Table.from_pylist(labels))
    connection.execute(
        """
        CREATE TEMP TABLE findings AS
        SELECT o.household_id, o.rule_id, k.kind,
               CASE WHEN o.decided THEN k.hint ELSE 'none' END AS hint,
               CASE WHEN o.decided THEN 'TRUE' ELSE 'UNKNOWN' END AS outcome,
               l.name AS unknown_reason,
               o.person_ids,
               coalesce(f.reason_zh, l.zh) AS reason_zh,
               coalesce(f.reason_en, l.en) AS reason_en
        FROM outcome o
        JOIN (SELECT DISTINCT rule_id, kind, hint FROM label) k ON k.rule_id = o.rule_id
        LEFT JOIN label l ON l.rule_id = o.rule_id AND l.rank = o.rank
        LEFT JOIN fired f ON f.rule_id = o.rule_id AND f.household_id = o.household_id
        ORDER BY o.household_id, o.rule_id
        """
    )


def write_hints(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `hints`: per household the most pressing hint, the rules behind it and the shortest
    of their sentences. Undecided alerts and suspicions change nothing."""
    connection.execute(
        """
        CREATE TEMP TABLE hints AS
        WITH weighed AS (
            SELECT *, CASE
                WHEN outcome = 'TRUE' AND hint = 'urgent' THEN 1
                WHEN outcome = 'TRUE' AND hint = 'attention' THEN 2
                WHEN outcome = 'UNKNOWN' AND kind IN ('GUARANTEE', 'INCOME') THEN 3
                ELSE 4 END AS weight
            FROM findings
        ), heaviest AS (
            SELECT household_id, min(weight) AS weight FROM weighed GROUP BY household_id
        ), told AS (
            SELECT w.household_id, w.weight, list(w.rule_id ORDER BY w.rule_id) AS rule_ids,
                   arg_min(w.reason_zh, (length(w.reason_zh), w.rule_id)) AS reason_zh,
                   arg_min(w.reason_en, (length(w.reason_zh), w.rule_id)) AS reason_en
            FROM weighed w
            JOIN heaviest h ON h.household_id = w.household_id AND h.weight = w.weight
            WHERE w.weight < 4
            GROUP BY w.household_id, w.weight
        )
        SELECT r.household_id, r.household_no, r.region_code,
               CASE t.weight WHEN 1 THEN 'urgent' WHEN 2 THEN 'attention'
                             WHEN 3 THEN 'unknown' ELSE 'none' END AS hint,
               t.reason_zh, t.reason_en,
               coalesce(t.rule_ids, []::VARCHAR[]) AS rule_ids
        FROM household_result r
        LEFT JOIN told t ON t.household_id = r.household_id
        ORDER BY r.household_id
        """
    )
