"""The privacy scan of a filled paper: searched for what must not be in it, whichever field it was
typed into (fault F61). Full-width, Chinese and spaced-out digits are read as digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.filled import FilledPaper, Para, Run
from bangfu.foundation.papers.publicity import WORDED, PublicClass, Publicity, publicity
from bangfu.kernel.errors import Refused
from bangfu.kernel.masks import STAR

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CHINESE_DIGITS = str.maketrans(
    "〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789"
)
_JOINT = r"[\s\-‐-―－·•.,，、*×()_]{0,3}"
_RUN = re.compile(rf"[0-9](?:{_JOINT}[0-9])*(?:{_JOINT}[Xx](?![A-Za-z0-9]))?")
_ISO_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?!\d)")
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NUMBERS = (
    ("ID", re.compile(rf"[1-9]\d{{5}}(?:18|19|20)\d{{2}}{_DAY}\d{{3}}[\dX]")),
    ("ID", re.compile(rf"[1-9]\d{{5}}\d{{2}}{_DAY}\d{{3}}")),
    ("PHONE", re.compile(r"(?:86)?1[3-9]\d{9}|0\d{2,3}[2-8]\d{6,7}")),
    ("ACCOUNT", re.compile(r"\d{16,19}")),
    ("LONG_NUMBER", re.compile(r"\d{9,}X?")),
)
_SEPARATE = re.compile(r"[\s,，、]+")
_OFFICE = re.compile(r"[0-9\-—－() /、;；转]{5,40}")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}")
_HIDDEN = "●"
_GAP = "§"
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be made public: its kind and its line with the digits hidden."""

    kind: str
    line: str


def guard(filled: FilledPaper, context: CaseContext) -> None:
    """Refuse to print a public paper that tells too much.

    Raises Refused E-PAPERS-PRIVATE with what was found and in which lines.
    """
    found = scan(filled, context)
    if found:
        words = publicity().findings
        raise Refused(
            "E-PAPERS-PRIVATE",
            paper_zh=filled.title["zh"],
            paper_en=filled.title["en"],
            found_zh="；".join(f"{words[one.kind]['zh']}（{one.line}）" for one in found),
            found_en="; ".join(f"{words[one.kind]['en']} ({one.line})" for one in found),
        )


def scan(filled: FilledPaper, context: CaseContext) -> tuple[Finding, ...]:
    """Return what a board or web paper must not show; nothing for a paper that stays inside."""
    rules = publicity()
    if filled.publicity not in rules.classes:
        return ()
    scanner = _Scanner(rules, rules.classes[filled.publicity], context)
    found = (one for para in filled.paras() for one in scanner.para(para))
    return tuple(dict.fromkeys(found))


class _Scanner:
    """Looks at one paragraph after the other with what the context knows."""

    def __init__(self, rules: Publicity, kind: PublicClass, context: CaseContext) -> None:
        self._rules = rules
        self._class = kind
        self._known: set[str] = set()
        self._members: set[str] = set()
        self._heads: set[str] = set()
        for path, each, value in paths.walk(context):
            text = _plain(value) if isinstance(value, str) else ""
            if path.endswith("head_name") and text:
                self._heads.add(text)
            if len(text) < _SHORTEST or text in rules.harmless:
                continue
            private = each.metadata.get("private")
            if private == "MEMBER":
                self._members.add(text)
            elif private:
                self._known.add(_tight(text))

    def para(self, para: Para) -> Iterator[Finding]:
        """Yield what is found in one paragraph."""
        text = _plain("".join(_GAP if self._is_office(run) else run.text for run in para.runs))
        kinds = [*self._numbers(text), *self._words(text), *self._register(para, text)]
        if self._class.masked and self._bare(para, text):
            kinds.append("NAME")
        line = re.sub(r"\d", _HIDDEN, text.strip())[:40]
        for kind in dict.fromkeys(kinds):
            yield Finding(kind, line)

    def _is_office(self, run: Run) -> bool:
        """A telephone number of an office that is nobody's own."""
        if run.path not in self._class.offices or not _OFFICE.fullmatch(_plain(run.text)):
            return False
        digits = _tight(run.text)
        return digits not in self._known and _kind(digits) in ("", "PHONE", "LONG_NUMBER")

    def _numbers(self, text: str) -> Iterator[str]:
        dated = _ISO_DAY.sub(_GAP, text)
        for read in (dated, dated.translate(_CHINESE_DIGITS)):
            for match in _RUN.finditer(read):
                pieces = [match[0], *_SEPARATE.split(match[0])]
                kinds = [_kind(_tight(piece)) for piece in pieces]
                yield from (kind for kind in reversed(kinds) if kind)

    def _words(self, text: str) -> Iterator[str]:
        for harmless in self._rules.harmless:
            text = text.replace(harmless, _GAP)
        close = re.sub(r"\s", "", text)
        for kind in WORDED:
            if any(word in close for word in self._rules.words[kind]):
                yield kind

    def _register(self, para: Para, text: str) -> Iterator[str]:
        close = _tight(text)
        if any(value in close for value in self._known):
            yield "KNOWN"
        others = _plain("".join(_GAP if self._is_head(run) else run.text for run in para.runs))
        members = self._members - self._heads
        if any(name in re.sub(r"\s", "", others) for name in members):
            yield "MEMBER"

    def _is_head(self, run: Run) -> bool:
        return run.path.endswith("head_name") and _HAN_NAME.fullmatch(run.text) is not None

    def _bare(self, para: Para, text: str) -> bool:
        shown = [run for run in para.runs if run.path in self._class.masked and not run.is_blank]
        if any(STAR not in run.text for run in shown):
            return True
        return any(name in text for name in self._heads if len(name) >= _SHORTEST)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def _tight(text: str) -> str:
    """Without spaces, dashes and the like, so that nothing can be spread out."""
    return re.sub(r"[\s\-‐-―·•.,，、*×()_]", "", _plain(text)).upper()


def _kind(digits: str) -> str:
    """Return which kind of number a run of digits is; "" for a short one."""
    for kind, pattern in _NUMBERS:
        if pattern.fullmatch(digits) and (kind != "ACCOUNT" or _luhn(digits)):
            return kind
    return ""


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B, the check digit of bank cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
