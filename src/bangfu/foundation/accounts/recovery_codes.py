"""Recovery codes (恢复码) as salted hashes, in place of allauth's one seed for all of them.

allauth derives a set of codes from a seed that it keeps encrypted. Until its holder has seen the
set it stays so, and none of it opens anything; with the one look the codes are hashed, each with
a salt of its own, and the seed is gone (OWASP ASVS 5.0 6.5.2). Ten digits can be guessed by whoever
has the hashes, so these are encrypted under the installation's key besides.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from types import SimpleNamespace
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils import timezone

from bangfu.standards import passwords

HASHES = "hashes"
_SALT_BYTES = 16
_SCHEME = "pbkdf2-sha256"


class HashedCodes(RecoveryCodes):
    """A set of codes of which only hashes are left once it was shown."""

    instance: Any

    def generate_codes(self) -> list[str]:
        """Return the codes; of a set that was shown as many empty texts as there were codes."""
        if HASHES in self.instance.data:
            return [""] * int(self.instance.data["total"])
        codes: list[str] = super().generate_codes()
        return codes

    def get_unused_codes(self) -> list[str]:
        """Return what is left; in clear for the one answer that shows it, else empty texts."""
        shown = getattr(self.instance, "shown_codes", None)
        if shown is not None:
            return list(shown)
        if HASHES in self.instance.data:
            return [""] * len(self.instance.data[HASHES])
        left: list[str] = super().get_unused_codes()
        return left

    def mark_as_viewed(self) -> None:
        """Forget the codes but for their hashes; this very object still tells them once."""
        if self.did_view:
            return
        self.instance.shown_codes = super().get_unused_codes()
        self.instance.data = hashed({**self.instance.data, "viewed_at": time.time()})
        self.instance.save(update_fields=["data"])

    @transaction.atomic
    def validate_code(self, code: str) -> bool:
        """Return whether a code is one of the set and unused, and use it up."""
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        kept = list(self.instance.data.get(HASHES, ()))
        given = normalize_user_code(code)
        # An authenticator's code is asked of us as well; it is shorter, and hashing takes long.
        if len(given) != self.instance.data.get("digits"):
            return False
        found = [one for one in kept if _fits(given, decrypt(one))]
        if not found:
            return False
        kept.remove(found[0])
        self.instance.data = {**self.instance.data, HASHES: kept}
        self.instance.save(update_fields=["data"])
        return True


def hashed(data: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a set in place of its seed: a hash of each unused code."""
    known = RecoveryCodes(SimpleNamespace(data=data))
    left = {name: data[name] for name in data.keys() - {"seed", "used_mask", "migrated_codes"}}
    codes = known.get_unused_codes()
    return {
        **left,
        HASHES: [encrypt(_hash(normalize_user_code(code))) for code in codes],
        "total": len(known.generate_codes()),
        "digits": max((len(code) for code in codes), default=0),
    }


def use_hashes() -> None:
    """Let allauth keep recovery codes this way; it has no setting for it."""
    auth.RecoveryCodes = HashedCodes
    flows.RecoveryCodes = HashedCodes


def _hash(code: str) -> str:
    rounds = passwords.get("recovery.rounds", timezone.localdate())
    salt = secrets.token_bytes(_SALT_BYTES)
    words = (_SCHEME, str(rounds), _text(salt), _text(_derived(code, salt, rounds)))
    return "$".join(words)


def _fits(code: str, kept: str) -> bool:
    _, rounds, salt, digest = kept.split("$")
    found = _derived(code, base64.b64decode(salt), int(rounds))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _derived(code: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, rounds)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
