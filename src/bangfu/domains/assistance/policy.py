"""How many households a cadre may have: `procedures/pairing.yaml` of the county's pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bangfu.domains.screening.folders import packs_of_runs
from bangfu.domains.screening.packs import NATIONAL, find_adoption
from bangfu.engine.packs.files import collect
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import OfficeKind
from bangfu.procedures.offices import FILE, read_offices
from bangfu.standards.paths import packs_root


def office_kinds(scope: Scope, region: RegionCode, on: date) -> Mapping[str, OfficeKind]:
    """Return the kinds of offices in force in the county of a place on a day, by name.

    Those of the national pack above the counties, and where a county's pack has none. Reads the
    files anew.
    """
    folder = packs_root() / NATIONAL
    if region.level >= COUNTY:
        adoption = find_adoption(scope, region, Period.containing(on))
        kept = packs_of_runs() / adoption.pack_hash if adoption and adoption.pack_hash else folder
        file = collect(kept).files.get(FILE) if kept.is_dir() else None
        if file is not None:
            return read_offices(file)
    return read_offices(folder / FILE)


def find_kind(kinds: Mapping[str, OfficeKind], text: str) -> OfficeKind:
    """Return a kind by its name or by either of its titles.

    Raises InvalidValue E-ASSISTANCE-OFFICE-KIND.
    """
    wanted = text.strip()
    for kind in kinds.values():
        if wanted in (kind.name, kind.title.zh, kind.title.en):
            return kind
    known = "、".join(kind.title.zh for kind in kinds.values())
    raise InvalidValue("E-ASSISTANCE-OFFICE-KIND", kind=wanted[:40], known=known)
