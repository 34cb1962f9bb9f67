"""Messages (消息) to the people who work here: inbox, SMS, and one digest a working day.

`notify` writes a message, and what has to leave by SMS, in the caller's transaction. What may be
said stands in `standards/messages.yaml`: numbers, counts, days and places, never a name or a
family's standing. The way out is a port that the server binds; whom a fact concerns, the domains
say.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.foundation.notifications.domain import Note as Note
    from bangfu.foundation.notifications.services import notify as notify
    from bangfu.foundation.notifications.services import notify_many as notify_many

_HOMES = {"Note": "domain", "notify": "services", "notify_many": "services"}


def __getattr__(name: str) -> Any:
    """Fetch at use: models load only after Django has loaded the apps."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
