"""Places in a list, signed: a forged or foreign cursor is refused (F52)."""

from __future__ import annotations

from typing import Any

from django.core import signing

from bangfu.kernel.errors import InvalidValue

_SALT = "bangfu.cursor"


def seal(of_list: str, values: list[Any]) -> str:
    """Return the cursor after a row with these sort values; `of_list` names list and order."""
    return signing.dumps([of_list, values], salt=_SALT, compress=True)


def unseal(of_list: str, text: str | None) -> list[Any] | None:
    """Return the sort values of a cursor; None for none. Raises InvalidValue E-API-CURSOR."""
    if not text:
        return None
    try:
        named, values = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidValue("E-API-CURSOR") from error
    if named != of_list:
        raise InvalidValue("E-API-CURSOR")
    return list(values)
