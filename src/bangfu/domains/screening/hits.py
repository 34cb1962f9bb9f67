"""The hits of a published run: which rule found which household, in words and as facts' digest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.domains.screening.domain import FLAGGED, RunRecord, Severity
from bangfu.domains.screening.folders import results_of
from bangfu.domains.screening.packs import pack_of
from bangfu.domains.screening.results import FIRED
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.sensitivity import classes_of
from bangfu.engine.runs import settled
from bangfu.engine.runs.digests import fact_digests
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period

SUSPICION = "SUSPICION"
_COLUMNS = ["household_id", "rule_id", "hint", "reason_zh", "reason_en"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that asks for somebody's work on a household.

    `risk` is its matter; `classes` what its reason tells; `digest` changes when its facts do.
    `is_suspicion`: it may mean that help is undue, and asks to hear the household first; `feeds`
    are the lists that it looked at.
    """

    household_id: UUID
    rule_id: str
    risk: str
    severity: Severity
    reason_zh: str
    reason_en: str
    classes: frozenset[str]
    digest: str
    is_suspicion: bool = False
    feeds: tuple[str, ...] = ()


def list_hits(run: RunRecord) -> list[Hit]:
    """Return the urgent and attention hits of a run and its suspicions, by household and rule.

    Raises NotFound E-SCREENING-FOLDER where the run's folder is gone, E-SCREENING-PACK for its
    pack; RunRefused for evidence that an older version wrote.
    """
    results = results_of(run.folder)
    if not results.is_dir():
        raise NotFound("E-SCREENING-FOLDER", period=run.period)
    pack = pack_of(run.pack_hash)
    day = Period.parse(run.period).last_day
    rules = {rule.id: rule for rule in pack.rules_on(day) if _asks(rule)}
    digests = {
        (household, rule): digest for household, rule, digest in fact_digests(results, pack, rules)
    }
    classes = {rule.id: classes_of(rule, pack.catalog) for rule in rules.values()}
    return [
        _hit(row, rules[row["rule_id"]], classes, digests[row["household_id"], row["rule_id"]])
        for row in _fired(results_table(run), rules)
    ]


def known_false(run: RunRecord, asked: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return of which households and rules a run knows that the rule does not hold: it was
    decided, and false. What a missing or partial list leaves open is not among them.

    Raises as `list_hits`; reads nothing where nothing is asked.
    """
    if not asked:
        return set()
    results = results_of(run.folder)
    if not results.is_dir():
        raise NotFound("E-SCREENING-FOLDER", period=run.period)
    pairs = {(str(household), rule) for household, rule in asked}
    found = settled.known_false(results, pack_of(run.pack_hash), pairs)
    return {(UUID(household), rule) for household, rule in found}


def _asks(rule: Rule) -> bool:
    return rule.kind == SUSPICION or Severity.of(rule.hint) >= FLAGGED


def results_table(run: RunRecord) -> pa.Table:
    """Return the findings of a run."""
    results = results_of(run.folder)
    files = sorted(results.glob("part=*/findings.parquet")) or [results / "findings.parquet"]
    columns = [*_COLUMNS, "outcome"]
    tables = [pq.read_table(file, columns=columns, partitioning=None) for file in files]
    return pa.concat_tables(tables)


def _fired(table: pa.Table, rules: dict[str, Rule]) -> list[dict[str, str]]:
    wanted = pc.and_(
        pc.equal(table["outcome"], FIRED),
        pc.is_in(table["rule_id"], value_set=pa.array(sorted(rules), pa.string())),
    )
    found: list[dict[str, str]] = table.filter(wanted).select(_COLUMNS).to_pylist()
    return sorted(found, key=lambda row: (row["household_id"], row["rule_id"]))


def _hit(row: dict[str, str], rule: Rule, classes: dict[str, frozenset[str]], digest: str) -> Hit:
    return Hit(
        household_id=UUID(row["household_id"]),
        rule_id=rule.id,
        risk=rule.risk,
        severity=Severity.of(rule.hint),
        reason_zh=row["reason_zh"] or rule.title.zh,
        reason_en=row["reason_en"] or rule.title.en,
        classes=classes[rule.id],
        digest=digest,
        is_suspicion=rule.kind == SUSPICION,
        feeds=rule.feeds,
    )
