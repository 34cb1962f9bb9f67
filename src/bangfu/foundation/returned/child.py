"""The reading child: limits itself, opens the .docx on its standard input, answers with its texts.

Run by apart.py as ``python -m bangfu.foundation.returned.child``. The answer is one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys

from bangfu.foundation.returned.opening import open_paper
from bangfu.kernel.errors import Refused

# The part that is read has at most 10 MiB; its tree takes some twenty times that.
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20


def main() -> int:
    """Answer for one file."""
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))
    try:
        opened = open_paper(sys.stdin.buffer.read())
        answer: dict[str, object] = {"lines": opened.lines, "tables": opened.tables}
    except Refused as refusal:
        answer = {"code": refusal.code, "params": dict(refusal.params)}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
