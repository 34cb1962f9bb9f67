"""The pack in force, as far as readers need it: titles of rules, and which feeds a run used."""

from __future__ import annotations

from functools import cache
from typing import Any

from bangfu.domains.screening.domain import RunRecord
from bangfu.engine import packs
from bangfu.engine.packs import Pack
from bangfu.kernel.period import Period
from bangfu.standards import datasets
from bangfu.standards.paths import packs_root

PACK = "national"


@cache
def current_pack() -> Pack:
    """Return the pack that screenings use; read once a process."""
    return packs.load(packs_root() / PACK)


def untitled(rule_id: str) -> dict[str, str]:
    """Return the title of a rule that the pack no longer holds: its id."""
    return {"kind": "", "title_zh": rule_id, "title_en": rule_id}


@cache
def titles() -> dict[str, dict[str, str]]:
    """Return kind and titles by rule id."""
    return {
        rule.id: {"kind": rule.kind, "title_zh": rule.title.zh, "title_en": rule.title.en}
        for rule in current_pack().rules
    }


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
