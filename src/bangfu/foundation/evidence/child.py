"""The looking child: limits itself, looks at the file on its standard input, answers on stdout.

Run by checking.py as ``python -m bangfu.foundation.evidence.child``. The answer is a line of JSON,
then the content when it is another one.
"""

from __future__ import annotations

import json
import sys

from bangfu.foundation.children.restricting import restrict
from bangfu.foundation.evidence import limits
from bangfu.foundation.evidence.documents import check_pdf, check_word
from bangfu.foundation.evidence.refusals import NotTaken

_KINDS = (
    (b"\xff\xd8\xff", "JPEG", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "PNG", ".png"),
    (b"%PDF-", "PDF", ".pdf"),
    (b"PK\x03\x04", "WORD", ".docx"),
)


def main() -> int:
    """Answer for one file."""
    restrict(
        memory_bytes=limits.MEMORY_BYTES,
        cpu_seconds=limits.CPU_SECONDS,
        written_bytes=limits.ANSWER_BYTES,
    )
    content, out = sys.stdin.buffer.read(), sys.stdout.buffer
    try:
        suffix, kept = look(content)
        answer: dict[str, object] = {"suffix": suffix, "is_new": kept is not None}
    except NotTaken as refusal:
        answer, kept = {"code": refusal.code, "params": refusal.params}, None
    except MemoryError:
        answer, kept = {"code": "E-EVIDENCE-DAMAGED", "params": {}}, None
    out.write(json.dumps(answer).encode() + b"\n" + (kept or b""))
    out.flush()
    return 0


def look(content: bytes) -> tuple[str, bytes | None]:
    """Return the suffix of what the content is, and the content that takes its place, if any.

    Raises NotTaken.
    """
    found = [(kind, suffix) for magic, kind, suffix in _KINDS if content.startswith(magic)]
    if not found:
        raise NotTaken("E-EVIDENCE-KIND")
    ((kind, suffix),) = found
    if kind == "PDF":
        check_pdf(content)
        return suffix, None
    if kind == "WORD":
        check_word(content)
        return suffix, None
    # Only pictures need the decoder, so it is loaded only here.
    from bangfu.foundation.evidence.pictures import write_anew  # noqa: PLC0415

    return suffix, write_anew(content, kind)


if __name__ == "__main__":
    sys.exit(main())
