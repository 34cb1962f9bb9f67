"""Keyed tokens: the same value gives the same token, and nothing can be read back from it.

HMAC-SM3 (GB/T 32905, GM/T 0004) in lower-case hex, 64 characters. Each kind of value has its own
prefix, so that a phone number and an account number of equal digits have different tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cryptography.hazmat.primitives import hashes, hmac

from bangfu.foundation.crypto.keys import get_keyring

TokenKind = Literal["person", "phone", "account"]
TOKEN_LENGTH = 64


def person_token(id_number: str) -> str:
    """Return the token of a citizen ID number in its 18-character canonical form."""
    return tokens([id_number])[0]


def phone_token(phone: str) -> str:
    """Return the token of a phone number in digits."""
    return tokens([phone], kind="phone")[0]


def account_token(account: str) -> str:
    """Return the token of a bank account number in digits."""
    return tokens([account], kind="account")[0]


def tokens(values: Iterable[str], *, kind: TokenKind = "person") -> list[str]:
    """Return the tokens of canonical values, in order; raises ValueError for an empty value."""
    started = hmac.HMAC(get_keyring().token, hashes.SM3())
    started.update(f"{kind}:".encode())
    return [_token(started, value) for value in values]


def _token(started: hmac.HMAC, value: str) -> str:
    if not value:
        raise ValueError("an empty value has no token")
    worker = started.copy()
    worker.update(value.upper().encode())
    return worker.finalize().hex()
