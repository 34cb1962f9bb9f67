"""How this installation stands with its witness: which one it named, and what it handed over.

The name stands in the log itself, so that whoever removes it breaks the chain. What the witness
shows is then held against what was sent: a witness that is away, empty, short or another one is a
fault and never "nothing to compare with".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit import services, witness
from bangfu.foundation.audit.findings import Fault, Finding
from bangfu.foundation.audit.models import AuditEvent, Checkpoint
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.scope import Scope

NAMED = "audit.witness.named"
SUBJECT = "audit.witness"


@dataclass(frozen=True, slots=True)
class Standing:
    """The witness that was named last ("" before the first), the one that is set, and the segments
    of which checkpoints were sent to it since; `has_sent`: any checkpoint was ever taken."""

    named: str
    stated: str
    sent: Counter[int]
    has_sent: bool

    @property
    def is_moved(self) -> bool:
        """Whether another witness is set than the one that was named."""
        return bool(self.named) and self.named != self.stated

    @property
    def is_begun(self) -> bool:
        """Whether the witness must hold something."""
        return bool(self.named) or self.has_sent


def get_standing(*, using: str = "default") -> Standing:
    """Return how things stand. Asked before the witness is read: what is sent between the two is
    then more than is expected and never less."""
    with activate(system_scope(NATION, "audit"), using=using):
        events = AuditEvent.objects.using(using).filter(subject_kind=SUBJECT, action=NAMED)
        last = events.order_by("-id").first()
        taken = Checkpoint.objects.using(using).filter(error="")
        since = taken.filter(made_at__gte=last.at) if last else taken.none()
        return Standing(
            named=last.subject_id if last else "",
            stated=witness.name(witness.place())[:120],
            sent=Counter(since.values_list("number", flat=True)),
            has_sent=taken.exists(),
        )


def find_fault(standing: Standing, lines: Sequence[witness.Line] | None) -> Finding | None:
    """Return what is wrong with the witness that is set; `lines` is None when it is not readable.

    The finding names the first segment of which a checkpoint is missing, 0 for the whole witness.
    """
    if standing.is_moved:
        return Finding(Fault.MOVED, 0)
    if lines is None or (standing.is_begun and not lines):
        return Finding(Fault.GONE, 0)
    missing = standing.sent - Counter(line.number for line in lines)
    return Finding(Fault.SHORT, min(missing)) if missing else None


def note_named(scope: Scope, standing: Standing, *, at: datetime, reason: str) -> None:
    """Write into the log which witness checkpoints go to from now on; `reason` is "" at first."""
    services.record(
        scope,
        NAMED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=standing.stated,
        region_code=str(NATION),
        detail={"before": standing.named, "reason": reason},
    )
