"""What a scope may see of a column: all of it, a masked form, or nothing (`standards.columns`).

The answer is worked out here alone. Selectors of the register apply it before a value leaves them,
so that pages, lists, exports and commands above cannot forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bangfu.foundation.access.roles import require
from bangfu.kernel.masks import mask_account, mask_id, mask_phone
from bangfu.kernel.scope import Scope
from bangfu.standards import columns
from bangfu.standards.columns import ColumnClass

OPEN, MASKED, HIDDEN = "OPEN", "MASKED", "HIDDEN"
_MASKS: dict[str, Callable[[str], str]] = {
    "id": mask_id,
    "phone": mask_phone,
    "account": mask_account,
}


@dataclass(frozen=True, slots=True)
class Access:
    """How a column is shown to somebody, and whether they may reveal single values of it."""

    shown: str
    can_reveal: bool = False
    mask: str | None = None

    def apply(self, value: Any) -> Any:
        """Return what may be shown of a value; None of a hidden one, whatever it is."""
        if self.shown == OPEN or value in (None, ""):
            return None if self.shown == HIDDEN else value
        if self.shown == HIDDEN or self.mask is None:
            return None
        return _MASKS[self.mask](str(value))


_OPEN = Access(OPEN)


def access_to(scope: Scope, dataset: str, column: str) -> Access:
    """Return what `scope` may see of a column of a dataset, e.g. ("registry/member", "phone").

    An identifying value is masked even where its class is open, and hidden with its class.
    """
    found = columns.find(dataset, column)
    if found is None:
        return _OPEN
    can_reveal = scope.allows(found.cls.reveal)
    if found.mask is not None and (found.cls.read is None or scope.allows(found.cls.read)):
        return Access(MASKED, can_reveal, found.mask)
    if found.cls.read is not None and scope.allows(found.cls.read):
        return _OPEN
    return Access(HIDDEN, can_reveal, found.mask)


def opened_classes(scope: Scope) -> list[str]:
    """Return the names of the classes that are open to a scope as a whole, for the audit log."""
    return [
        one.name
        for one in columns.list_classes()
        if one.read is not None and scope.allows(one.read)
    ]


def closed_classes(scope: Scope) -> frozenset[str]:
    """Return the names of the classes that a post could open as a whole and this one cannot."""
    return frozenset(
        one.name
        for one in columns.list_classes()
        if one.read is not None and not scope.allows(one.read)
    )


def is_open(scope: Scope, name: str) -> bool:
    """Return whether the class `name` is open to a scope as a whole."""
    cls = columns.get_class(name)
    return cls.read is not None and scope.allows(cls.read)


def require_reveal(scope: Scope, cls: ColumnClass) -> None:
    """Refuse unless the scope may reveal values of a class. Raises NotAllowed."""
    require(scope, cls.reveal)
