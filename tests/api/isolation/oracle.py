"""What an answer gives away: every text, picture, count and amount in it, however it is wrapped."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from bangfu.kernel.region import RegionCode
from tests.api.isolation.country import FIRST_COUNT, FIRST_FEN, VILLAGES, hidden_from, visible
from tests.api.isolation.images import places_in

ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
LAST_COUNT = FIRST_COUNT << len(VILLAGES)
LAST_FEN = FIRST_FEN << len(VILLAGES)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_WRAPPED = re.compile(rb"[A-Za-z0-9_\-+/]{24,}={0,2}")
_CELL = re.compile(rb"<c ([^>]*)><v>(\d+)</v>")
_AMOUNT = re.compile(r"(?<![\d.])\d[\d,]{3,13}(?:\.\d{1,4})?(?![\d.])")
# Whole numbers that count nobody: what they are, not how many there are.
NOT_COUNTS = frozenset(
    {
        "age", "size", "rows", "columns", "level", "limit", "seconds", "year", "revision",
        "percent", "max_rows", "attempts", "expires_in", "months", "days", "order", "bulk_rows",
        "max_age_days", "min_length", "budget", "left", "never", "valid_months",
        "status", "village_limit", "least_percent", "least_answered", "closed_rules",
    }
)  # fmt: skip


def texts(content: bytes, depth: int = 0) -> Iterator[str]:
    """Yield what `content` says, in each encoding and inside each wrapping of up to four layers."""
    if depth > 4:
        return
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                yield info.filename
                yield from texts(archive.read(info), depth + 1)
        return
    for encoding in ENCODINGS:
        text = content.decode(encoding, errors="ignore")
        yield text
        if "&#" in text:
            yield html.unescape(text)
        if "\\u" in text:
            yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    for found in _WRAPPED.findall(content):
        inner = _unwrapped(found)
        if inner:
            yield from texts(inner, depth + 1)


def _unwrapped(word: bytes) -> bytes:
    """Return what base64 wraps, also compressed as cursors are; nothing when it is none."""
    padded = word.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        inner = base64.b64decode(padded + b"=" * (-len(padded) % 4), validate=True)
    except ValueError:
        return b""
    try:
        return zlib.decompress(inner)
    except zlib.error:
        return inner if inner.isascii() or inner.startswith(b"PK") else b""


def counts(content: bytes) -> Iterator[tuple[str, int]]:
    """Yield every whole number of a JSON answer with its key, and those in a workbook's cells."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/"):
                    for kind, value in _CELL.findall(archive.read(name)):
                        if b't="s"' not in kind:
                            yield name, int(value)
        return
    try:
        found = json.loads(content)
    except ValueError:
        return
    yield from _numbers("", found)


def _numbers(key: str, value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _numbers(str(name), one)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(key, one)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield key, value


def amounts(text: str) -> set[int]:
    """Return the sums of canary incomes in a text, in fen, written in yuan, fen or ten thousand."""
    found = set()
    for word in _AMOUNT.findall(text):
        plain = word.replace(",", "")
        for scale in (1, 100, 1_000_000):
            fen = float(plain) * scale
            if FIRST_FEN <= fen < LAST_FEN and fen % FIRST_FEN == 0:
                found.add(int(fen))
    return found


def villages_of(number: int, first: int) -> set[int]:
    """Return the villages whose powers of two make up a number."""
    bits = number // first
    return {place for place in range(len(VILLAGES)) if bits >> place & 1}


def leaks(content: bytes, headers: str, region: RegionCode) -> list[str]:
    """Return what in an answer a post in `region` may not receive; empty is good."""
    mine = {village.place for village in visible(region)}
    hidden = hidden_from(region)
    found = set()
    for text in [headers, *texts(content)]:
        found |= {f"mark {mark}" for mark in hidden if mark in text}
        for fen in amounts(text):
            if strange := villages_of(fen, FIRST_FEN) - mine:
                found.add(f"amount {fen} of villages {sorted(strange)}")
    if strange := places_in(content) - mine:
        found.add(f"picture of villages {sorted(strange)}")
    most = sum(village.count for village in visible(region))
    for key, number in counts(content):
        if key not in NOT_COUNTS and FIRST_COUNT <= number < LAST_COUNT:
            strange = villages_of(number, FIRST_COUNT) - mine
            if number > most or (number % FIRST_COUNT == 0 and strange):
                found.add(f"count {key}={number}")
    return sorted(found)
