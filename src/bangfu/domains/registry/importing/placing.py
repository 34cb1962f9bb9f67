"""Where a household lives: from a 12-digit code or from place names, within the stated region.

A retired code leads to its successor. Where there are several, the household is kept at the
smallest place that holds them all and waits in the review queue for a person to choose. Rows of
another place than the stated region are only counted; nothing of them is shown (F17).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode

# Endings that one source writes and another leaves out (村委会 is the body, 村 the place).
_ENDINGS = (
    "村民委员会", "居民委员会", "村委会", "居委会", "社区", "街道办事处", "街道", "村", "镇", "乡",
    "自治县", "县", "市", "区", "省",
)  # fmt: skip
VILLAGE, COUNTY = 5, 3


class PlacingOutcome(StrEnum):
    """What became of a stated place."""

    PLACED = "PLACED"
    REVIEW = "REVIEW"
    OUTSIDE = "OUTSIDE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a household goes, or why it cannot be placed (`error`, a code of the error table)."""

    outcome: PlacingOutcome
    region_code: str = ""
    candidates: tuple[str, ...] = ()
    column: str = ""
    error: str = ""
    stated: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row says: a code, and names from province to village; empty texts where silent."""

    code: str
    names: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A region's code and name."""

    code: RegionCode
    name: str


class Atlas:
    """The three questions that placing asks about regions; `atlas` answers from the database.

    `resolve` takes a stated code and the place's stated name, which may choose among successors.
    """

    def __init__(
        self,
        *,
        find: Callable[[RegionCode], Place | None],
        children: Callable[[RegionCode], Sequence[Place]],
        resolve: Callable[[RegionCode, str], tuple[RegionCode | None, Sequence[RegionCode]]],
    ) -> None:
        self.find = find
        self.children = children
        self.resolve = resolve


class Placer:
    """Places households of one file within `region`; equal statements are looked up once."""

    def __init__(self, region: RegionCode, atlas: Atlas) -> None:
        self._region = region
        self._atlas = atlas
        self._known: dict[Stated, Placement] = {}
        self._children: dict[RegionCode, tuple[Place, ...]] = {}

    def place(self, stated: Stated) -> Placement:
        """Return where a household goes."""
        if stated not in self._known:
            if stated.code:
                self._known[stated] = self._by_code(stated.code, stated.names[-1])
            elif any(stated.names):
                self._known[stated] = self._by_names(stated.names)
            else:
                self._known[stated] = self._by_region()
        return self._known[stated]

    def _by_region(self) -> Placement:
        """A file without places is a village's own list; elsewhere the village must be stated."""
        if self._region.level == VILLAGE:
            return Placement(PlacingOutcome.PLACED, str(self._region))
        return _refused("region_code", "E-REGISTRY-PLACE-MISSING")

    def _by_code(self, text: str, name: str) -> Placement:
        try:
            code = RegionCode.parse(text)
        except InvalidValue:
            return _refused("region_code", "E-REGISTRY-PLACE-UNKNOWN", text)
        found, candidates = self._atlas.resolve(code, name)
        # A retired code may lie outside the prefix of its successor.
        if not self._holds(code) and not any(self._holds(e) for e in (found, *candidates) if e):
            return Placement(PlacingOutcome.OUTSIDE)
        if found is not None:
            return self._accept(found, text)
        if candidates:
            return self._review(code, candidates)
        return _refused("region_code", "E-REGISTRY-PLACE-UNKNOWN", text)

    def _holds(self, code: RegionCode) -> bool:
        return self._region.contains(code)

    def _accept(self, code: RegionCode, text: str) -> Placement:
        if not self._holds(code):
            return Placement(PlacingOutcome.OUTSIDE)
        if code.level != VILLAGE:
            return _refused("region_code", "E-REGISTRY-PLACE-NOT-A-VILLAGE", text)
        return Placement(PlacingOutcome.PLACED, str(code))

    def _review(self, stated: RegionCode, candidates: Sequence[RegionCode]) -> Placement:
        inside = [each for each in candidates if self._holds(each)]
        if not inside:
            return Placement(PlacingOutcome.OUTSIDE)
        common = _smallest_common(inside)
        if common.level < COUNTY:
            return _refused("region_code", "E-REGISTRY-PLACE-UNKNOWN", str(stated))
        return Placement(
            PlacingOutcome.REVIEW,
            str(common),
            candidates=tuple(sorted(map(str, inside))),
            stated=str(stated),
        )

    def _by_names(self, names: Sequence[str]) -> Placement:
        for place_code in (*self._region.ancestors, self._region):
            if place_code.level == 0:
                continue
            stated = names[place_code.level - 1]
            place = self._atlas.find(place_code)
            if stated and place is not None and not _is_called(place.name, stated):
                return Placement(PlacingOutcome.OUTSIDE)
        current = self._region
        for level in range(self._region.level + 1, VILLAGE + 1):
            stated = names[level - 1]
            column = f"{('province', 'prefecture', 'county', 'town', 'village')[level - 1]}_name"
            if not stated:
                return _refused(column, "E-REGISTRY-PLACE-MISSING")
            found = self._find_child(current, stated)
            if len(found) != 1:
                code = "E-REGISTRY-PLACE-AMBIGUOUS" if found else "E-REGISTRY-PLACE-UNKNOWN"
                return _refused(column, code, stated)
            current = found[0].code
        return Placement(PlacingOutcome.PLACED, str(current))

    def _find_child(self, parent: RegionCode, name: str) -> list[Place]:
        if parent not in self._children:
            self._children[parent] = tuple(self._atlas.children(parent))
        children = self._children[parent]
        exact = [child for child in children if child.name == name]
        return exact or [child for child in children if _is_called(child.name, name)]


def _refused(column: str, error: str, stated: str = "") -> Placement:
    return Placement(PlacingOutcome.REFUSED, column=column, error=error, stated=stated)


def _is_called(official: str, stated: str) -> bool:
    return official == stated or _bare(official) == _bare(stated)


def _bare(name: str) -> str:
    """Return a place name without its ending, 石桥村村委会 → 石桥; a single character stays."""
    shortened = True
    while shortened:
        shortened = False
        for ending in _ENDINGS:
            if name.endswith(ending) and len(name) - len(ending) >= 2:
                name = name[: -len(ending)]
                shortened = True
                break
    return name


def _smallest_common(codes: Sequence[RegionCode]) -> RegionCode:
    first, *others = codes
    for ancestor in sorted((first, *first.ancestors), key=lambda code: -code.level):
        if all(ancestor.contains(other) for other in others):
            return ancestor
    return RegionCode("000000000000")
