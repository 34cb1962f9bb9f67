"""The witness (见证): where checkpoints go that nobody on this machine can take back.

A file on another machine's share, or an address that takes a line by POST and answers GET with
all lines it has. Without a setting the lines stay in `audit/checkpoints.jsonl` of the home: that
finds what is done in the database alone, and not what is done by someone who owns the machine.
The folder of a file that was set is never made: a share that is not mounted is not there.
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
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from bangfu.foundation.audit.canonical import instant
from bangfu.foundation.audit.keys import SealKey
from bangfu.kernel.addresses import is_loopback, is_safe
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
    restore took away: earlier lines above `kept` then count no more, for the `reason` given. A
    `reason` without `lost` stands in the first line of a witness that another one made way for.
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
    return stated or _at_home()


def name(where: str) -> str:
    """Return what the log calls a witness: `home`, a whole path, or an address without secrets."""
    if where == _at_home():
        return "home"
    if not _is_address(where):
        return os.path.abspath(where)
    parts = urlsplit(where)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def is_off_box() -> bool:
    """Return whether a witness was named that can lie outside this machine: an address that is not
    its own, or a file that is there and not on the disk of the home."""
    where = str(settings.BANGFU_AUDIT_WITNESS)
    if not where or _is_address(where):
        return bool(where) and not is_loopback(where)
    try:
        return Path(where).stat().st_dev != Path(settings.BANGFU_HOME).stat().st_dev
    except OSError:
        return False


def deliver(line: Line, where: str, *, begins: bool = True) -> None:
    """Hand a checkpoint to the witness; `begins` lets its file be made when it is not there.

    Raises Refused E-AUDIT-WITNESS; E-AUDIT-WITNESS-GONE for a file that had checkpoints and is
    missing or empty; E-AUDIT-WITNESS-ADDRESS.
    """
    data = (line.json() + "\n").encode()
    try:
        if _is_address(where):
            request = Request(where, data, {"Content-Type": "application/x-ndjson"}, method="POST")  # noqa: S310
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read(1024)
            return
        _append(Path(where), data, begins=begins)
    except (OSError, URLError, ValueError) as error:
        raise Refused("E-AUDIT-WITNESS", reason=type(error).__name__) from error


def _append(path: Path, data: bytes, *, begins: bool) -> None:
    """Add to the file, durably. Of folders only the home's own is made."""
    if not begins and not (path.exists() and path.stat().st_size):
        raise Refused("E-AUDIT-WITNESS-GONE", place=str(path))
    if str(path) == _at_home():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if begins else 0)
    with os.fdopen(os.open(path, flags, 0o640), "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def lines(where: str, *, must_exist: bool = False) -> list[Line]:
    """Return all checkpoints of the witness, oldest first; none when its file is not there yet.

    A line that is no checkpoint comes back with number 0 and never agrees with a chain. Raises
    Refused E-AUDIT-WITNESS when an address does not answer, a file cannot be read or its folder
    is not there, with `must_exist` also when the file is not; E-AUDIT-WITNESS-ADDRESS.
    """
    try:
        if _is_address(where):
            with _OPENER.open(where, timeout=TIMEOUT_SECONDS) as answer:
                data = answer.read(MAX_BYTES)
        else:
            path = Path(where)
            may_lack = str(path) == _at_home() or (path.parent.is_dir() and not must_exist)
            data = b"" if may_lack and not path.exists() else path.read_bytes()
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


def _at_home() -> str:
    return str(Path(settings.BANGFU_HOME) / "audit" / "checkpoints.jsonl")


def _is_address(where: str) -> bool:
    """Tell an address from a path. Raises Refused E-AUDIT-WITNESS-ADDRESS for one on whose line
    somebody could answer in the witness's place."""
    if "://" not in where:
        return False
    if not is_safe(where):
        raise Refused("E-AUDIT-WITNESS-ADDRESS")
    return True
