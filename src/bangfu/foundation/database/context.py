"""Telling the database, for one transaction, whose rows it may show: signed, so that whoever can
only write SQL cannot say it.

The signature covers the connection's process and the start of its transaction, which the database
names first (the challenge): the signature of another user, connection or transaction is worth
nothing. The functions in `rls` check it; what does not check is no scope, and shows no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.foundation.database import scope_keys
from bangfu.foundation.database.rls import SCOPE_FROM, SCOPE_TO, SIGNATURE, USER_ID
from bangfu.kernel.errors import Refused

_CHALLENGE = "SELECT bangfu_challenge()"
_SET = (
    f"SELECT set_config('{SCOPE_FROM}', %s, true), set_config('{SCOPE_TO}', %s, true),"
    f" set_config('{USER_ID}', %s, true), set_config('{SIGNATURE}', %s, true),"
    " bangfu_scope_from(), bangfu_user_id()"
)


@dataclass(frozen=True, slots=True)
class Context:
    """Whose rows the transaction shows: division codes from `lower` to below `upper`, and the
    user's own; all empty means no row."""

    lower: str = ""
    upper: str = ""
    user_id: str = ""


NOTHING = Context()


def enter(cursor: Any, context: Context, challenge: str = "") -> str:
    """Set the context of the transaction that `cursor` stands in; return its challenge.

    `challenge` is what an earlier call in the same transaction returned; it saves asking again.
    Raises Refused E-DB-SCOPE-KEY when the database does not know the key that signed.
    """
    if context == NOTHING:
        cursor.execute(_SET, ["", "", "", ""])
        return challenge
    if not challenge:
        cursor.execute(_CHALLENGE)
        challenge = str(cursor.fetchone()[0])
    words = [context.lower, context.upper, context.user_id]
    signature = scope_keys.get().sign(":".join([challenge, *words]))
    cursor.execute(_SET, [*words, signature])
    *_, lower, user_id = cursor.fetchone()
    if (lower or "", user_id or "") != (context.lower, context.user_id):
        raise Refused("E-DB-SCOPE-KEY", path=str(scope_keys.path()))
    return challenge
