"""Why a household has its hint, with the names of the persons concerned."""

from __future__ import annotations

from typing import Any

from bangfu.domains.registry import selectors as registry
from bangfu.domains.screening import explaining
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def get_explanation(scope: Scope, household_no: str, period: Period | None) -> dict[str, Any]:
    """Return the newest explanation not after `period`: hint, rules, clauses with their evidence.

    Raises NotFound when the household is outside the scope or was not screened.
    """
    require(scope, "HINT_READ")
    with activate(scope):
        household = registry.get_names(scope, household_no)
        region = RegionCode(household.region_code)
        found = explaining.explain(scope, household.id, region, period)
    names = {str(person): name for person, name in household.names.items()}
    for rule in found["rules"]:
        for clause in rule["clauses"]:
            clause["person_name"] = names.get(str(clause["person_id"]))
            del clause["person_id"]
    return found
