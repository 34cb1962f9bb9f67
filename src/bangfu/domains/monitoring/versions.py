"""The versions of procedures by which open proceedings go on."""

from __future__ import annotations

from collections.abc import Collection

from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.models import Proceeding
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.region import RegionCode
from bangfu.procedures import Running


def running_versions(region: RegionCode) -> Collection[Running]:
    """Return each version that an open proceeding of the county of `region` runs by, with the
    digest of what it said when the proceeding began; one query."""
    scope = system_of(region.county, "versions")
    with activate(scope):
        rows = in_scope(Proceeding.objects.filter(closed_at__isnull=True), scope)
        found = rows.values_list("procedure", "version", "digest").distinct()
        return frozenset(Running(*each) for each in found)
