"""Findings and hints of a run out of the packed decisions, with their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules.compiler import DIALECT, Compiler
from bangfu.engine.rules.layout import FALSE, TRUE, state
from bangfu.engine.rules.rule import UNDECIDED_COUNTS, Rule
from bangfu.engine.rules.sentences import LANGUAGES, NUMBER_TEXT, Sentences
from bangfu.engine.rules.texts import fill
from bangfu.engine.rules.words import joiner, word

Counts = dict[str, dict[str, int]]
_EVERYBODY = "household_result"
NOTHING = 4
"""Weight of a finding that changes no hint."""

MOST_PERSONS_TOLD = 3
_FIRED = """
CREATE TEMP TABLE fired (
    hid INTEGER, rule INTEGER, person_id VARCHAR, reason_zh VARCHAR, reason_en VARCHAR)
"""
_DIFFERENT = """
array_to_string(list_slice(list_filter(
    list({text} ORDER BY person_id),
    lambda told, place: list_position(list({text} ORDER BY person_id), told) = place
), 1, {most}), '{join}') AS {text}
"""
_TOLD = """
CREATE TEMP TABLE told AS
WITH counted AS (SELECT *, count(*) OVER (PARTITION BY hid, rule) AS persons FROM fired)
SELECT hid, rule, reason_zh, reason_en,
       CASE WHEN person_id IS NOT NULL THEN [person_id] END AS person_ids
FROM counted WHERE persons = 1
UNION ALL
SELECT hid, rule, {zh}, {en}, list(person_id ORDER BY person_id)
FROM counted WHERE persons > 1 GROUP BY hid, rule
"""
_FINDINGS = """
CREATE TEMP TABLE finding AS
SELECT t.hid, t.rule, 0 AS rank, t.reason_zh, t.reason_en, t.person_ids FROM told t
UNION ALL
SELECT u.hid, u.rule, u.rank, l.reason_zh, l.reason_en, NULL
FROM ({undecided}) u JOIN label l ON l.rule = u.rule AND l.rank = u.rank
"""
_NOBODY = "SELECT NULL::INTEGER AS hid, NULL::INTEGER AS rule, NULL::INTEGER AS rank WHERE FALSE"
_HINTS = """
CREATE TEMP TABLE hint AS
WITH weighed AS (
    SELECT f.hid, f.rule, l.weight, f.reason_zh, f.reason_en,
           (l.weight * 1000000 + length(f.reason_zh)) * 1000 + f.rule AS pressing
    FROM finding f JOIN label l ON l.rule = f.rule AND l.rank = f.rank WHERE l.weight < 4
), pressing AS (
    SELECT hid, min(weight) AS weight,
           arg_min(reason_zh, pressing) AS reason_zh, arg_min(reason_en, pressing) AS reason_en,
           list(rule ORDER BY rule) FILTER (weight = 1) AS urgent,
           list(rule ORDER BY rule) FILTER (weight = 2) AS attention,
           list(rule ORDER BY rule) FILTER (weight = 3) AS undecided
    FROM weighed GROUP BY hid
)
SELECT h.hid, h.cno, h.household_id, h.household_no, h.region_code,
       CASE p.weight WHEN 1 THEN 'urgent' WHEN 2 THEN 'attention'
                     WHEN 3 THEN 'unknown' ELSE 'none' END AS hint,
       p.reason_zh, p.reason_en,
       coalesce([n.ids[rule + 1] FOR rule IN CASE p.weight WHEN 1 THEN p.urgent
           WHEN 2 THEN p.attention WHEN 3 THEN p.undecided END], []) AS rule_ids
FROM home h LEFT JOIN pressing p ON p.hid = h.hid CROSS JOIN names n
"""
HINT_ROWS = """
SELECT household_id, household_no, region_code, hint, reason_zh, reason_en, rule_ids
FROM hint ORDER BY hid
"""
FINDING_ROWS = """
SELECT h.household_id, l.rule_id, l.kind, l.hint, l.outcome, l.unknown_reason,
       f.person_ids, f.reason_zh, f.reason_en
