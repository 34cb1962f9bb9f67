"""Which department owes which data, as the explanation of an open rule says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules.words import word
from bangfu.kernel.errors import BangfuError
from bangfu.standards import codelists, datasets


@dataclass(frozen=True)
class FeedsOwed:
    """Describes feeds for one county and month; `states` table → what a run knew of the feed."""

    catalog: Catalog
    period: str
    states: Mapping[str, Mapping[str, Any]]

    def describe(self, table: str, reason: str, language: str) -> str:
        """Return who owes what: 医保局《医保个人自付》2026-09未到，现有为2026-06."""
        contract = self.catalog.tables[table]
        have = self.states.get(table, {}).get("period")
        return word("change", f"feed {reason}", language).format(
            owner=owner_of(contract.dataset, language),
            title=contract.label(language),
            period=self.period,
            have=have or word("change", "none_at_hand", language),
        )


@cache
def owner_of(dataset: str, language: str) -> str:
    """Return the department that a dataset comes from, by the county's list of departments."""
    try:
        code = datasets.get(dataset).department.upper()
        owner = codelists.get("department").by_code(code)
    except BangfuError:
        owner = None
    if owner is None:
        return word("change", "department", language)
    return owner.zh if language == "zh" else owner.en
