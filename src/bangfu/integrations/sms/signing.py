"""The signature of a request: HMAC-SHA256 over method, path, time and the digest of the body."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, method: str, path: str, moment: str, body: bytes) -> str:
    """Return the signature, 64 hex digits; `moment` is the time in whole seconds since 1970."""
    digest = hashlib.sha256(body).hexdigest()
    words = "\n".join([method, path, moment, digest])
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()
