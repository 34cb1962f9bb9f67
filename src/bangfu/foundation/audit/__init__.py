"""The audit log (审计): who did what to what, when and where, in the transaction of the write.

`audit.record(...)` for a write, in its transaction; `audit.record_read(...)` for a sensitive read;
`audit.record_refusal(...)` for a request that was refused. Rows carry labels and ids, no foreign
keys: the log outlives its subjects.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.foundation.audit.services import record as record
    from bangfu.foundation.audit.services import record_read as record_read
    from bangfu.foundation.audit.services import record_refusal as record_refusal

__all__ = ["record", "record_read", "record_refusal"]


def __getattr__(name: str) -> Any:
    """Fetch from `services` at use: models load only after Django has loaded the apps."""
    if name in __all__:
        return getattr(import_module("bangfu.foundation.audit.services"), name)
    raise AttributeError(name)
