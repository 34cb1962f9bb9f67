"""The reading child: limits itself, opens the .docx on its standard input, answers with its texts.

Run by apart.py as ``python -m bangfu.foundation.returned.child``. The answer is one line of JSON.
"""

from __future__ import annotations

import json
import sys

from bangfu.foundation.children.restricting import restrict
from bangfu.foundation.returned.opening import open_paper
from bangfu.kernel.errors import Refused

# The part that is read has at most 10 MiB; its tree takes some twenty times that.
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20


def main() -> int:
    """Answer for one file."""
    restrict(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, written_bytes=0)
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
