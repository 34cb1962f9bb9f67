"""Reads of pairings. A pairing outside the scope does not exist."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from bangfu.domains.assistance import rows
from bangfu.domains.assistance.domain import PairingRecord
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.scope import Scope

READ = "REGISTRY_READ"


def paired_cadre_of(
    scope: Scope, household_ids: Collection[UUID], on: date, *, able: bool = True
) -> dict[UUID, UUID]:
    """Return household → account of the cadre who answers for it on a day; two queries.

    Households without one are left out, and so are, unless `able` is False, those whose cadre
    cannot act: the account is disabled or no post in force covers the village.
    """
    require(scope, READ)
    with activate(scope):
        found = list(
            rows.held_on(scope, on)
            .filter(household_id__in=list(household_ids))
            .values_list("household_id", "user_id", "region_code")
        )
    if not able:
        return {household: user for household, user, _ in found}
    reach = rows.reach_of(scope, {user for _, user, _ in found}, on)
    return {household: user for household, user, code in found if reach.covers(user, code)}


def households_of(scope: Scope, user_id: UUID, on: date) -> list[PairingRecord]:
    """Return the pairings that a cadre holds on a day, by place and household number."""
    require(scope, READ)
    with activate(scope):
        found = rows.held_on(scope, on).filter(user_id=user_id)
        held = list(found.order_by("region_code", "household_no"))
    reach = rows.reach_of(scope, {user_id}, on)
    return [rows.to_record(row, is_able=reach.covers(row.user_id, row.region_code)) for row in held]
