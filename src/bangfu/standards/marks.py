"""What the platform writes into a history of its own accord (系统记载), and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from bangfu.standards.paths import standards_root
from bangfu.standards.reading import read_block


class Mark(StrEnum):
    """What happened to a proceeding without a step of its procedure."""

    OVERDUE = "OVERDUE"
    SUPERVISED = "SUPERVISED"
    RECOMPUTED = "RECOMPUTED"
    REHOMED = "REHOMED"
    HOUSEHOLD_MERGED = "HOUSEHOLD_MERGED"
    HOUSEHOLD_SPLIT = "HOUSEHOLD_SPLIT"
    HOUSEHOLD_CLOSED = "HOUSEHOLD_CLOSED"
    HANDED_OVER = "HANDED_OVER"
    LEFT_ALONE = "LEFT_ALONE"
    RESTORED = "RESTORED"
    NOT_RESTORED = "NOT_RESTORED"


@cache
def words() -> Mapping[str, tuple[str, str]]:
    """Return each mark's words in Chinese and English.

    Raises Refused E-STANDARD-MALFORMED, also for a mark without words and words without a mark.
    """
    block = read_block(standards_root() / "monitoring" / "marks.yaml")
    block.allow(("marks",))
    found = {}
    for child in block.children("marks"):
        child.allow(("name", "zh", "en"))
        found[child.choice("name", list(Mark))] = (child.text("zh"), child.text("en"))
    missing = [str(mark) for mark in Mark if mark not in found]
    if missing:
        raise block.fail("marks", f"{missing[0]} has no words", "add it with zh and en")
    return found
