"""One household's rules with every clause: text, value, threshold, dataset, date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.compiler import Outcome, compared
from bangfu.engine.rules.render import Renderer
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import fill, show
from bangfu.engine.rules.words import joiner
from bangfu.engine.runs.evidence import Evidence, open_evidence
from bangfu.engine.runs.findings import MOST_PERSONS_TOLD, undecided_text
from bangfu.kernel.decision import Decision
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period

LANGUAGES = ("zh", "en")
Row = Mapping[str, Any]


def explain(
    out_dir: Path | str, pack: Pack, household_id: str, *, all: bool = False
) -> dict[str, Any]:
    """Return why a household has its hint: each rule that is true or open, most pressing first.

    With `all` also the rules that are false. The pack must be the one of the run. Keys:
    household_id, household_no, period, hint, reason_zh, reason_en, rules → rule_id, title_zh,
    title_en, kind, unit, hint, outcome (TRUE FALSE UNKNOWN), unknown_reason, reason_zh, reason_en,
    source {document, article, status}, person_ids, clauses → text_zh, text_en, outcome,
    unknown_reason, value, value_zh, value_en, threshold, threshold_zh, threshold_en, unit_zh,
    unit_en, dataset, dataset_zh, dataset_en, as_of, person_id. Numbers are texts, so that no
    reader rounds them. Raises NotFound E-RUN-HOUSEHOLD, RunRefused E-RUN-PACK.
    """
    evidence = open_evidence(out_dir)
    if evidence.manifest.pack_hash != pack.hash:
        raise RunRefused("E-RUN-PACK", run=evidence.manifest.pack_version, pack=pack.version)
    found = evidence.households.rows(household_id)
    if not found:
        raise NotFound("E-RUN-HOUSEHOLD")
    teller = _Teller(pack, evidence, found[0], evidence.members.rows(household_id))
    hint = evidence.hints.rows(household_id)[0]
    day = Period.parse(evidence.manifest.period).last_day
    rules = [teller.rule(rule) for rule in pack.rules_on(day)]
    told = [rule for rule in rules if all or rule["outcome"] != "FALSE"]
    return {
        "household_id": household_id,
        "household_no": found[0]["household_no"],
        "period": evidence.manifest.period,
        "hint": hint["hint"],
        "reason_zh": hint["reason_zh"],
        "reason_en": hint["reason_en"],
        "rules": sorted(told, key=_pressing),
    }


def _pressing(rule: Row) -> tuple[int, int, str]:
    outcomes = {"TRUE": 0, "UNKNOWN": 1, "FALSE": 2}
    hints = {"urgent": 0, "attention": 1, "none": 2}
    return outcomes[rule["outcome"]], hints[rule["hint"]], rule["rule_id"]


@dataclass(frozen=True)
class _Teller:
    """Tells the rules of one household out of its evidence rows."""

    pack: Pack
    evidence: Evidence
    household: Row
    members: Sequence[Row]

    def rule(self, rule: Rule) -> dict[str, Any]:
        """Return one rule's entry."""
        where = Outcome(rule)
        units = [self.household] if rule.unit == "household" else list(self.members)
        truths = [row[where.outcome] for row in units]
        outcome = Decision.any_of(Decision.of(truth) for truth in truths)
        told = [row for row in units if Decision.of(row[where.outcome]) is outcome]
        ranks = [row[where.reason] for row in told if row[where.outcome] is None]
        reason = NAMES[max(ranks)] if outcome is Decision.UNKNOWN else None
        entry = {
            "rule_id": rule.id,
            "title_zh": rule.title.zh,
            "title_en": rule.title.en,
            "kind": rule.kind,
            "unit": rule.unit,
            "hint": rule.hint,
            "outcome": outcome.value,
            "unknown_reason": reason,
            "source": {
                "document": rule.source.document,
                "article": rule.source.article,
                "status": rule.source.status,
            },
            "person_ids": [row["person_id"] for row in told] if rule.unit == "person" else [],
            "clauses": [clause for row in told for clause in self._clauses(rule, row)],
        }
        for language in LANGUAGES:
            entry[f"reason_{language}"] = self._reason(rule, outcome, reason, told, language)
        return entry

    def _reason(
        self,
        rule: Rule,
        outcome: Decision,
        reason: str | None,
        told: Sequence[Row],
        language: str,
    ) -> str | None:
        if reason is not None:
            return undecided_text(rule, reason, language)
        if outcome is Decision.FALSE:
            return None
        where = Outcome(rule)
        sentences = dict.fromkeys(
            fill(
                rule,
                {name: row[where.named(name)] for name in rule.values},
                language,
                self.pack.catalog,
            )
            for row in told
        )
        return joiner(language).join(list(sentences)[:MOST_PERSONS_TOLD])

    def _clauses(self, rule: Rule, row: Row) -> list[dict[str, Any]]:
        where = Outcome(rule)
        told = []
        for index, clause in enumerate(rule.clauses):
            truth = Decision.of(row[where.clause(index)])
            rank = row[where.clause(index, "r")]
            table = _table_of(clause)
            entry: dict[str, Any] = {
                "outcome": truth.value,
                "unknown_reason": NAMES[rank] if truth is Decision.UNKNOWN else None,
                "dataset": self.pack.catalog.tables[table].dataset,
                "as_of": self._as_of(clause, table, row),
                "person_id": row.get("person_id"),
            }
            sides = dict(zip(("value", "threshold"), compared(clause), strict=True))
            for language in LANGUAGES:
                render = Renderer(language, self.pack.catalog, _titles(self.pack))
                entry[f"text_{language}"] = render.text(clause)
                entry[f"dataset_{language}"] = self.pack.catalog.tables[table].label(language)
                entry[f"unit_{language}"] = render.unit(
                    sides["value"].type if sides["value"] else clause.type
                )
            for suffix, (side, node) in zip("vt", sides.items(), strict=True):
                found = row[where.clause(index, suffix)] if node else None
                entry[side] = _plain(found)
                for language in LANGUAGES:
                    entry[f"{side}_{language}"] = (
                        show(found, node.type, language, self.pack.catalog) if node else None
                    )
            told.append(entry)
        return told

    def _as_of(self, clause: n.Node, table: str, row: Row) -> str | None:
        if self.pack.catalog.is_feed(table):
            county = str(self.household["region_code"])[:6]
            for state in self.evidence.feeds:
                if state["table"] == table and state["county"] == county:
                    return state["as_of"]  # type: ignore[no-any-return]
            return None
        if table == "person":
            found = row.get("member_as_of")
        else:
            found = self.household[f"{_dated_by(clause, self.pack)}__at"]
        return found.isoformat() if isinstance(found, date) else None


def _titles(pack: Pack) -> Mapping[str, Any]:
    titles = {name: item.title for name, item in pack.thresholds.thresholds.items()}
    return titles | {name: item.title for name, item in pack.indicators.items()}


def _table_of(clause: n.Node) -> str:
    """The table that a clause speaks of: a feed before a member's facts before the household's."""
    scopes = []
    for node in n.walk(clause):
        if isinstance(node, n.FeedAggregate):
            return node.table
        if isinstance(node, n.MemberAggregate):
            scopes.append("person")
        if isinstance(node, n.Field):
            scopes.append(node.scope)
    return "person" if "person" in scopes else "household"


def _dated_by(clause: n.Node, pack: Pack) -> str:
    """The column that dates a clause about the household; the first of its fields decides."""
    for node in n.walk(clause):
        if isinstance(node, n.Field) and node.scope == "household":
            return pack.catalog.column("household", node.name).dated_by
    return "as_of"


def _plain(value: Any) -> Any:
    """A value as JSON has it; numbers as texts without trailing zeros."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else value
