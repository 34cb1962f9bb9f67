"""Placing asks the loaded divisions through this."""

from __future__ import annotations

from bangfu.domains.registry.importing.placing import Atlas, Place
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.region import RegionCode


def make_atlas() -> Atlas:
    """Return the atlas of the divisions in the database."""
    return Atlas(find=_find, children=_children, resolve=_resolve)


def _find(code: RegionCode) -> Place | None:
    region = regions.find_region(code)
    return None if region is None else Place(RegionCode(region.code), region.name)


def _children(code: RegionCode) -> list[Place]:
    return [Place(RegionCode(child.code), child.name) for child in regions.children(code)]


def _resolve(code: RegionCode, name: str) -> tuple[RegionCode | None, list[RegionCode]]:
    resolution = regions.resolve(code, name=name)
    return resolution.code, list(resolution.candidates)
