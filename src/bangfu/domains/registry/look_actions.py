"""The names under which looks at a household stand in the audit log."""

from __future__ import annotations

SUBJECT = "registry.household"
VIEWED = "registry.household.viewed"
REVEALED = "registry.value.revealed"
REFUSED = "registry.value.reveal_refused"
DOCUMENT_OPENED = "registry.document.opened"
LOOKS = (VIEWED, REVEALED, REFUSED, DOCUMENT_OPENED)
