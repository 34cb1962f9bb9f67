"""One parser per contract type: a cell as it stands → a typed value, or a code why not.

A parser is called once per distinct value of a column. It returns the value and the code of the
repair it made ("" when none), or raises InvalidValue.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from bangfu.foundation.sheets.types import Cell
from bangfu.kernel.credit_code import CreditCode
from bangfu.kernel.disability import DisabilityCertificate
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.id_number import IdNumber, check_character
from bangfu.kernel.money import Money
from bangfu.kernel.region import RegionCode
from bangfu.kernel.text import normalise_name
from bangfu.standards import codelists

if TYPE_CHECKING:
    from bangfu.standards.datasets import Column

Parsed = tuple[Any, str]
Parser = Callable[[Cell], Parsed]

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[\s\u3000\u00a0]+")
_QUOTED_FORMULA = re.compile(r'^="(.*)"$')
_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_LANDLINE = re.compile(r"^0\d{2,3}-?\d{7,8}(-\d{1,6})?$")
_ACCOUNT = re.compile(r"^\d{8,32}$")
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$")
_MONTH = re.compile(r"^(\d{4})(?:[-/年](\d{1,2})月?|\.(\d{2})|(\d{2}))$")
_AMOUNT = re.compile(r"^[-+]?\d[\d,]*(\.\d+)?$|^[-+]?\.\d+$")
_SEPARATORS = re.compile(r"[、,,;;/|+\s]+")
_EXACT_FLOAT = 10**15
_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 9_000, 73_050
_DUST = 1e-6
_PLAIN_ID = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_CERTIFICATE_LENGTHS = (20, 22)
_YES = {"是", "有", "√", "✓", "y", "yes", "true", "1", "对"}
_NO = {"否", "无", "没有", "×", "✗", "x", "n", "no", "false", "0", "错"}


def parser_for(column: Column, today: date) -> Parser:
    """The parser of a contract column. ``today`` dates ages and days to come."""
    simple: dict[str, Parser] = {
        "text": _text,
        "name": _name,
        "id_number": partial(_id_number, today=today),
        "phone": _phone,
        "account": _account,
        "region": _region,
        "disability_certificate": _disability,
        "credit_code": _credit_code,
        "money": _money,
        "decimal": partial(_decimal, scale=column.scale),
        "integer": _integer,
        "date": _date,
        "month": _month,
        "boolean": _boolean,
    }
    if column.type in ("code", "codes"):
        return _code_parser(column)
    return _bounded(column, simple[column.type])


def _bounded(column: Column, parse: Parser) -> Parser:
    low, high = _limit(column.min), _limit(column.max)
    longest = column.max_length

    def parse_within(cell: Cell) -> Parsed:
        value, repair = parse(cell)
        if isinstance(value, str) and longest and len(value) > longest:
            raise InvalidValue("E-TEXT-LENGTH", length=len(value), limit=longest)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            if low is not None and value < low:
                raise InvalidValue("E-NUMBER-LOW", limit=str(low))
            if high is not None and value > high:
                raise InvalidValue("E-NUMBER-HIGH", limit=str(high))
        return value, repair

    return parse_within


def _limit(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def clean(cell: Cell) -> str:
    """A cell as text: invisible characters gone, spaces around it gone, nothing else changed."""
    if isinstance(cell, str) and cell.isalnum():
        # Letters, digits and Chinese characters only: nothing to take away.
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return _digits(cell)
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return _INVISIBLE.sub("", str(cell)).strip(" \t\r\n\u3000\u00a0")


def _digits(number: float) -> str:
    if not math.isfinite(number):
        raise InvalidValue("E-NUMBER-FORMAT", value=str(number))
    return str(int(number)) if number.is_integer() else repr(number)


def _compact(cell: Cell) -> tuple[str, str]:
    """An identifier without decoration: full width, spaces, a leading quote, ="…"."""
    text = clean(cell)
    if text.isascii() and text.isalnum():
        return text, "E-REPAIR-CLEANED" if isinstance(cell, str) and text != cell else ""
    plain = unicodedata.normalize("NFKC", text)
    quoted = _QUOTED_FORMULA.match(plain)
    plain = quoted.group(1) if quoted else plain.lstrip("'‘’`")
    plain = _SPACES.sub("", plain)
    repaired = isinstance(cell, str) and plain != cell
    return plain, "E-REPAIR-CLEANED" if repaired else ""


def _text(cell: Cell) -> Parsed:
    if isinstance(cell, int | float) and abs(cell) >= _EXACT_FLOAT:
        raise InvalidValue("E-TEXT-PRECISION", value=f"{cell:g}")
    return clean(cell) or None, ""


def _name(cell: Cell) -> Parsed:
    text = clean(cell)
    if not isinstance(cell, str) or text.isdigit():
        raise InvalidValue("E-NAME-DIGITS", value=text)
    name = normalise_name(text)
    return name or None, "E-REPAIR-NAME" if name != cell else ""


def _is_plain_id(text: str, today: date) -> bool:
    """Whether a text is a sound 18-character number as it stands: what nearly all cells are.

    It asks less than IdNumber.parse and never accepts more; whoever fails here is parsed in full.
    """
    if not _PLAIN_ID.match(text) or check_character(text[:17]) != text[17]:
        return False
    year, month, day = int(text[6:10]), int(text[10:12]), int(text[12:14])
    return today.year - 115 < year < today.year and 1 <= month <= 12 and 1 <= day <= 28


def _id_number(cell: Cell, today: date) -> Parsed:
    if isinstance(cell, str) and _is_plain_id(cell, today):
        return cell, ""
    if isinstance(cell, float) and abs(cell) >= _EXACT_FLOAT:
        raise InvalidValue("E-ID-PRECISION", value=f"{cell:.5E}")
    text, repair = _compact(cell)
    if len(text) in _CERTIFICATE_LENGTHS and text[:17].isdigit():
        # National exports give the disability certificate in the same column; it holds the number.
        certificate = DisabilityCertificate.parse(text, today=today)
        return certificate.id_number.value, "E-REPAIR-CERTIFICATE"
    number = IdNumber.parse(text, today=today)
    if number.repairs or number.value != text:
        repair = "E-REPAIR-ID15" if len(text) == 15 else "E-REPAIR-CLEANED"
    return number.value, repair


def _phone(cell: Cell) -> Parsed:
    text, repair = _compact(cell)
    plain = re.sub(r"^(\+?86)(?=1\d{10}$)", "", text.replace("-", "") if text[:1] != "0" else text)
    if not (_MOBILE.match(plain) or _LANDLINE.match(plain)):
        raise InvalidValue("E-PHONE-FORMAT", value=text)
    return plain, repair or ("E-REPAIR-CLEANED" if plain != text else "")


def _account(cell: Cell) -> Parsed:
    if isinstance(cell, float) and abs(cell) >= _EXACT_FLOAT:
        raise InvalidValue("E-ACCOUNT-PRECISION", value=f"{cell:.5E}")
    text, repair = _compact(cell)
    if re.match(r"^\d+(\.\d+)?[eE]\+?\d+$", text):
        raise InvalidValue("E-ACCOUNT-PRECISION", value=text)
    if not _ACCOUNT.match(text):
        raise InvalidValue("E-ACCOUNT-FORMAT", value=text)
    return text, repair


def _region(cell: Cell) -> Parsed:
    text, repair = _compact(cell)
    return str(RegionCode.parse(text)), repair


def _disability(cell: Cell) -> Parsed:
    if isinstance(cell, float) and abs(cell) >= _EXACT_FLOAT:
        raise InvalidValue("E-ID-PRECISION", value=f"{cell:.5E}")
    text, repair = _compact(cell)
    return DisabilityCertificate.parse(text).value, repair


def _credit_code(cell: Cell) -> Parsed:
    if isinstance(cell, float) and abs(cell) >= _EXACT_FLOAT:
        raise InvalidValue("E-TEXT-PRECISION", value=f"{cell:g}")
    text, repair = _compact(cell)
    upper = text.upper()
    return CreditCode(upper).value, repair or ("E-REPAIR-CLEANED" if upper != text else "")


def _number(cell: Cell) -> tuple[Decimal, str]:
    """An exact decimal: grouping commas, a currency sign and full width are let through."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise InvalidValue("E-NUMBER-FORMAT", value=str(cell))
    if isinstance(cell, int):
        return Decimal(cell), ""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise InvalidValue("E-NUMBER-FORMAT", value=str(cell))
        return Decimal(repr(cell)), ""
    text, repair = _compact(cell)
    plain = text.lstrip("¥").removesuffix("元")
    if not _AMOUNT.match(plain):
        raise InvalidValue("E-NUMBER-FORMAT", value=text)
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation as error:
        raise InvalidValue("E-NUMBER-FORMAT", value=text) from error
    return number, repair or ("E-REPAIR-CLEANED" if plain != text or "," in plain else "")


