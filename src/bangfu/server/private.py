"""No address holds somebody's number: addresses stay in histories and in logs of proxies.

OWASP ASVS 5.0.0, 14.2.1. What has the form of an ID number, a telephone number or a bank card is
refused in every query before anything reads it; it belongs into a body. Names of things that may
be as long are let through: the number of a household is no person's.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import takewhile

from django.http import HttpRequest

from bangfu.kernel.region import COUNTY
from bangfu.kernel.text import normalise_text
from bangfu.standards.division_files import iter_divisions

# Keys whose values name a household, or what a row of the audit log is about.
NAMES_OF_THINGS = frozenset({"household_no", "subject_id"})
_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9]{10,19}[Xx]?(?![0-9A-Za-z])")
# An identifier of ours may end in twelve digits that look like a telephone number.
_IDENTIFIER = re.compile(
    r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"
)
_PARTED = re.compile(r"[\s\-+.()]")
_WHOLE = re.compile(r"[0-9]{10,19}[Xx]?")
# 境内手机号; 区号和固定电话.
_MOBILE = re.compile(r"(?:00)?(?:86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}[2-9][0-9]{6,7}")
# 银联卡 begin with 62, older and foreign ones with 3, 4, 5, 60 and 9558.
_CARD = re.compile(r"(?=[0-9]{16,19}$)(?:62|60|9558|3|4|5)[0-9]+")


def is_private(request: HttpRequest) -> bool:
    """Whether a key or a value of the query is somebody's number."""
    return any(
        holds_number(key)
        or (key not in NAMES_OF_THINGS and any(holds_number(value) for value in values))
        for key, values in request.GET.lists()
    )


def holds_number(text: str) -> bool:
    """Whether a text is, or has in it, what looks like a person's ID number (18 or 15 digits with a
    birth date), a telephone number or a bank card; also with spaces or hyphens in it."""
    plain = _IDENTIFIER.sub(" ", normalise_text(text))
    whole = _PARTED.sub("", plain)
    found = _RUN.findall(plain) + ([whole] if _WHOLE.fullmatch(whole) else [])
    return any(_is_somebodys(one) for one in found)


def _is_somebodys(number: str) -> bool:
    if len(number) == 18 and _is_day(number[6:14]):
        return True
    if not number.isdigit():
        return False
    if len(number) == 15 and number[0] != "0" and _is_day("19" + number[6:12]):
        return True
    if _LANDLINE.fullmatch(number):
        return True
    # The numbers of households begin with their county: 130102… is one, and the start of a search.
    is_number = _MOBILE.fullmatch(number) or (_CARD.fullmatch(number) and _sums_up(number))
    return bool(is_number) and number[:6] not in _counties()


def _is_day(text: str) -> bool:
    try:
        return 1850 <= date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}").year <= 2099
    except ValueError:
        return False


def _sums_up(number: str) -> bool:
    """Whether the last digit is that of a card (Luhn's sum)."""
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    rest = [int(digit) for digit in number[-1::-2]]
    return (sum(one - 9 if one > 9 else one for one in doubled) + sum(rest)) % 10 == 0


@cache
def _counties() -> frozenset[str]:
    """The standard's county codes: a file, not the database."""
    above_towns = takewhile(lambda one: one.level <= COUNTY, iter_divisions())
    return frozenset(one.code[:6] for one in above_towns if one.level == COUNTY)
