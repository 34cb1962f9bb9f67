"""Parameters of a message: what they may be, how they are kept, how they are said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.standards import messages
from bangfu.standards.messages import Subject

MOST = 10_000_000
_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9-]{2,24}")
_NAMES = re.compile(r"\{([a-z_]+)\}")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_RUN = re.compile(r"\d{9}")
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_LINK = re.compile(r"/(?!/)[A-Za-z0-9/_-]{0,160}(?:\?[A-Za-z0-9_=&-]{1,80})?")


def checked(subject: Subject, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as they are kept (JSON).

    Raises InvalidValue E-MESSAGE-PARAM for one too many, one that is missing, or a value that is
    not of its kind; the value is not echoed, because it may be a name.
    """
    for name in params.keys() ^ subject.params.keys():
        kind = subject.params.get(name, "-")
        raise InvalidValue("E-MESSAGE-PARAM", subject=subject.name, param=name[:40], kind=kind)
    kept = {}
    for name, kind in subject.params.items():
        value = _plain(kind, params[name])
        if value is None:
            raise InvalidValue("E-MESSAGE-PARAM", subject=subject.name, param=name, kind=kind)
        kept[name] = value
    return kept


def checked_link(link: str) -> str:
    """Return a link within the platform. Raises InvalidValue E-MESSAGE-LINK."""
    if link and not _LINK.fullmatch(link):
        raise InvalidValue("E-MESSAGE-LINK")
    return link


def said(text: str, subject: Subject, params: Mapping[str, Any], language: str) -> str:
    """Return a text of the table with kept parameters, in "zh" or "en"."""
    return text.format(**words(text, subject, params, language))


def words(text: str, subject: Subject, params: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the parameters that a text says, as it says them."""
    return {
        name: _word(subject.params.get(name, ""), params[name], language)
        for name in _NAMES.findall(text)
    }


def _plain(kind: str, value: Any) -> Any:
    """Return a value of a kind as JSON keeps it; None for one that is not of it."""
    if kind == "count":
        is_count = isinstance(value, int) and not isinstance(value, bool)
        return value if is_count and 0 <= value <= MOST else None
    if kind == "day":
        return _day(value)
    text = str(value) if isinstance(value, str | RegionCode) else ""
    if kind == "number":
        return text if _NUMBER.fullmatch(text) and not _RUN.search(text) else None
    if kind == "month":
        return text if _MONTH.fullmatch(text) else None
    if kind == "word":
        return text if text in messages.table().words else None
    if kind == "place":
        return _place(text)
    return None


def _day(value: Any) -> str | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day).isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None


def _place(text: str) -> str | None:
    try:
        return str(RegionCode(text))
    except InvalidValue:
        return None


def _word(kind: str, value: Any, language: str) -> str:
    if kind == "word":
        return messages.word(str(value), language)
    if kind == "place":
        found = regions.find_region(str(value))
        return found.name if found else str(value)
    if kind == "day":
        return _said_day(date.fromisoformat(str(value)), language)
    if kind == "month":
        return _said_month(str(value), language)
    return str(value)


def _said_day(day: date, language: str) -> str:
    """11月6日, 6 November; a message is read within days, so that the year goes without saying."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日"


def _said_month(period: str, language: str) -> str:
    year, month = (int(part) for part in period.split("-"))
    return f"{_MONTHS[month - 1]} {year}" if language == "en" else f"{year}年{month}月"
