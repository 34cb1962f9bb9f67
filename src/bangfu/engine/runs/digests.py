"""What each fired rule looked at, as one digest (事实指纹): it changes when the facts do.

A hit that somebody has explained stays silent as long as its digest is the same. Facts are the
values of the columns that the rule's condition and texts read, of the household, of its members and
of the rows of feeds about them; thresholds, dates of delivery and the numbers that a run gives to
people are none. Of a rule about persons only those are looked at for whom it fired, unless it adds
up over the family.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.gather import below, roots_of
from bangfu.engine.rules.lowering import field_column
from bangfu.engine.rules.rule import Rule
from bangfu.engine.runs.evidence import EVIDENCE
from bangfu.engine.runs.manifest import FORMAT, read_manifest
from bangfu.kernel.period import Period

_HIT = """
CREATE OR REPLACE TEMP TABLE hit AS
SELECT h.hid, h.household_id, f.person_ids
FROM finding f JOIN household h ON h.household_id = f.household_id
WHERE f.rule_id = $rule AND f.outcome = 'TRUE'
"""
_WHOSE = " AND list_contains(t.person_ids, m.person_id)"
_HOUSEHOLD = (
    "SELECT t.hid, concat('h', CAST({values} AS VARCHAR)) AS told "
    "FROM hit t JOIN household r ON r.hid = t.hid"
)
_MEMBER = (
    "SELECT t.hid, concat('p', r.person_id, CAST({values} AS VARCHAR)) AS told "
    "FROM hit t JOIN member r ON r.hid = t.hid "
    "JOIN member m ON m.hid = r.hid AND m.pid = r.pid{who}"
)
_FEED = (
    "SELECT t.hid, concat('{table}', m.person_id, CAST({values} AS VARCHAR)) AS told "
    'FROM hit t JOIN "feed_{table}" r ON r.hid = t.hid '
    "JOIN member m ON m.hid = r.hid AND m.pid = r.pid{who}"
)
_PEOPLE = "SELECT t.hid, concat('who', array_to_string(t.person_ids, ',')) AS told FROM hit t"
_DIGEST = """
SELECT t.household_id, sha256(string_agg(p.told, chr(10) ORDER BY p.told))
FROM hit t JOIN ({parts}) p ON p.hid = t.hid GROUP BY t.household_id ORDER BY t.household_id
"""


def fact_digests(
    out_dir: Path | str, pack: Pack, rule_ids: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield (household_id, rule_id, SHA-256 in hex) of every hit of some rules in a run's folder.

    The pack must be the one of the run. Raises RunRefused E-RUN-PACK, E-RUN-FORMAT.
    """
    out = Path(out_dir)
    manifest = read_manifest(out)
    if manifest.format != FORMAT:
        raise RunRefused("E-RUN-FORMAT", run=manifest.format, present=FORMAT)
    if manifest.pack_hash != pack.hash:
        raise RunRefused("E-RUN-PACK", run=manifest.pack_version, pack=pack.version)
    day = Period.parse(manifest.period).last_day
    rules = [rule for rule in pack.rules_on(day) if rule.id in set(rule_ids)]
    for folder in sorted(out.glob("part=*")) or [out]:
        with backend.connect() as connection:
            feeds = _open(connection, folder)
            for rule in rules:
                yield from _of_rule(connection, rule, feeds)


def _open(connection: duckdb.DuckDBPyConnection, folder: Path) -> set[str]:
    """Make the part's files readable by name; return the feeds that the run read."""
    backend.read_parquet(connection, "finding", folder / "findings.parquet")
    found = set()
    for path in sorted((folder / EVIDENCE).glob("*.parquet")):
        backend.read_parquet(connection, path.stem, path)
        if path.stem.startswith("feed_"):
            found.add(path.stem.removeprefix("feed_"))
    return found


def _of_rule(
    connection: duckdb.DuckDBPyConnection, rule: Rule, feeds: set[str]
) -> Iterator[tuple[str, str, str]]:
    connection.execute(_HIT, {"rule": rule.id})
    parts = " UNION ALL ".join(_parts(rule, feeds))
    for household_id, digest in connection.execute(_DIGEST.format(parts=parts)).fetchall():
        yield household_id, rule.id, digest


def _parts(rule: Rule, feeds: set[str]) -> Iterator[str]:
    """One query for each table that the rule reads."""
    nodes = list(below(roots_of([rule])))
    read: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, n.Field):
            read.setdefault(node.scope, set()).add(node.name)
        elif isinstance(node, n.FeedAggregate):
            read.setdefault(node.table, set())
    who = _WHOSE if rule.unit == "person" and not _adds_up(nodes) else ""
    yield _PEOPLE
    for scope, names in sorted(read.items()):
        values = _struct(scope, sorted(names))
        if scope == "household":
            yield _HOUSEHOLD.format(values=values)
        elif scope == "person":
            yield _MEMBER.format(values=values, who=who)
        elif scope in feeds:
            yield _FEED.format(table=scope, values=values, who=who)


def _adds_up(nodes: list[n.Node]) -> bool:
    return any(
        isinstance(node, n.MemberAggregate)
        or (isinstance(node, n.FeedAggregate) and node.grain == "household")
        for node in nodes
    )


def _struct(scope: str, names: list[str]) -> str:
    if not names:
        return "''"
    inside = ", ".join(f"""'{name}': r."{field_column(scope, name)}\"""" for name in names)
    return "{" + inside + "}"
