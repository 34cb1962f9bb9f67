"""Reads of the register. Every one takes the scope; a household outside it does not exist."""

from __future__ import annotations

from bangfu.domains.registry.selectors.history import get_household_as_known, list_changes
from bangfu.domains.registry.selectors.lists import (
    count_by_child,
    count_by_town,
    count_households,
    count_persons,
    filtered,
    iter_households,
    list_by_ids,
    list_households,
)
from bangfu.domains.registry.selectors.pages import (
    find_household_id,
    get_household,
    get_names,
    list_reviews,
    list_sources,
)
from bangfu.domains.registry.selectors.snapshot import (
    given_columns,
    known_tokens,
    open_snapshot,
)

__all__ = [
    "count_by_child",
    "count_by_town",
    "count_households",
    "count_persons",
    "filtered",
    "find_household_id",
    "get_household",
    "get_household_as_known",
    "get_names",
    "given_columns",
    "iter_households",
    "known_tokens",
    "list_by_ids",
    "list_changes",
    "list_households",
    "list_reviews",
    "list_sources",
    "open_snapshot",
]