def _money(cell: Cell) -> Parsed:
    repair = ""
    if isinstance(cell, float):
        # A formula leaves dust such as 0.30000000000000004; that is no third decimal.
        near = round(cell, 2) if math.isfinite(cell) else cell
        amount = Money.parse(near if abs(near - cell) < _DUST else cell)
    elif isinstance(cell, str):
        text, repair = _compact(cell)
        plain = text.lstrip("¥").removesuffix("元")
        amount = Money.parse(plain)
        repair = repair or ("E-REPAIR-CLEANED" if plain != text or "," in plain else "")
    elif isinstance(cell, int):
        amount = Money.parse(cell)
    else:
        raise InvalidValue("E-MONEY-FORMAT", text=str(cell))
    return amount.yuan, repair


def _decimal(cell: Cell, scale: int | None) -> Parsed:
    """An area or a distance; what lies below the contract's decimals is rounded away."""
    number, repair = _number(cell)
    if scale is not None and -int(number.as_tuple().exponent) > scale:
        number = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return number, repair


def _integer(cell: Cell) -> Parsed:
    number, repair = _number(cell)
    if number != number.to_integral_value():
        raise InvalidValue("E-NUMBER-INTEGER", value=str(number))
    return int(number), repair


def _date(cell: Cell) -> Parsed:
    if isinstance(cell, datetime):
        return cell.date(), ""
    if isinstance(cell, date):
        return cell, ""
    text = unicodedata.normalize("NFKC", clean(cell))
    if text.isdigit() and len(text) == 8:
        return _calendar(text[:4], text[4:6], text[6:], text), ""
    if isinstance(cell, int | float) and text.isdigit():
        if _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
            return _EPOCH + timedelta(days=int(text)), "E-REPAIR-SERIAL"
        raise InvalidValue("E-DATE-FORMAT", value=text)
    match = _DATE.match(_SPACES.sub(" ", text))
    if not match:
        raise InvalidValue("E-DATE-FORMAT", value=text)
    year, month, day = match.group(1, 2, 3)
    return _calendar(year, month, day, text), ""


