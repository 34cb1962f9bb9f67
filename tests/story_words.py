"""What stories say in short: days and hours, a refusal in its words, the words of a paper."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import docx
import pytest

from bangfu.kernel.errors import BangfuError
from bangfu.kernel.workdays import BEIJING
from bangfu.standards import errors


def when(day: date, hour: int = 9) -> datetime:
    """Return an hour of a day in Beijing."""
    return datetime.combine(day, time(hour), BEIJING)


def day(text: str) -> date:
    """Return a day: `2026-11-02`."""
    return date.fromisoformat(text)


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Something that is refused, in words that the person reads."""
    with pytest.raises(BangfuError) as caught:
        yield
    told = errors.text(caught.value.code, caught.value.params, "zh")
    assert words in told.message + told.remedy


def opened(content: bytes) -> str:
    """Return the words of a .docx, tables included."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)
