"""The witness (见证): where checkpoints go that nobody on this machine can take back.

A file on another machine's share, or an address that takes a line by POST and answers GET with
all lines it has. Without a setting the lines stay in `audit/checkpoints.jsonl` of the home: that
finds what is done in the database alone, and not what is done by someone who owns the machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from bangfu.foundation.audit.canonical import instant
from bangfu.foundation.audit.keys import SealKey
from bangfu.kernel.errors import Refused

FORMAT = "bangfu-audit-checkpoint 1"
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 512 * 1024 * 1024


class _StayHere(HTTPRedirectHandler):
    """Follows nobody to another address: the witness is the one that was set."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Leave the answer as it is, an error."""


_OPENER = build_opener(_StayHere)


@dataclass(frozen=True, slots=True)
class Line:
    """One checkpoint: the chain's hash after `number` segments and `rows` rows.

    `lost` is 0, or, for the line written after a restore, the number of the last segment that the
    restore took away: earlier lines above `kept` then count no more, for the `reason` given.
    """

    number: int
    rows: int
    chain: str
    made_at: str
    lost: int = 0
    kept: int = 0
    reason: str = ""
    mark: str = ""

    def text(self) -> bytes:
        """Return the bytes that the mark is made of."""
        facts = (
            self.number,
            self.rows,
            self.chain,
            self.made_at,
            self.lost,
            self.kept,
            self.reason,
        )
        return json.dumps([FORMAT, *facts], ensure_ascii=False).encode()

    def json(self) -> str:
        """Return the line as it is written."""
        return json.dumps(
            {
                "format": FORMAT,
                "number": self.number,
                "rows": self.rows,
                "chain": self.chain,
                "made_at": self.made_at,
                "lost": self.lost,
                "kept": self.kept,
                "reason": self.reason,
                "mark": self.mark,
            },
            ensure_ascii=False,
        )


def signed(
    key: SealKey,
    *,
    number: int,
    rows: int,
    chain: bytes,
    made_at: datetime,
    lost: int = 0,
    kept: int = 0,
    reason: str = "",
) -> Line:
    """Return a checkpoint with its mark."""
    bare = Line(number, rows, chain.hex(), instant(made_at), lost, kept, reason)
    return replace(bare, mark=key.sign(bare.text()))


def place() -> str:
    """Return where the checkpoints go: the setting, or the file in the home."""
    stated = str(settings.BANGFU_AUDIT_WITNESS)
    return stated or str(Path(settings.BANGFU_HOME) / "audit" / "checkpoints.jsonl")


def is_off_box() -> bool:
    """Return whether somebody outside this machine was named as the witness."""
    return bool(settings.BANGFU_AUDIT_WITNESS)


def deliver(line: Line, where: str) -> None:
    """Hand a checkpoint to the witness. Raises Refused E-AUDIT-WITNESS."""
    data = (line.json() + "\n").encode()
    try:
        if _is_address(where):
            request = Request(where, data, {"Content-Type": "application/x-ndjson"}, method="POST")  # noqa: S310
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read(1024)
            return
        path = Path(where)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, URLError, ValueError) as error:
        raise Refused("E-AUDIT-WITNESS", reason=type(error).__name__) from error


def lines(where: str) -> list[Line]:
    """Return all checkpoints of the witness, oldest first; none when its file is not there yet.

    A line that is no checkpoint comes back with number 0 and never agrees with a chain. Raises
    Refused E-AUDIT-WITNESS when an address does not answer.
    """
    try:
        if _is_address(where):
            with _OPENER.open(where, timeout=TIMEOUT_SECONDS) as answer:
                data = answer.read(MAX_BYTES)
        else:
            path = Path(where)
            data = path.read_bytes() if path.exists() else b""
    except (OSError, URLError, ValueError) as error:
        raise Refused("E-AUDIT-WITNESS", reason=type(error).__name__) from error
    return [_line(one) for one in data.splitlines() if one.strip()]


def _line(text: bytes) -> Line:
    try:
        found: Mapping[str, Any] = json.loads(text)
        return Line(
            int(found["number"]),
            int(found["rows"]),
            str(found["chain"]),
            str(found["made_at"]),
            int(found["lost"]),
            int(found["kept"]),
            str(found["reason"]),
            str(found["mark"]),
        )
    except (ValueError, KeyError, TypeError):
        return Line(0, 0, "", "")


def _is_address(where: str) -> bool:
    return where.startswith(("http://", "https://"))
