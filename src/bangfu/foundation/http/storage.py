"""Whether what went wrong is a full disk: the one fault that an office can mend by itself."""

from __future__ import annotations

import errno

# 53100 disk_full (PostgreSQL: Appendix A. Error Codes).
_DATABASE = "53100"
_SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(error: BaseException) -> bool:
    """Return whether the error, or what caused it, says that a disk or a quota is full."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if isinstance(current, OSError) and current.errno in _SYSTEM:
            return True
        if getattr(current, "sqlstate", None) == _DATABASE:
            return True
        current = current.__cause__ or current.__context__
    return False
