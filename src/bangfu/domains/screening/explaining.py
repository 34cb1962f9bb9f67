"""Why a household has its hint: the engine's explanation of the run that stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.folders import results_of
from bangfu.domains.screening.packs import pack_of
from bangfu.domains.screening.results import FIRED
from bangfu.domains.screening.selectors import find_hint, get_run_of
from bangfu.domains.screening.withholding import Closed, closed_by
from bangfu.engine import runs
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.columns import say_withheld


def explain(
    scope: Scope, household_id: UUID, region: RegionCode, period: Period | None
) -> dict[str, Any]:
    """Return the rules that fired or could not be decided for a household that the scope holds.

    Keys: period, run {id, finished_at, period}, hint, reason_zh, reason_en, rules; a rule's
    clauses carry `person_id`. The newest run not after `period` answers. Rules that are closed to
    the scope are one entry for each closed class or set of them: `withheld`, without clauses.
    Raises NotFound E-SCREENING-NO-RUN, E-SCREENING-NOT-SCREENED, E-SCREENING-FOLDER.
    """
    run = get_run_of(scope, region, period)
    if find_hint(scope, household_id, run.period) is None:
        raise NotFound("E-SCREENING-NOT-SCREENED", period=run.period)
    folder = results_of(run.folder)
    if not folder.is_dir():
        raise NotFound("E-SCREENING-FOLDER", period=run.period)
    pack = pack_of(run.pack_hash)
    found = runs.explain(folder, pack, str(household_id))
    closed = closed_by(scope, [pack])
    rules = found["rules"]
    reason_zh, reason_en = closed.tell(
        Severity.of(found["hint"]),
        [rule["rule_id"] for rule in rules if rule["outcome"] == FIRED],
        [rule["rule_id"] for rule in rules if rule["outcome"] != FIRED],
        (found["reason_zh"] or "", found["reason_en"] or ""),
    )
    return {
        "household_no": found["household_no"],
        "period": run.period,
        "run": {"id": str(run.id), "finished_at": run.finished_at, "period": run.period},
        "hint": found["hint"],
        "reason_zh": reason_zh,
        "reason_en": reason_en,
        "rules": list(_rules(closed, rules)),
    }


def _rules(closed: Closed, rules: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rules as they are told, the most pressing first; of the closed ones the first alone."""
    said: set[frozenset[str]] = set()
    for rule in rules:
        classes = closed.classes(rule["rule_id"])
        if not classes:
            yield _rule(rule)
        elif classes not in said:
            said.add(classes)
            yield _withheld(rule, classes)


def _withheld(rule: dict[str, Any], classes: frozenset[str]) -> dict[str, Any]:
    told = {language: say_withheld(classes, language) for language in ("zh", "en")}
    return {
        "rule_id": "",
        "kind": rule["kind"],
        "outcome": rule["outcome"],
        "unknown_reason": None,
        "hint": rule["hint"],
        **{
            f"{name}_{language}": text
            for name in ("title", "reason")
            for language, text in told.items()
        },
        "change_zh": None,
        "change_en": None,
        "source": "",
        "source_status": "",
        "clauses": [],
        "withheld": True,
    }


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    document, article = rule["source"]["document"], rule["source"]["article"]
    kept = ("rule_id", "title_zh", "title_en", "kind", "outcome", "unknown_reason", "hint")
    return {
        **{name: rule[name] for name in kept},
        "reason_zh": rule["reason_zh"] or "",
        "reason_en": rule["reason_en"] or "",
        "change_zh": rule["change_zh"],
        "change_en": rule["change_en"],
        "source": f"{document} {article}".strip(),
        "source_status": rule["source"]["status"],
        "withheld": False,
        "clauses": [_clause(clause) for clause in rule["clauses"]],
    }


def _clause(clause: dict[str, Any]) -> dict[str, Any]:
    kept = (
        *("text_zh", "text_en", "outcome", "unknown_reason", "person_id", "dataset"),
        *("value_zh", "value_en", "threshold_zh", "threshold_en", "unit_zh", "unit_en"),
        *("dataset_zh", "dataset_en", "change_zh", "change_en"),
    )
    as_of = clause["as_of"]
    return {
        **{name: clause[name] for name in kept},
        "value": _text(clause["value"]),
        "threshold": _text(clause["threshold"]),
        "unit": clause["unit_zh"] or None,
        "as_of": date.fromisoformat(as_of) if as_of else None,
    }


def _text(value: Any) -> str | None:
    """Return a value as one text; it may be a number, a code, a list, or yes and no."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(str(one) for one in value)
    return str(value)
