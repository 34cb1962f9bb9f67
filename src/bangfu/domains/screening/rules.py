"""What readers of a run need of its pack: titles of rules, and which feeds it used."""

from __future__ import annotations

from typing import Any

from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.packs import find_pack, national_pack
from bangfu.kernel.period import Period
from bangfu.standards import datasets


def titles(run: RunRecord) -> dict[str, dict[str, str]]:
    """Return kind and titles by rule id, of the run's pack; of the national one if that is gone."""
    pack = find_pack(run.pack_hash) or national_pack()
    return {
        rule.id: {"kind": rule.kind, "title_zh": rule.title.zh, "title_en": rule.title.en}
        for rule in pack.rules
    }


def untitled(rule_id: str) -> dict[str, str]:
    """Return the title of a rule that the pack does not hold: its id."""
    return {"kind": "", "title_zh": rule_id, "title_en": rule_id}


def feeds_of(run: RunRecord) -> list[dict[str, Any]]:
    """Return, for each feed, the newest data the run could use, and whether they were too old."""
    period = Period(run.period)
    found = []
    for contract in datasets.list_datasets():
        if contract.coverage == "REGISTER":
            continue
        entries = [one for one in run.coverage if one["dataset"] == contract.id]
        newest = max(entries, key=lambda one: (one["period"], one["as_of"]), default=None)
        found.append(
            {
                "dataset": contract.id,
                "title_zh": contract.title["zh"],
                "title_en": contract.title["en"],
                "period": newest["period"] if newest else None,
                "as_of": newest["as_of"] if newest else None,
                "rows": newest.get("rows", 0) if newest else 0,
                "stale": newest is None or not _is_live(newest, period, contract.valid_months),
            }
        )
    return found


def _is_live(entry: dict[str, Any], period: Period, valid_months: int) -> bool:
    return period.months_since(Period(entry["period"])) < valid_months