def _calendar(year: str, month: str, day: str, text: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise InvalidValue("E-DATE-IMPOSSIBLE", value=text) from error
    if found.year < 1900:
        raise InvalidValue("E-DATE-IMPOSSIBLE", value=text)
    return found


def _month(cell: Cell) -> Parsed:
    if isinstance(cell, datetime | date):
        return f"{cell.year:04d}-{cell.month:02d}", ""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", clean(cell)))
    match = _MONTH.match(text)
    # 2026.1 may be January or a number that lost the nought of October.
    if not match or (isinstance(cell, float) and match.group(3)):
        day = _DATE.match(text)
        if not day:
            raise InvalidValue("E-MONTH-FORMAT", value=text)
        year, month = day.group(1, 2)
    else:
        year, month = match.group(1), match.group(2) or match.group(3) or match.group(4)
    if not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2100:
        raise InvalidValue("E-MONTH-FORMAT", value=text)
    return f"{year}-{int(month):02d}", ""


def _boolean(cell: Cell) -> Parsed:
    if isinstance(cell, bool):
        return cell, ""
    text = _compact(cell)[0].lower()
    if text in _YES or text in _NO:
        return text in _YES, ""
    raise InvalidValue("E-BOOLEAN-UNKNOWN", value=clean(cell))


def _code_parser(column: Column) -> Parser:
    codes = codelists.get(column.code_list or "")
    allowed = "、".join(entry.zh for entry in codes.entries[:8])
    if len(codes.entries) > 8:
        allowed += "…"

    def one(text: str) -> str | None:
        entry = codes.by_label(text)
        if entry is None and text.isascii() and text.isupper():
            entry = codes.by_code(text)
        return entry.code if entry else None

    def single(cell: Cell) -> Parsed:
        text = clean(cell)
        found = one(text)
        if found is None:
            raise InvalidValue("E-CODE-UNKNOWN", value=text, allowed=allowed)
        return found, ""

    def several(cell: Cell) -> Parsed:
        text = clean(cell)
        whole = one(text)
        if whole is not None:
            return (whole,), ""
        found: list[str] = []
        for part in filter(None, _SEPARATORS.split(unicodedata.normalize("NFKC", text))):
            code = one(part)
            if code is None:
                raise InvalidValue("E-CODE-UNKNOWN", value=part, allowed=allowed)
            if code not in found:
                found.append(code)
        return tuple(found), ""

    return several if column.type == "codes" else single
