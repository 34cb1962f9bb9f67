"""Acts on keys, each with its audit row: change them, take an old one out."""

from __future__ import annotations

from datetime import datetime

from django.db import connections

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.crypto import rotation
from bangfu.foundation.crypto.rotation import Progress, Rotation
from bangfu.foundation.database import scope_keys
from bangfu.foundation.database.routers import OWNER
from bangfu.kernel.scope import Scope


def rotate_keys(
    *,
    scope: Scope,
    at: datetime,
    progress: Progress | None = None,
    batch: int = rotation.BATCH,
    patience: float = rotation.PATIENCE,
) -> tuple[Rotation, int | None]:
    """Change the key that encrypts values, and then the key that signs the database's context.

    Returns the rotation, and the id of the new signing key: None when the rotation finished an
    earlier one or is not finished itself. `scope` is the nation's. Raises as `rotation.rotate`.
    """
    _note(scope, "crypto.rotation.started", at, {})
    found = rotation.rotate(progress=progress, batch=batch, patience=patience)
    signing: int | None = None
    if found.is_new and found.left == 0:
        with connections[OWNER].cursor() as cursor:
            signing = scope_keys.rotate(cursor)
    detail = {"key": found.key, "rewritten": found.rewritten, "left": found.left}
    _note(scope, "crypto.rotation.ended", at, {**detail, "signing_key": signing})
    return found, signing


def retire_key(*, scope: Scope, at: datetime, number: int) -> None:
    """Take an old key out of the keyring. Raises as `rotation.retire`."""
    rotation.retire(number)
    _note(scope, "crypto.key.retired", at, {"key": number})


def _note(scope: Scope, action: str, at: datetime, detail: dict[str, object]) -> None:
    with activate(scope):
        audit.record(
            scope,
            action,
            at=at,
            subject_kind="crypto.keyring",
            subject_id="keyring",
            region_code=str(scope.region),
            detail=detail,
        )
