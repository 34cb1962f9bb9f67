"""Delimited text: which encoding, which delimiter, and rows; or the byte where it goes wrong.

GBK is never used: it cannot hold the rare characters of names (𠅤 㛃 䶮 𬭎) that GB18030 can.
"""

from __future__ import annotations

import csv
import re

from bangfu.foundation.sheets.refusals import Unreadable
from bangfu.foundation.sheets.types import Limits

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DELIMITERS = (",", "\t", ";", "|")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_SNIFFED_ROWS = 20


def read_text(data: bytes, limits: Limits) -> list[list[str]]:
    """Rows of a delimited file, every cell as the text it is.

    Raises Unreadable with a byte offset: E-TEXT-ENCODING, E-TEXT-MIXED, E-TEXT-NUL,
    E-TEXT-LINE, E-TEXT-RETURN, E-TEXT-QUOTE, E-TEXT-CELL.
    """
    _check_lines(data, limits)
    text, encoding, start = decode(data)
    zero = text.find("\x00")
    if zero >= 0:
        raise Unreadable("E-TEXT-NUL", offset=start + _width(text[:zero], encoding))
    _check_returns(text, encoding, start)
    delimiter = _sniff_delimiter(text)
    return _parse(text, delimiter, limits)


def decode(data: bytes) -> tuple[str, str, int]:
    """Text, encoding name and length of the byte order mark, which is cut off."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_marked(data, mark, encoding), encoding, len(mark)
    guess = _wide_guess(data)
    if guess:
        return _decode_marked(data, b"", guess), guess, 0
    try:
        return data.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError as error:
        return _decode_gb18030(data, error.start), "gb18030", 0


def _decode_marked(data: bytes, mark: bytes, encoding: str) -> str:
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            "E-TEXT-ENCODING", offset=len(mark) + error.start, encoding=encoding.upper()
        ) from error


def _wide_guess(data: bytes) -> str | None:
    """UTF-16 without a mark: its commas, digits and line ends leave zeros on one side."""
    sample = data[:4096]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    tenth = max(len(sample) // 20, 1)
    if odd > tenth and even == 0:
        return "utf-16-le"
    if even > tenth and odd == 0:
        return "utf-16-be"
    return None


def _decode_gb18030(data: bytes, utf8_stops_at: int) -> str:
    """Decode as GB18030, unless some lines are plainly UTF-8.

    UTF-8 Chinese often decodes as GB18030 too, into mojibake; that must never be stored. A line
    whose every foreign character is Chinese in UTF-8 is UTF-8 beyond doubt.
    """
    offset = 0
    for line in data.splitlines(keepends=True):
        sound = _utf8_part(line)
        if len(_CHINESE.findall(sound)) >= 2 and _is_chinese(sound):
            _check_broken_line(data, utf8_stops_at)
            at = utf8_stops_at if offset <= utf8_stops_at else offset
            raise Unreadable("E-TEXT-MIXED", offset=at)
        offset += len(line)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Unreadable("E-TEXT-ENCODING", offset=error.start, encoding="GB18030") from error


def _check_broken_line(data: bytes, broken_at: int) -> None:
    """A line that is neither UTF-8 nor GB18030 is damage, not a mixture."""
    start = data.rfind(b"\n", 0, broken_at) + 1
    end = data.find(b"\n", broken_at)
    line = data[start : end if end >= 0 else len(data)]
    try:
        line.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Unreadable("E-TEXT-ENCODING", offset=broken_at, encoding="UTF-8") from error


def _utf8_part(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        return line[: error.start].decode("utf-8")


def _is_chinese(text: str) -> bool:
    foreign = [c for c in text if ord(c) > 127]
    return all(_CHINESE.match(c) for c in foreign)


def _check_lines(data: bytes, limits: Limits) -> None:
    offset = 0
    for line in re.split(rb"[\r\n]", data):
        if len(line) > limits.line_bytes:
            raise Unreadable("E-TEXT-LINE", offset=offset, size=len(line), limit=limits.line_bytes)
        offset += len(line) + 1


def _check_returns(text: str, encoding: str, start: int) -> None:
    """A lone CR may end every line (old Mac) or stand inside quotes, but not break a row."""
    if "\n" not in text:
        return
    for match in _LONE_RETURN.finditer(text):
        before = text[: match.start()]
        if before.count('"') % 2 == 0:
            raise Unreadable("E-TEXT-RETURN", offset=start + _width(before, encoding))


def _width(text: str, encoding: str) -> int:
    return len(text.encode(encoding))


def _sniff_delimiter(text: str) -> str:
    """The delimiter whose field count repeats over the most of the first rows."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:_SNIFFED_ROWS]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        score = max((counts.count(n) * (n - 1) for n in set(counts)), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _parse(text: str, delimiter: str, limits: Limits) -> list[list[str]]:
    csv.field_size_limit(limits.cell_characters)
    # A lone CR ends a row only in a file that has no LF; _check_returns has seen to that.
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in reader:
            rows.append(row)
            cells += len(row)
            if cells > limits.cells or len(row) > limits.columns:
                raise Unreadable("E-SHEET-CELLS", cells=cells, limit=limits.cells)
    except csv.Error as error:
        code = "E-TEXT-CELL" if "field limit" in str(error) else "E-TEXT-QUOTE"
        raise Unreadable(code, row=reader.line_num) from error
    return rows


def _lines(text: str) -> list[str]:
    """Lines with their ends; unlike str.splitlines, only CR, LF and CRLF end a line."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
