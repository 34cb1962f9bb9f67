"""Whether cases that are under way could go on by a pack that is to be adopted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bangfu.domains.screening.packs import pack_in_force
from bangfu.domains.screening.ports import Ports
from bangfu.engine import packs
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Running, lost_versions


def check_running(
    scope: Scope, region: RegionCode, folder: Path, from_period: Period, at: datetime
) -> None:
    """Refuse a pack without a version, unchanged, by which cases of the county go on.

    A pack that holds only from a later month on also needs the versions by which cases begin
    until then. Raises Refused E-PACK-RUNNING.
    """
    needed = set(Ports.running_procedures(region))
    today = local_day(at)
    if str(from_period) > f"{today:%Y-%m}":
        present, _ = pack_in_force(scope, region, Period.parse(f"{today:%Y-%m}"))
        needed |= {
            Running(each.id, each.version, each.digest)
            for each in packs.load_procedures(present.path).definitions
            if each.valid_to is None or each.valid_to >= today
        }
    lost = lost_versions(packs.load_procedures(folder), sorted(needed, key=str))
    if lost:
        named = "、".join(f"{one.procedure} {one.version}" for one in lost)
        raise Refused("E-PACK-RUNNING", versions=named)
