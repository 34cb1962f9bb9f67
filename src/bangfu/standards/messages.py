"""What messages (消息) may say and when they go out: `standards/messages.yaml`.

A telephone's screen is read by whoever sits beside it (faults T15). A text that could tell of a
family's standing, or hold a name or a long number, is refused when the table is loaded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import TypeVar

from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

_T = TypeVar("_T")
# What a parameter may be; none of them can hold words that somebody typed. `code` is six digits
# for one's own telephone and never leaves by another way than SMS.
KINDS = ("number", "count", "day", "month", "place", "word", "code")
# Of a telephone's screen only these.
SMS_KINDS = ("number", "count", "day", "code")
# What a text message of one part holds (70 letters of Chinese, 160 of English), less the sender's
# signature and what the parameters need.
SMS_LENGTH = {"zh": 55, "en": 120}
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LONG_NUMBER = re.compile(r"\d{9,}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of message: its parameters by kind, and its texts by language.

    `sms` is empty for what stays in the inbox. `template` is the gateway's name of the text.
    """

    name: str
    params: dict[str, str]
    title: dict[str, str]
    text: dict[str, str]
    sms: dict[str, str]
    template: str
    ignores_quiet_hours: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table, checked: dated values newest last."""

    times: dict[str, tuple[tuple[date, time], ...]]
    counts: dict[str, tuple[tuple[date, int], ...]]
    words: dict[str, dict[str, str]]
    forbidden: dict[str, re.Pattern[str]]
    subjects: dict[str, Subject]


def get_subject(name: str) -> Subject:
    """Return a kind of message. Raises InvalidValue E-MESSAGE-SUBJECT."""
    found = table().subjects.get(name)
    if found is None:
        raise InvalidValue("E-MESSAGE-SUBJECT", subject=name)
    return found


def get_time(name: str, on: date) -> time:
    """Return a time of day in Beijing in force on a day. Raises NotFound E-STANDARD-CLOCK."""
    return _in_force(table().times, name, on)


def get_count(name: str, on: date) -> int:
    """Return a bound in force on a day. Raises NotFound E-STANDARD-CLOCK."""
    return _in_force(table().counts, name, on)


def word(code: str, language: str) -> str:
    """Return the word of a code in a language ("zh", "en"); the code for an unknown one."""
    return table().words.get(code, {}).get(language, code)


@cache
def table() -> Table:
    """Return the installation's table. Raises Refused E-STANDARD-MALFORMED."""
    return read_table(standards_root() / "messages.yaml")


def read_table(path: Path) -> Table:
    """Return a table of messages, checked. Raises Refused E-STANDARD-MALFORMED with the line."""
    block = read_block(path)
    block.allow(("times", "counts", "words", "forbidden", "subjects"))
    words = _words(block)
    forbidden = _forbidden(block)
    subjects = {}
    for child in block.children("subjects"):
        one = _subject(child, forbidden)
        if one.name in subjects:
            raise child.fail("name", "written twice", "keep one of the two")
        subjects[one.name] = one
    times = {one.text("name"): _dated(one, _time) for one in block.children("times")}
    counts = {one.text("name"): _dated(one, _count) for one in block.children("counts")}
    return Table(times, counts, words, forbidden, subjects)


def tells_too_much(text: str) -> str:
    """Return the first thing in a text that no message may say; "" for a harmless one."""
    return _found(text, table().forbidden)


def _found(text: str, forbidden: dict[str, re.Pattern[str]]) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    for pattern, read in (
        (forbidden["zh"], _SPACE.sub("", folded)),
        (forbidden["en"], _SPACE.sub(" ", folded)),
        (_LONG_NUMBER, _SPACE.sub("", folded)),
    ):
        if match := pattern.search(read):
            return match[0]
    return ""


def _in_force(values: dict[str, tuple[tuple[date, _T], ...]], name: str, on: date) -> _T:
    found = values.get(name)
    if not found:
        raise NotFound("E-STANDARD-CLOCK", name=name)
    begun = [value for since, value in found if since <= on]
    return begun[-1] if begun else found[0][1]


