"""Has a handed-in file looked at by a child process, whatever the file does to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath

from bangfu.foundation.children.running import run
from bangfu.foundation.evidence.limits import WALL_SECONDS
from bangfu.kernel.errors import InvalidValue

_CHILD = "bangfu.foundation.evidence.child"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is kept: a name with the suffix of what the content is, and the content."""

    name: str
    content: bytes


def check(name: str, content: bytes) -> Paper:
    """Return what is kept of a handed-in file.

    Raises InvalidValue: E-EVIDENCE-KIND for what is neither picture (JPEG, PNG) nor PDF nor Word
    (.docx), E-EVIDENCE-PIXELS, E-EVIDENCE-DAMAGED, E-EVIDENCE-ACTIVE for a document that does
    something when it is opened, E-EVIDENCE-LOCKED for one with a password, E-EVIDENCE-TIMEOUT.
    """
    try:
        answer = run(_CHILD, content, WALL_SECONDS)
    except TimeoutError as error:
        raise InvalidValue("E-EVIDENCE-TIMEOUT", seconds=WALL_SECONDS) from error
    head, _, kept = (answer or b"").partition(b"\n")
    if not head:
        raise InvalidValue("E-EVIDENCE-DAMAGED")
    found = json.loads(head)
    if "code" in found:
        raise InvalidValue(found["code"], **found["params"])
    stem = PurePath(name.replace("\\", "/")).stem or "file"
    return Paper(f"{stem[:200]}{found['suffix']}", kept if found["is_new"] else content)
