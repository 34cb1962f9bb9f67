"""Families for the tests of acts: invented, small, and read back through the public selectors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts.services import Origin
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.registry_kit import HEAD, LOWER, UPPER, person, take_in, write_list

TOWN = RegionCode("990101101000")
ON = date(2026, 10, 10)
AT = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 10, 21, 9, 0, tzinfo=UTC)
LAST = datetime(2026, 10, 22, 9, 0, tzinfo=UTC)
# The days before and of the first act, as the history is asked for them.
DAY_BEFORE, DAY_OF = date(2026, 10, 19), date(2026, 10, 20)
ORIGIN = Origin("BG-1", TOWN)


def settle_families(scope: Scope, folder: Path) -> None:
    """Enter three families of 清溪镇.

    1 赵: 赵一 head, 妻 赵二, son 赵三 with wife 赵四 and child 赵五 · 2 钱: 钱六 alone, in 下坪村 ·
    3 孙: 孙七 head and daughter 孙八.
    """
    rows = [
        person("1", 1, "赵一"),
        person("1", 2, "赵二", "配偶"),
        person("1", 3, "赵三", "之子"),
        person("1", 4, "赵四", "之儿媳"),
        person("1", 5, "赵五", "之孙子"),
        person("2", 6, "钱六", village=LOWER),
        person("3", 7, "孙七", village=UPPER),
        person("3", 8, "孙八", "之女", village=UPPER),
    ]
    head = (*HEAD, "性别")
    women = {2, 4, 8}
    for index, row in enumerate(rows, start=1):
        row.append("女" if index in women else "男")
    take_in(scope, write_list(folder / "families.xlsx", rows, head))


def family(scope: Scope, household_no: str, on: date | None = None) -> dict[str, str]:
    """Return a household's members as name → relation, now or as known on a day."""
    if on is None:
        found = selectors.get_household(scope, household_no)
    else:
        found = selectors.get_household_as_known(scope, household_no, on)
    return {member.name: member.relation for member in found.members}


def id_of(scope: Scope, household_no: str, name: str) -> UUID:
    """Return a member's person id by name."""
    found = selectors.get_household(scope, household_no)
    return next(member.id for member in found.members if member.name == name)
