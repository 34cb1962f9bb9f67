"""Clean-up of typed text for comparison. Pure and loss-free for the characters of names."""

from __future__ import annotations

import re

_ZERO_WIDTH = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_SPACES = (
    "\t\n\r\x0b\x0c\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_TEXT_TABLE: dict[int, int | str | None] = {
    **_FULL_WIDTH,
    **dict.fromkeys(map(ord, _ZERO_WIDTH), None),
    **dict.fromkeys(map(ord, _SPACES), " "),
}

MIDDLE_DOT = "\u00b7"
# Dots found between the parts of Uygur, Kazakh, Tibetan and foreign names in real lists (F13).
_NAME_DOTS = "\u2022\uff0e\u2027\u30fb\uff65\u2219\u22c5\u2e31\u00b7\u0387\u16eb\u25cf"
# Before Unicode 4.1 䶮 had no code point; old systems write it in the private use area (F12).
_PRIVATE_USE = {0xE863: "\u4dae"}
_NAME_TABLE: dict[int, int | str | None] = {
    **_TEXT_TABLE,
    **dict.fromkeys(map(ord, _NAME_DOTS), MIDDLE_DOT),
    **_PRIVATE_USE,
}
_SPACE_IN_HAN = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")
_DOT_IN_HAN = re.compile(r"(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f])")
_DOT_SPACES = re.compile(rf" *{MIDDLE_DOT}+ *")


def normalise_text(text: str) -> str:
    """Return `text` with half-width forms, single spaces, no zero-width characters, trimmed.

    Only forms of ASCII characters change; Chinese characters stay as they were typed.
    """
    return " ".join(text.translate(_TEXT_TABLE).split())


def normalise_label(text: str) -> str:
    """Return the form in which headings and labels are compared: no spaces at all, lower case."""
    return normalise_text(text).replace(" ", "").lower()


def normalise_name(text: str) -> str:
    """Return a person's name (姓名) as it is matched; the original is kept elsewhere.

    Every kind of dot becomes U+00B7, U+E863 becomes 䶮 (U+4DAE, GB 18030 FE9F), spaces inside a
    Chinese name go, those inside a Latin one stay single. Nothing is cut off.
    """
    name = " ".join(text.translate(_NAME_TABLE).split())
    name = _DOT_IN_HAN.sub(MIDDLE_DOT, name)
    name = _DOT_SPACES.sub(MIDDLE_DOT, name)
    return _SPACE_IN_HAN.sub("", name)
