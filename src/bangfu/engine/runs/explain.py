"""One household's rules with every clause: text, value, threshold, dataset, date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.change_texts import ChangeTeller
from bangfu.engine.rules.changing import Cause
from bangfu.engine.rules.decide import (
    ClauseResult,
    RuleResult,
    UnitResult,
    contexts_of,
    evaluate_in,
)
from bangfu.engine.rules.reference import Context, evaluate_node
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import show
from bangfu.engine.runs.evidence import Evidence, Facts, open_evidence, world_of
from bangfu.engine.runs.findings import tell, undecided_text
from bangfu.engine.runs.manifest import FORMAT
from bangfu.engine.runs.owed import FeedsOwed
from bangfu.engine.runs.view import LANGUAGES, ClauseView, RuleView, renders_of, views
from bangfu.kernel.decision import Decision
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period

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
    unit_en, dataset, dataset_zh, dataset_en, as_of, person_id, change_zh, change_en. `change_…`
    of a rule or a clause says what would change it, None where nothing certain can be said.
    Numbers are texts, so that no reader rounds them. Raises NotFound E-RUN-HOUSEHOLD, RunRefused
    E-RUN-PACK or E-RUN-FORMAT (an older Bangfu wrote the evidence).
    """
    evidence = open_evidence(out_dir)
    if evidence.manifest.format != FORMAT:
        raise RunRefused("E-RUN-FORMAT", run=evidence.manifest.format, present=FORMAT)
    if evidence.manifest.pack_hash != pack.hash:
        raise RunRefused("E-RUN-PACK", run=evidence.manifest.pack_version, pack=pack.version)
    facts = evidence.find(household_id, pack)
    if facts is None:
        raise NotFound("E-RUN-HOUSEHOLD")
    period = evidence.manifest.period
    world = world_of(pack, Period.parse(period))
    contexts = {
        unit: [replace(one, known={}) for one in contexts_of(unit, facts.home, world)]
        for unit in ("household", "person")
    }
    teller = _Teller(pack, evidence, facts, contexts, _changes(pack, evidence, facts))
    told = [teller.rule(view) for view in views(pack, period) if all or teller.tells(view.rule)]
    return {
        "household_id": household_id,
        "household_no": facts.hint["household_no"],
        "period": period,
        "hint": facts.hint["hint"],
        "reason_zh": facts.hint["reason_zh"],
        "reason_en": facts.hint["reason_en"],
        "rules": sorted(told, key=_pressing),
    }


def _changes(pack: Pack, evidence: Evidence, facts: Facts) -> dict[str, ChangeTeller]:
    county = str(facts.hint["region_code"])[:6]
    states = {table: state for (table, at), state in evidence.feeds.items() if at == county}
    owed = FeedsOwed(pack.catalog, evidence.manifest.period, states)
    opened: dict[tuple[int, int], list[Cause]] = {}
    return {
        language: ChangeTeller(render, owed.describe, opened)
        for language, render in renders_of(pack).items()
    }


def _pressing(rule: Row) -> tuple[int, int, str]:
    outcomes = {"TRUE": 0, "UNKNOWN": 1, "FALSE": 2}
    hints = {"urgent": 0, "attention": 1, "none": 2}
    return outcomes[rule["outcome"]], hints[rule["hint"]], rule["rule_id"]


@dataclass(frozen=True)
class _Teller:
    """Tells the rules of one household out of its facts."""

    pack: Pack
    evidence: Evidence
    facts: Facts
    contexts: Mapping[str, Sequence[Context]]
    changes: Mapping[str, ChangeTeller]

    def tells(self, rule: Rule) -> bool:
        """Whether a rule is true or open; most are false, and nothing more need be worked out."""
        contexts = self.contexts[rule.unit]
        return any(evaluate_node(rule.condition, one).value is not False for one in contexts)

    def rule(self, view: RuleView) -> dict[str, Any]:
        """Return one rule's entry."""
        rule = view.rule
        contexts = self.contexts[rule.unit]
        result = evaluate_in(rule, contexts)
        pairs = [
            (unit, context)
            for unit, context in zip(result.units, contexts, strict=True)
            if unit.outcome is result.outcome
        ]
        told = [unit for unit, _ in pairs]
        entry: dict[str, Any] = {
            "rule_id": rule.id,
            "title_zh": rule.title.zh,
            "title_en": rule.title.en,
            "kind": rule.kind,
            "unit": rule.unit,
            "hint": rule.hint,
            "outcome": result.outcome.value,
            "unknown_reason": result.reason,
            "source": {
                "document": rule.source.document,
                "article": rule.source.article,
                "status": rule.source.status,
            },
            "person_ids": [unit.person_id for unit in told] if rule.unit == "person" else [],
            "clauses": [
                self._clause(clause, found, unit, context, result.outcome)
                for unit, context in pairs
                for clause, found in zip(view.clauses, unit.clauses, strict=True)
            ],
        }
        for language in LANGUAGES:
            entry[f"reason_{language}"] = self._reason(view, result, told, language)
            told_of = [context for _, context in pairs]
            entry[f"change_{language}"] = self.changes[language].rule(rule, told_of)
        return entry

    def _reason(
        self, view: RuleView, result: RuleResult, told: Sequence[UnitResult], language: str
    ) -> str | None:
        if result.reason is not None:
            return undecided_text(view.rule, result.reason, language)
        if result.outcome is Decision.FALSE:
            return None
        return tell(view.rule, [unit.values for unit in told], language, self.pack.catalog)

    def _clause(
        self,
        view: ClauseView,
        found: ClauseResult,
        unit: UnitResult,
        context: Context,
        outcome: Decision,
    ) -> dict[str, Any]:
        shown = found.outcome.not_() if view.negated else found.outcome
        entry: dict[str, Any] = {
            **view.fixed,
            "outcome": shown.value,
            "unknown_reason": found.reason,
            "as_of": self._as_of(view, unit),
            "person_id": unit.person_id,
        }
        sides = zip(view.sides, (found.value, found.threshold), strict=True)
        for key, (node, value) in zip(("value", "threshold"), sides, strict=True):
            entry[key] = _plain(value)
            for language in LANGUAGES:
                entry[f"{key}_{language}"] = (
                    None if node is None else show(value, node.type, language, self.pack.catalog)
                )
        # What keeps the result as it is: the clauses that are as the rule is, and the open ones.
        says = shown is outcome or shown is Decision.UNKNOWN
        for language, changes in self.changes.items():
            change = changes.clause(view.node, view.negated, context) if says else None
            entry[f"change_{language}"] = change
        return entry

    def _as_of(self, view: ClauseView, unit: UnitResult) -> str | None:
        if self.pack.catalog.is_feed(view.table):
            county = str(self.facts.hint["region_code"])[:6]
            found = self.evidence.feeds.get((view.table, county), {}).get("as_of")
            return None if found is None else str(found)
        at = None
        if view.table == "household":
            at = self.facts.dates.get(view.dated_by)
        elif unit.person_id is not None:
            at = self.facts.member_dates.get(unit.person_id)
        return at.isoformat() if isinstance(at, date) else None


def _plain(value: Any) -> Any:
    """A value as JSON has it; numbers as texts without trailing zeros."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else value
