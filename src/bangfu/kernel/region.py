"""Division code (行政区划代码) of 12 digits: GB/T 2260, GB/T 10114 and the NBS village digits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.text import normalise_text

LENGTH = 12
NATION = 0
PROVINCE = 1
PREFECTURE = 2
COUNTY = 3
TOWN = 4
VILLAGE = 5
# How many leading digits say where a place of each level lies.
PREFIX_LENGTHS = (0, 2, 4, 6, 9, 12)
# The character after "9": no code sorts between a prefix and the prefix with this appended.
_AFTER_DIGITS = ":"


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """A place of one of five levels 省 市 县 乡 村, or the nation (twelve zeros).

    A prefecture without counties (东莞 441900) has towns right below it, and a county could lie
    right below its province (琼海 460002): such codes have zeros in the middle, others have not.
    """

    value: str

    def __post_init__(self) -> None:
        value = self.value
        if len(value) != LENGTH:
            raise InvalidValue("E-REGION-LENGTH", length=len(value))
        if not (value.isascii() and value.isdigit()):
            raise InvalidValue("E-REGION-CHARACTER")
        province, prefecture, county, town, village = (
            int(value[start:end]) > 0 for start, end in pairwise(PREFIX_LENGTHS)
        )
        is_placed = prefecture or county
        if (
            (village and not town)
            or (town and not is_placed)
            or ((is_placed or town) and not province)
        ):
            raise InvalidValue("E-REGION-GAP", code=value)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> RegionCode:
        """Read a code of 2, 4, 6, 9 or 12 digits and fill it up with zeros.

        Raises InvalidValue: E-REGION-LENGTH, E-REGION-CHARACTER, E-REGION-GAP.
        """
        digits = normalise_text(text).replace(" ", "")
        if not (digits.isascii() and digits.isdigit()):
            raise InvalidValue("E-REGION-CHARACTER")
        if len(digits) not in PREFIX_LENGTHS[1:]:
            raise InvalidValue("E-REGION-LENGTH", length=len(digits))
        return cls(digits.ljust(LENGTH, "0"))

    @property
    def level(self) -> int:
        """0 nation, 1 province, 2 prefecture, 3 county, 4 town, 5 village."""
        kept = len(self.value.rstrip("0"))
        return next(level for level, length in enumerate(PREFIX_LENGTHS) if length >= kept)

    @property
    def prefix(self) -> str:
        """The leading digits that all places inside share."""
        return self.value[: PREFIX_LENGTHS[self.level]]

    @property
    def bounds(self) -> tuple[str, str]:
        """Half-open range [from, to) of the codes inside, this one included, for COLLATE "C"."""
        return self.value, self.prefix + _AFTER_DIGITS

    @property
    def parent(self) -> RegionCode | None:
        """The next place above; None above the nation."""
        if self.level == NATION:
            return None
        return self.at_level(self.level - 1)

    @property
    def ancestors(self) -> tuple[RegionCode, ...]:
        """All places above, from the nation down to the parent."""
        found = []
        place = self.parent
        while place is not None:
            found.append(place)
            place = place.parent
        return tuple(reversed(found))

    @property
    def county(self) -> RegionCode:
        """The county that this place is or lies in; raises E-REGION-ABOVE-COUNTY above it."""
        if self.level < COUNTY:
            raise InvalidValue("E-REGION-ABOVE-COUNTY", code=self.value)
        return self.at_level(COUNTY)

    def at_level(self, level: int) -> RegionCode:
        """Return the place of `level` that this one lies in or is."""
        return RegionCode(self.value[: PREFIX_LENGTHS[level]].ljust(LENGTH, "0"))

    def contains(self, other: RegionCode) -> bool:
        """Return whether `other` is this place or lies in it."""
        return other.value.startswith(self.prefix)
