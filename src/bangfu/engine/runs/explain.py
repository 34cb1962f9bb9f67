"""One household's rules with every clause: text, value, threshold, dataset, date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.engine.comparison.reasons import NAMES, NO_DATA
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.layout import outcome, reason
from bangfu.engine.rules.texts import show
from bangfu.engine.runs.evidence import Evidence, open_evidence
from bangfu.engine.runs.findings import named_values, tell, undecided_text
from bangfu.engine.runs.manifest import FORMAT
from bangfu.engine.runs.view import LANGUAGES, ClauseView, RuleView, views
from bangfu.kernel.decision import Decision
from bangfu.kernel.errors import NotFound

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
    reader rounds them. Raises NotFound E-RUN-HOUSEHOLD, RunRefused E-RUN-PACK or
    E-RUN-FORMAT (an older Bangfu wrote the evidence).
    """
    evidence = open_evidence(out_dir)
    if evidence.manifest.format != FORMAT:
        raise RunRefused("E-RUN-FORMAT", run=evidence.manifest.format, present=FORMAT)
    if evidence.manifest.pack_hash != pack.hash:
        raise RunRefused("E-RUN-PACK", run=evidence.manifest.pack_version, pack=pack.version)
    found = evidence.households.rows(household_id)
    if not found:
        raise NotFound("E-RUN-HOUSEHOLD")
    teller = _Teller(pack, evidence, found[0], evidence.members.rows(household_id))
    hint = evidence.hints.rows(household_id)[0]
    rules = [teller.rule(view) for view in views(pack, evidence.manifest.period)]
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

    def rule(self, view: RuleView) -> dict[str, Any]:
        """Return one rule's entry."""
        rule = view.rule
        units = [self.household] if rule.unit == "household" else list(self.members)
        whole = Decision.any_of(Decision.of(row[outcome(rule)]) for row in units)
        told = [row for row in units if Decision.of(row[outcome(rule)]) is whole]
        open_reason = None
        if whole is Decision.UNKNOWN:
            open_reason = NAMES[max(row[reason(rule)] for row in told)]
        entry: dict[str, Any] = {
            "rule_id": rule.id,
            "title_zh": rule.title.zh,
            "title_en": rule.title.en,
            "kind": rule.kind,
            "unit": rule.unit,
            "hint": rule.hint,
            "outcome": whole.value,
            "unknown_reason": open_reason,
            "source": {
                "document": rule.source.document,
                "article": rule.source.article,
                "status": rule.source.status,
            },
            "person_ids": [row["person_id"] for row in told] if rule.unit == "person" else [],
            "clauses": [self._clause(clause, row) for row in told for clause in view.clauses],
        }
        for language in LANGUAGES:
            entry[f"reason_{language}"] = self._reason(view, whole, open_reason, told, language)
        return entry

    def _reason(
        self,
        view: RuleView,
        whole: Decision,
        open_reason: str | None,
        told: Sequence[Row],
        language: str,
    ) -> str | None:
        if open_reason is not None:
            return undecided_text(view.rule, open_reason, language)
        if whole is Decision.FALSE:
            return None
        columns = [view.layout.value(node) for node in view.rule.values.values()]
        units = [named_values(view.rule, [name and row[name] for name in columns]) for row in told]
        return tell(view.rule, units, language, self.pack.catalog)

    def _clause(self, view: ClauseView, row: Row) -> dict[str, Any]:
        truth = Decision.of(row[view.column])
        shown = truth.not_() if view.negated else truth
        rank = row[view.reason_column] if view.reason_column else NO_DATA
        entry: dict[str, Any] = {
            **view.fixed,
            "outcome": shown.value,
            "unknown_reason": NAMES[rank] if truth is Decision.UNKNOWN else None,
            "as_of": self._as_of(view, row),
            "person_id": row.get("person_id"),
        }
        for key, (node, column) in zip(("value", "threshold"), view.sides, strict=True):
            found = row[column] if column else getattr(node, "value", None)
            entry[key] = _plain(found) if node is not None else None
            for language in LANGUAGES:
                entry[f"{key}_{language}"] = (
                    None if node is None else show(found, node.type, language, self.pack.catalog)
                )
        return entry

    def _as_of(self, view: ClauseView, row: Row) -> str | None:
        if self.pack.catalog.is_feed(view.table):
            county = str(self.household["region_code"])[:6]
            for state in self.evidence.feeds:
                if state["table"] == view.table and state["county"] == county:
                    found = state["as_of"]
                    return None if found is None else str(found)
            return None
        at = row["member_as_of"] if view.table == "person" and "member_as_of" in row else None
        if view.table == "household":
            at = self.household[f"{view.dated_by}__at"]
        return at.isoformat() if isinstance(at, date) else None


def _plain(value: Any) -> Any:
    """A value as JSON has it; numbers as texts without trailing zeros."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else value
