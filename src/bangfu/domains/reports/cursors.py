"""Places in a list, signed: a forged or foreign cursor is refused (F52)."""

from __future__ import annotations

from typing import Any

from django.core import signing

from bangfu.kernel.errors import InvalidValue

_SALT = "bangfu.households.cursor"


def seal(sort: str, values: list[Any]) -> str:
    """Return the cursor after a row with these sort values."""
    return signing.dumps([sort, values], salt=_SALT, compress=True)


def unseal(sort: str, text: str | None) -> list[Any] | None:
    """Return the sort values of a cursor; None for none. Raises InvalidValue E-REPORTS-CURSOR."""
    if not text:
        return None
    try:
        of_sort, values = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidValue("E-REPORTS-CURSOR") from error
    if of_sort != sort:
        raise InvalidValue("E-REPORTS-CURSOR")
    return list(values)
