"""Which rule pack decides for a county in a month, and the packs kept with their runs.

A county follows the national pack until it adopts one of its own under a document (文号). What is
adopted is kept as a folder of its own, named by its hash, so that later changes of the files it
was made of change neither what is in force nor how an earlier run is explained.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from bangfu.domains.screening.domain import AdoptionRecord
from bangfu.domains.screening.folders import packs_of_runs
from bangfu.domains.screening.models import PackAdoption
from bangfu.engine import packs
from bangfu.engine.packs import Pack
from bangfu.engine.packs.flatten import flatten
from bangfu.foundation.access.scopes import activate, bounds, in_some_scope, reading
from bangfu.foundation.database.kept import Kept, Slot
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.paths import packs_root

NATIONAL = "national"
ADOPTIONS_SHOWN = 50


@cache
def national_pack() -> Pack:
    """Return the pack that comes with Bangfu; read once a process."""
    return packs.load(packs_root() / NATIONAL)


def keep_pack(pack: Pack) -> Path:
    """Keep a copy of the pack as a folder named by its hash, and return the folder."""
    target = packs_of_runs() / pack.hash
    if not target.exists():
        packs_of_runs().mkdir(parents=True, exist_ok=True)
        flatten(pack.path, target)
    return target


@lru_cache(maxsize=16)
def _kept_pack(folder: Path) -> Pack:
    return packs.load(folder)


def find_pack(pack_hash: str) -> Pack | None:
    """Return the pack with this hash, the national one or one that was kept; None if neither."""
    present = national_pack()
    if present.hash == pack_hash:
        return present
    folder = packs_of_runs() / pack_hash
    return _kept_pack(folder) if folder.is_dir() else None


def pack_of(pack_hash: str) -> Pack:
    """Return the pack with this hash. Raises NotFound E-SCREENING-PACK when it is gone."""
    found = find_pack(pack_hash)
    if found is None:
        raise NotFound("E-SCREENING-PACK", pack=pack_hash[:12])
    return found


def pack_in_force(
    scope: Scope, region: RegionCode, period: Period
) -> tuple[Pack, AdoptionRecord | None]:
    """Return the pack that decides for the county of `region` in a month, and its adoption.

    Without an adoption, or after it was given up, that is the national pack and None.
    """
    adoption = find_adoption(scope, region, period)
    if adoption is None or not adoption.pack_hash:
        return national_pack(), None
    return pack_of(adoption.pack_hash), adoption


def adopted_folder(scope: Scope, region: RegionCode, period: Period) -> Path | None:
    """Return the folder of the pack that the county of `region` has adopted for a month; None
    where the national one decides. Raises as `pack_of`."""
    pack, adoption = pack_in_force(scope, region, period)
    return pack.path if adoption is not None else None


def find_adoption(scope: Scope, region: RegionCode, period: Period) -> AdoptionRecord | None:
    """Return the newest adoption of the county that holds in a month; cost: one indexed read."""
    if region.level < COUNTY:
        return None
    asked = bounds(_county_of(scope.region))
    with reading(scope):
        row = _NEWEST.first(county=str(region.county), period=str(period), **asked)
    return to_record(row) if row else None


def list_adoptions(scope: Scope, region: RegionCode) -> list[AdoptionRecord]:
    """Return the adoptions of the county of `region`, newest first, at most 50."""
    with activate(scope):
        rows = _visible(scope).filter(region_code=str(region.county)).order_by("-id")
        return [to_record(row) for row in rows[:ADOPTIONS_SHOWN]]


def _visible(scope: Scope) -> QuerySet[PackAdoption]:
    """The adoptions of the scope's counties, or of the county that the scope lies in."""
    rows = PackAdoption.objects.all()
    if not settings.BANGFU_SCOPE_FILTER:
        return rows
    lower, upper = _county_of(scope.region).bounds
    return rows.filter(region_code__gte=lower, region_code__lt=upper)


def _county_of(region: RegionCode) -> RegionCode:
    """The county that a place lies in; a place above the counties itself."""
    return region.county if region.level > COUNTY else region


_NEWEST = Kept(
    lambda: (
        in_some_scope(PackAdoption.objects.all())
        .filter(region_code=Slot("county"), from_period__lte=Slot("period"))
        .order_by("-from_period", "-id")[:1]
    )
)


def to_record(row: PackAdoption) -> AdoptionRecord:
    """Return the plain record of an adoption."""
    return AdoptionRecord(
        id=UUID(str(row.id)),
        region_code=row.region_code,
        pack=row.pack,
        pack_version=row.pack_version,
        pack_hash=row.pack_hash,
        document_no=row.document_no,
        note=row.note,
        from_period=row.from_period,
        adopted_at=row.adopted_at,
        adopted_by=row.adopted_by,
    )
