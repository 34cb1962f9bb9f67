"""How many clues one run may make before somebody has to confirm it (线索熔断), as dated data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import NATION, RegionCode
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

_KEYS = ("name", "region", "valid_from", "share", "village", "least", "document", "status")


@dataclass(frozen=True, slots=True)
class Breaker:
    """From a day on in a place: at most `share` of the households and `village` clues a village.

    Fewer than `least` clues never trip it.
    """

    prefix: str
    valid_from: date
    share: Fraction
    village: int
    least: int
    document: str
    status: str


@cache
def breakers() -> tuple[Breaker, ...]:
    """Return every value. Raises Refused E-STANDARD-MALFORMED."""
    return read_breakers(standards_root() / "monitoring" / "breaker.yaml")


def read_breakers(path: Path) -> tuple[Breaker, ...]:
    """Read a file of values, one of which holds everywhere. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(("name", "title", "values"))
    found = tuple(_breaker(each) for each in block.children("values"))
    if not any(each.prefix == "" for each in found):
        raise block.fail("values", "none holds everywhere", 'write one with region: "000000000000"')
    return found


def breaker_for(region: RegionCode, on: date) -> Breaker:
    """Return what holds in a county on a day: of the smallest place, the newest that has begun;
    the oldest one before any has."""
    here = [each for each in breakers() if str(region).startswith(each.prefix)]
    begun = [each for each in here if each.valid_from <= on]
    if begun:
        return max(begun, key=lambda each: (len(each.prefix), each.valid_from))
    return min(here, key=lambda each: (-len(each.prefix), each.valid_from))


def _breaker(block: Block) -> Breaker:
    block.allow(_KEYS)
    try:
        region = RegionCode.parse(block.text("region"))
        since = date.fromisoformat(block.text("valid_from"))
    except (InvalidValue, ValueError) as error:
        raise block.fail("region", "no division code or no day", "write both in quotes") from error
    share = block.texts("share")
    if len(share) != 2 or not all(part.isdigit() and int(part) > 0 for part in share):
        raise block.fail("share", "no share", 'write share: ["1", "10"] for a tenth')
    village, least = block.count("village"), block.count("least")
    if not village or least is None:
        raise block.fail("village", "not a number above 0", "write how many clues")
    return Breaker(
        prefix="" if region.level == NATION else region.prefix,
        valid_from=since,
        share=Fraction(int(share[0]), int(share[1])),
        village=village,
        least=least,
        document=block.text("document"),
        status=block.choice("status", STATUSES),
    )
