"""The place and the month that a request means."""

from __future__ import annotations

from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def read_region(scope: Scope, text: str | None) -> RegionCode:
    """Return the asked place, the scope's own when none is asked.

    A place outside the scope raises NotFound, like one that does not exist.
    """
    if not text:
        return scope.region
    region = RegionCode.parse(text)
    if not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    return region


def read_period(text: str | None) -> Period | None:
    """Return the asked month, if one is asked."""
    return Period.parse(text) if text else None


# Names of the counties that the requests at hand are about; a place may be renamed any day.
_NAMES: dict[str, str] = {}


def forget_names(**_: object) -> None:
    """Forget the names of places; each request begins with it."""
    _NAMES.clear()


def name_of(code: str) -> str:
    """Return a place's name; the code itself for a place that the divisions do not know."""
    known = _NAMES.get(code)
    if known is None:
        # Another thread's request may empty the names meanwhile: what was read counts here.
        found = regions.names_around(code)
        known = found.setdefault(code, code)
        _NAMES.update(found)
    return known


def ref(code: str) -> dict[str, str]:
    """Return a place as {code, name}."""
    return {"code": code, "name": name_of(code)}


def path_of(code: str, top: RegionCode) -> list[dict[str, str]]:
    """Return the places above `code`, from the scope's own place downwards."""
    above = [step for step in RegionCode(code).ancestors if top.contains(step)]
    return [ref(str(step)) for step in above]
