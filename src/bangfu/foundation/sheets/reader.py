"""Reads a workbook or delimited file without ever parsing it in this process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from bangfu.foundation.children.running import environment
from bangfu.foundation.sheets.encoding import read_answer
from bangfu.foundation.sheets.types import DEFAULT_LIMITS, Limits, RawSheet
from bangfu.kernel.errors import Refused

_CHILD = "bangfu.foundation.sheets.child"


def read_workbook(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[RawSheet]:
    """The sheets of an .xlsx, .xls, .et or delimited file, hidden ones included and marked.

    Raises Refused with a code of standards/errors/sheets.yaml, whatever the file does: a child
    that is killed or aborts is E-SHEET-ABORTED, one that takes too long E-SHEET-TIMEOUT.
    """
    if not path.is_file():
        raise Refused("E-SHEET-NO-FILE", name=path.name)
    with tempfile.TemporaryFile() as answer:
        code = _run_child(path, limits, answer)
        if code == -signal.SIGXCPU or code == -signal.SIGKILL:
            raise Refused("E-SHEET-TIMEOUT", seconds=limits.cpu_seconds)
        answer.seek(0)
        try:
            content = read_answer(answer) if code == 0 else None
        except (EOFError, StopIteration, ValueError) as error:
            raise Refused("E-SHEET-ABORTED") from error
    if content is None:
        raise Refused("E-SHEET-ABORTED")
    if "refused" in content:
        raise Refused(content["refused"]["code"], **content["refused"]["params"])
    sheets: list[RawSheet] = content["sheets"]
    if not any(sheet.row_count for sheet in sheets):
        raise Refused("E-SHEET-EMPTY-FILE")
    return sheets


def _run_child(path: Path, limits: Limits, answer: BinaryIO) -> int:
    """Run the child to its end or to the wall clock; its exit status, negative for a signal."""
    child = subprocess.Popen(
        [sys.executable, "-m", _CHILD, str(path.resolve()), json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={**environment(), "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )
    try:
        return child.wait(timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        raise Refused("E-SHEET-TIMEOUT", seconds=int(limits.wall_seconds)) from None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
