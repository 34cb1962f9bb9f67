"""Has a .docx that came back opened by a child process, whatever the file does to it."""

from __future__ import annotations

import json

from bangfu.foundation.children.running import run
from bangfu.foundation.returned.opening import MOST_BYTES, OpenedPaper
from bangfu.kernel.errors import Refused

_CHILD = "bangfu.foundation.returned.child"
WALL_SECONDS = 30


def open_apart(content: bytes) -> OpenedPaper:
    """Return the texts of a .docx, read in a process of its own with limits of memory and time.

    Raises as `open_paper`; E-PAPERS-DAMAGED too where the child did not come to an end.
    """
    if len(content) > MOST_BYTES:
        raise Refused("E-PAPERS-SIZE", size=len(content), limit=MOST_BYTES)
    try:
        answer = run(_CHILD, content, WALL_SECONDS)
    except TimeoutError as error:
        raise Refused("E-PAPERS-DAMAGED") from error
    if answer is None:
        raise Refused("E-PAPERS-DAMAGED")
    found = json.loads(answer)
    if "code" in found:
        raise Refused(found["code"], **found["params"])
    return OpenedPaper(
        tuple(found["lines"]),
        tuple(tuple(tuple(row) for row in table) for table in found["tables"]),
    )
