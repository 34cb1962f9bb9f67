"""Disability certificate number (残疾人证号): citizen ID, kind, grade, and B + reissue count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.text import normalise_text

_REISSUE = re.compile(r"B([1-9])")


@dataclass(frozen=True, slots=True)
class DisabilityCertificate:
    """A checked certificate number of 20 characters, or 22 after a reissue.

    `kind` 1 视力 2 听力 3 言语 4 肢体 5 智力 6 精神 7 多重 (two web pages swap 1 and 2; this order
    is that of the China Disabled Persons' Federation). `grade` 1–4, 1 the heaviest.
    """

    value: str
    id_number: IdNumber
    kind: int
    grade: int
    reissue: int = 0

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str, *, today: date | None = None) -> DisabilityCertificate:
        """Read a certificate number.

        Raises InvalidValue: E-DISABILITY-LENGTH, -KIND, -GRADE, -REISSUE, or those of the ID.
        """
        value = normalise_text(text).replace(" ", "").lstrip("'").upper()
        if len(value) not in (20, 22):
            raise InvalidValue("E-DISABILITY-LENGTH", length=len(value))
        number = IdNumber.parse(value[:18], today=today)
        if value[18] not in "1234567":
            raise InvalidValue("E-DISABILITY-KIND", kind=value[18])
        if value[19] not in "1234":
            raise InvalidValue("E-DISABILITY-GRADE", grade=value[19])
        return cls(value, number, int(value[18]), int(value[19]), _reissue(value[20:]))


def _reissue(tail: str) -> int:
    if not tail:
        return 0
    found = _REISSUE.fullmatch(tail)
    if found is None:
        raise InvalidValue("E-DISABILITY-REISSUE", tail=tail)
    return int(found.group(1))