FROM finding f JOIN home h ON h.hid = f.hid JOIN label l ON l.rule = f.rule AND l.rank = f.rank
ORDER BY f.hid, f.rule
"""


def undecided_text(rule: Rule, reason: str, language: str) -> str:
    """Return the sentence of a rule that could not be decided."""
    return word("unknown", reason, language).format(title=rule.title.in_language(language))


def tell(rule: Rule, units: Sequence[Mapping[str, Any]], language: str, catalog: Catalog) -> str:
    """Return the sentences of a true rule, one per member that differs, at most three."""
    sentences = dict.fromkeys(fill(rule, values, language, catalog) for values in units)
    return joiner(language).join(list(sentences)[:MOST_PERSONS_TOLD])


def tellings(compiler: Compiler) -> Mapping[str, str]:
    """Return rule → the statement that writes its sentences into `fired`."""
    sentences = Sentences(compiler, compiler.catalog)
    return {
        rule.id: f"INSERT INTO fired SELECT hid, {number}, person_id, zh, en "  # noqa: S608
        f"FROM ({sentences.fired(rule).sql(dialect=DIALECT)})"
        for number, rule in enumerate(compiler.rules)
    }


def make_findings(
    connection: duckdb.DuckDBPyConnection, compiler: Compiler, told: Mapping[str, str]
) -> Counts:
    """Make `finding` and `hint` with the statements of `tellings`; return how many households
    each rule found, by outcome.

    `finding` holds every true rule, and the open ones of kinds whose openness changes a hint;
    the rest of what is open is counted alone, and told by `runs.explain`.
    """
    rules = compiler.rules
    backend.register(connection, "label", _labels(rules))
    backend.register(connection, "names", pa.table({"ids": [[rule.id for rule in rules]]}))
    counts = _count(connection, compiler)
    connection.execute(_FIRED)
    connection.execute(NUMBER_TEXT)
    for rule in rules:
        if counts[rule.id].get("TRUE"):
            connection.execute(told[rule.id])
    texts = {
        language: _DIFFERENT.format(
            text=f"reason_{language}", most=MOST_PERSONS_TOLD, join=joiner(language)
        )
        for language in LANGUAGES
    }
    connection.execute(_TOLD.format(**texts))
    connection.execute(_FINDINGS.format(undecided=" UNION ALL ".join(_undecided(compiler))))
    connection.execute(_HINTS)
    return counts


def _labels(rules: tuple[Rule, ...]) -> pa.Table:
    """What a finding says by rule and rank (0: true)."""
    rows = []
    for number, rule in enumerate(rules):
        fired = {"urgent": 1, "attention": 2}.get(rule.hint, NOTHING)
        about = {"rule": number, "rule_id": rule.id, "kind": rule.kind}
        true = {"rank": 0, "hint": rule.hint, "outcome": "TRUE", "weight": fired}
        rows.append({**about, **true, "unknown_reason": None, "reason_zh": None, "reason_en": None})
        for rank, name in NAMES.items():
            rows.append(
                {
                    **about,
                    "rank": rank,
                    "hint": "none",
                    "outcome": "UNKNOWN",
                    "weight": 3 if rule.kind in UNDECIDED_COUNTS else NOTHING,
                    "unknown_reason": name,
                    "reason_zh": undecided_text(rule, name, "zh"),
                    "reason_en": undecided_text(rule, name, "en"),
                }
            )
    return pa.Table.from_pylist(rows)


def _count(connection: duckdb.DuckDBPyConnection, compiler: Compiler) -> Counts:
    """Households by rule and outcome: true where one member is, else open where one is.

    Of rules that a feed drives these are the households that the feed names (`named_by`).
    """
    found: Counts = {}
    for relation, rules in _by_relation(compiler).items():
        columns, states = [], []
        for rule in rules:
            columns.append(f'count(*) FILTER ("{state(rule)}" = {TRUE})')
            columns.append(f"count(*) FILTER ({_is_open(rule)})")
            # A truth weighs more than what is open, and that more than what is not so.
            states.append(f'max("{state(rule)}") AS "{state(rule)}"')
        source = f'(SELECT hid, {", ".join(states)} FROM "{relation}" GROUP BY hid)'  # noqa: S608
        if relation == _EVERYBODY:
            source = f'"{relation}"'
        row = connection.execute(f"SELECT {', '.join(columns)} FROM {source}").fetchone()  # noqa: S608
        assert row is not None
        for rule, true_, open_ in zip(rules, row[::2], row[1::2], strict=True):
            counts = (("TRUE", true_), ("UNKNOWN", open_))
            found[rule.id] = {name: count for name, count in counts if count}
    return found


def _by_relation(compiler: Compiler) -> dict[str, list[Rule]]:
    """Relation → the rules whose state it holds by household; a whole person rule stands in
    `household_result` too."""
    found: dict[str, list[Rule]] = {}
    for rule in compiler.rules:
        name = compiler.result_of[rule.id]
        found.setdefault(_EVERYBODY if name == "person_result" else name, []).append(rule)
    return found


def named_by(compiler: Compiler) -> dict[str, str]:
    """Return rule → feed of the rules that are decided for the people of that feed alone."""
    driven = {group.name: group.driver for group in compiler.driven if group.driver}
    return {
        rule.id: driven[name]
        for rule in compiler.rules
        if (name := compiler.result_of[rule.id]) in driven
    }


def _is_open(rule: Rule) -> str:
    return f'"{state(rule)}" > {FALSE} AND "{state(rule)}" < {TRUE}'


def _undecided(compiler: Compiler) -> Iterator[str]:
    """Queries of (hid, rule, rank) of the open rules that change a hint."""
    yield _NOBODY
    for number, rule in enumerate(compiler.rules):
        if rule.kind in UNDECIDED_COUNTS:
            yield (
                f'SELECT hid, {number}, "{state(rule)}"::INTEGER '  # noqa: S608
                f"FROM household_result WHERE {_is_open(rule)}"
            )
