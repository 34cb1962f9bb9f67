"""What a command or the worker asks of the chain as a whole."""

from __future__ import annotations

from django.utils import timezone

from bangfu.foundation.access.scopes import activate, command_scope, system_scope
from bangfu.foundation.audit import checkpoints, sealer, selectors, services, verifying
from bangfu.foundation.audit.checkpoints import Sent
from bangfu.foundation.audit.findings import Report
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.scope import Scope


def verify_and_record(*, against: str | None = None, by: str = "") -> Report:
    """Verify the chain and write down that it was done, by whom and what was found.

    `by` names the command; empty means the worker. Raises as `verifying.verify`.
    """
    report = verifying.verify(against=against)
    scope: Scope = command_scope(NATION, by) if by else system_scope(NATION, "audit")
    first = report.first
    with activate(scope):
        services.record(
            scope,
            selectors.VERIFIED,
            at=timezone.now(),
            subject_kind="audit.chain",
            subject_id=str(report.segments),
            region_code=str(NATION),
            detail={
                "sound": report.is_sound,
                "rows": report.rows,
                "fault": str(first.fault) if first else "",
                "segment": first.segment if first else 0,
                "against": "setting" if against is None else "other" if against else "nothing",
                "off_box": report.is_off_box,
            },
        )
    return report


def keep() -> None:
    """Seal, send checkpoints and verify once a day in this process; the worker calls it."""
    sealer.start(("verify", verify_if_due, 600.0))


def verify_if_due() -> None:
    """Verify once a day; the screen of the audit administrator shows what came of it."""
    if selectors.is_verification_due(timezone.now()):
        verify_and_record()


def send_checkpoint(
    *, where: str = "", after_restore: str = "", new_witness: str = ""
) -> Sent | None:
    """Seal what waits and send a checkpoint, to `where` a copy; with a reason, acknowledge a
    restore or a new witness with it.

    Raises Refused E-AUDIT-WITNESS and its kin, E-AUDIT-KEY, E-AUDIT-NOTHING-LOST.
    """
    sealer.seal_all()
    now = timezone.now()
    scope = command_scope(NATION, "audit checkpoint")
    if after_restore:
        return checkpoints.acknowledge_restore(scope, at=now, reason=after_restore)
    if new_witness:
        return checkpoints.name_witness(scope, at=now, reason=new_witness)
    return checkpoints.copy(where, at=now) if where else checkpoints.send(scope, at=now)