def _dated(block: Block, read: Callable[[Block], _T]) -> tuple[tuple[date, _T], ...]:
    block.allow(("name", "zh", "en", "values"))
    block.text("zh"), block.text("en")
    found = []
    for child in block.children("values"):
        child.allow(("valid_from", "value", "document", "status"))
        try:
            since = date.fromisoformat(child.text("valid_from"))
        except ValueError as error:
            raise child.fail("valid_from", "no day", 'write "2025-08-01"') from error
        child.text("document")
        child.choice("status", STATUSES)
        found.append((since, read(child)))
    return tuple(sorted(found, key=lambda one: one[0]))


def _time(block: Block) -> time:
    try:
        return time.fromisoformat(block.text("value"))
    except ValueError as error:
        raise block.fail("value", "no time of day", 'write "08:30"') from error


def _count(block: Block) -> int:
    value = block.count("value")
    if value is None:
        raise block.fail("value", "a whole number is needed", "write value: 5")
    return value


def _words(block: Block) -> dict[str, dict[str, str]]:
    given = block.values.get("words")
    if not isinstance(given, dict) or not all(
        isinstance(one, dict) and set(one) == {"zh", "en"} for one in given.values()
    ):
        raise block.fail("words", "each code needs zh and en", "write VILLAGE: {zh: …, en: …}")
    return {str(code): {key: str(text) for key, text in one.items()} for code, one in given.items()}


def _forbidden(block: Block) -> dict[str, re.Pattern[str]]:
    """Return what a text of each language must not hold; English words as whole beginnings, so
    that "red" is found and "delivered" is not."""
    given = block.values.get("forbidden")
    if not isinstance(given, dict) or set(given) != {"zh", "en"} or not all(given.values()):
        raise block.fail("forbidden", "lists for zh and en are needed", "write zh: […], en: […]")
    lists = {key: [re.escape(str(one).lower()) for one in words] for key, words in given.items()}
    return {
        "zh": re.compile("|".join(lists["zh"])),
        "en": re.compile(r"\b(?:" + "|".join(lists["en"]) + ")"),
    }


_FIELDS = ("name", "params", "title", "text", "sms", "template", "ignores_quiet_hours")


def _subject(block: Block, forbidden: dict[str, re.Pattern[str]]) -> Subject:
    block.allow(_FIELDS)
    params = block.values.get("params", {})
    if not isinstance(params, dict) or not set(params.values()) <= set(KINDS):
        raise block.fail("params", "a kind is not known", f"use one of {', '.join(KINDS)}")
    texts = {"title": block.bilingual("title"), "text": block.bilingual("text")}
    texts["sms"] = block.bilingual("sms") if "sms" in block.values else {}
    for field, one in texts.items():
        for language, text in one.items():
            _check(block, field, language, text, params, forbidden)
    if bool(texts["sms"]) != bool(block.optional("template")):
        raise block.fail("template", "sms and template belong together", "write both or neither")
    return Subject(
        name=block.text("name"),
        params={str(key): str(kind) for key, kind in params.items()},
        title=texts["title"],
        text=texts["text"],
        sms=texts["sms"],
        template=block.optional("template") or "",
        ignores_quiet_hours=block.boolean("ignores_quiet_hours", False),
    )


def _check(
    block: Block,
    field: str,
    language: str,
    text: str,
    params: dict[str, str],
    forbidden: dict[str, re.Pattern[str]],
) -> None:
    """Refuse a text that tells too much, or asks for what it is not given."""
    bare = _PLACEHOLDER.sub("", text)
    if "{" in bare or "}" in bare:
        raise block.fail(field, f"{language}: a stray brace", "write {number}, a name in braces")
    for name in _PLACEHOLDER.findall(text):
        kind = params.get(name)
        if kind is None or (kind == "code" and field != "sms"):
            raise block.fail(field, f"{language}: {{{name}}} is no parameter", "enter it in params")
        if field == "sms" and kind not in SMS_KINDS:
            problem = f"{language}: {{{name}}} is not for a telephone's screen"
            raise block.fail(field, problem, f"use one of {', '.join(SMS_KINDS)}")
    found = _found(bare, forbidden)
    if found:
        raise block.fail(field, f"{language}: {found!r} must not be said", "say it without")
    if field == "sms" and len(bare) > SMS_LENGTH[language]:
        problem = f"{language}: longer than {SMS_LENGTH[language]} letters"
        raise block.fail(field, problem, "say it shorter")
