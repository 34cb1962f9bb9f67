"""Pinyin of names, for sorting and for search by sound; the database has no ICU collation.

Readings come from pypinyin's single-character table, read once: a bulk of 75,000 names takes a
fraction of a second where the general function takes four. A surname has its own reading.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from pypinyin.constants import PINYIN_DICT

# Surnames whose reading differs from the character's usual one.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "任": "ren",
    "华": "hua", "盖": "ge", "覃": "qin", "朴": "piao", "翟": "zhai", "乐": "yue", "缪": "miao",
    "折": "she", "员": "yun", "种": "chong", "尉": "wei", "召": "shao", "洗": "xian", "冼": "xian",
    "逄": "pang", "那": "na", "谌": "chen", "撒": "sa", "黑": "he", "繁": "po", "过": "guo",
    "哈": "ha", "纪": "ji", "宁": "ning", "燕": "yan", "应": "ying", "于": "yu", "长": "chang",
}  # fmt: skip
_DOUBLE_SURNAMES = {
    "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "鲜于": ("xian", "yu"), "宇文": ("yu", "wen"),
}  # fmt: skip


class Reading(NamedTuple):
    """`full` is "zhangjianguo", `initials` is "zjg"; lower-case ASCII, at most 100 characters."""

    full: str
    initials: str


@cache
def _syllable(character: str) -> str:
    readings = PINYIN_DICT.get(ord(character))
    if readings is None:
        return character.lower() if character.isascii() and character.isalnum() else ""
    first = readings.split(",", 1)[0]
    bare = unicodedata.normalize("NFD", first).replace("u\u0308", "v")
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())


@lru_cache(maxsize=100_000)
def read_name(name: str) -> Reading:
    """Return how a name is read: 曾建国 → ("zengjianguo", "zjg"); unknown characters drop out."""
    double = _DOUBLE_SURNAMES.get(name[:2])
    if double is not None:
        syllables = [*double, *map(_syllable, name[2:])]
    elif name:
        first = _SURNAMES.get(name[0]) or _syllable(name[0])
        syllables = [first, *map(_syllable, name[1:])]
    else:
        syllables = []
    full = "".join(syllables)[:100]
    return Reading(full, "".join(part[0] for part in syllables if part)[:50])
