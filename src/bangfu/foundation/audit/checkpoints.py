"""Checkpoints (检查点): the newest hash of the chain, sent to the witness once a minute."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit import services, standing, witness
from bangfu.foundation.audit.keys import get_key
from bangfu.foundation.audit.models import Checkpoint, Segment
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.errors import Refused
from bangfu.kernel.scope import Scope

RETRY_SECONDS = 15
_LOCK = 0x62616E6766755F62
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"


@dataclass(frozen=True, slots=True)
class Sent:
    """A checkpoint that the witness has: segments and rows below it, its hash, and where it is."""

    number: int
    rows: int
    chain: str
    made_at: str
    where: str


def send(
    scope: Scope | None = None,
    *,
    at: datetime,
    lost: int = 0,
    kept: int = 0,
    reason: str = "",
    anew: bool = False,
) -> Sent | None:
    """Send a checkpoint of the newest segment to the witness; the system does when nobody is named.

    The log names the witness with its first checkpoint. From then on neither another one nor one
    that lost what it had takes its place, but for `anew`, which names it again. Returns None for
    a chain without segments. Raises Refused E-AUDIT-KEY, E-AUDIT-WITNESS and its kin.
    """
    line = _newest(at, lost, kept, reason)
    if line is None:
        return None
    place = witness.place()
    who = scope or system_scope(NATION, "audit")
    with activate(who):
        stands = standing.get_standing()
        if stands.is_moved and not anew:
            raise Refused("E-AUDIT-WITNESS-MOVED", named=stands.named, stated=stands.stated)
        begins = anew or not stands.is_begun
        if anew or not stands.named:
            if not begins and not witness.lines(place):
                raise Refused("E-AUDIT-WITNESS-GONE", place=stands.stated)
            standing.note_named(who, stands, at=at, reason=reason)
        witness.deliver(line, place, begins=begins)
        Checkpoint.objects.create(made_at=at, number=line.number)
    return Sent(line.number, line.rows, line.chain, line.made_at, place)


def copy(where: str, *, at: datetime) -> Sent | None:
    """Write a checkpoint of the newest segment to another place than the witness.

    Returns None for a chain without segments. Raises Refused E-AUDIT-KEY, E-AUDIT-WITNESS,
    E-AUDIT-WITNESS-ADDRESS.
    """
    line = _newest(at)
    if line is None:
        return None
    witness.deliver(line, where)
    return Sent(line.number, line.rows, line.chain, line.made_at, where)


def _newest(at: datetime, lost: int = 0, kept: int = 0, reason: str = "") -> witness.Line | None:
    head = Segment.objects.order_by("-number").first()
    if head is None:
        return None
    return witness.signed(
        get_key(),
        number=head.number,
        rows=head.first + head.rows - 1,
        chain=bytes(head.chain),
        made_at=at,
        lost=lost,
        kept=kept,
        reason=reason,
    )


def send_if_due() -> None:
    """Send a checkpoint when the chain has grown and the last one is old enough.

    One process at a time; a witness that does not take it is asked again after 15 seconds, and
    the failure is kept for the screen.
    """
    now = timezone.now()
    if not _is_due(now):
        return
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(_TRY_LOCK, [_LOCK])
        if not cursor.fetchone()[0] or not _is_due(now):
            return
        try:
            send(at=now)
        except Refused as error:
            head = Segment.objects.order_by("-number").values_list("number", flat=True).first()
            Checkpoint.objects.create(made_at=now, number=head or 0, error=error.code)


def acknowledge_restore(scope: Scope, *, at: datetime, reason: str) -> Sent:
    """Tell the witness that this database was restored to an earlier state, and why.

    The chain goes on from where it is; the checkpoints above stay in the witness and are named by
    every later verification. A witness that burnt with the machine begins anew. Raises Refused
    E-AUDIT-NOTHING-LOST when all checkpoints agree, E-AUDIT-WITNESS and its kin.
    """
    stands = standing.get_standing()
    if stands.is_moved:
        raise Refused("E-AUDIT-WITNESS-MOVED", named=stands.named, stated=stands.stated)
    chains = {
        number: bytes(chain).hex()
        for number, chain in Segment.objects.values_list("number", "chain").iterator()
    }
    lines = witness.lines(witness.place())
    gone = [line.number for line in lines if chains.get(line.number) != line.chain]
    lacks = standing.find_fault(stands, lines) is not None
    if not chains or not (gone or lacks):
        raise Refused("E-AUDIT-NOTHING-LOST")
    agreeing = (line.number for line in lines if chains.get(line.number) == line.chain)
    lost = max(gone, default=0)
    kept = max((one for one in agreeing if gone and one < min(gone)), default=0)
    with activate(scope):
        services.record(
            scope,
            "audit.chain.restored",
            at=at,
            subject_kind="audit.chain",
            subject_id=str(kept),
            region_code=str(scope.region),
            detail={"lost": lost, "reason": reason},
        )
        sent = send(scope, at=at, lost=lost, kept=kept, reason=reason, anew=lacks)
    assert sent is not None
    note_head()
    return sent


def name_witness(scope: Scope, *, at: datetime, reason: str) -> Sent:
    """Let checkpoints go to the witness that is set now, because it was moved or lost its own.

    Log and witness keep the reason, and every later verification repeats it. Raises Refused
    E-AUDIT-WITNESS-SAME when the witness is the one that was named and lacks nothing,
    E-AUDIT-WITNESS and its kin.
    """
    stands = standing.get_standing()
    if standing.find_fault(stands, witness.lines(witness.place())) is None:
        raise Refused("E-AUDIT-WITNESS-SAME")
    sent = send(scope, at=at, reason=reason, anew=True)
    assert sent is not None, "a witness was named, so the chain has begun"
    return sent


def head_path() -> Path:
    """Return the file that holds the chain's newest hash on this machine, renewed at each seal."""
    return Path(settings.BANGFU_HOME) / "audit" / "head.json"


def note_head() -> None:
    """Write the newest hash beside the database, so that a cut of the last minute shows too."""
    head = Segment.objects.order_by("-number").first()
    if head is None:
        return
    path = head_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".head-{secrets.token_hex(6)}")
    draft.write_text(
        json.dumps({"number": head.number, "chain": bytes(head.chain).hex()}), encoding="ascii"
    )
    os.replace(draft, path)


def read_head() -> tuple[int, str] | None:
    """Return number and hash of that file; None when it is not there. (0, "") when malformed."""
    try:
        found = json.loads(head_path().read_text(encoding="ascii"))
        return int(found["number"]), str(found["chain"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _is_due(now: datetime) -> bool:
    last = Checkpoint.objects.order_by("-made_at", "-id").first()
    if last is None:
        return Segment.objects.exists()
    wait = RETRY_SECONDS if last.error else int(settings.BANGFU_AUDIT_CHECKPOINT_SECONDS)
    if now - last.made_at < timedelta(seconds=wait):
        return False
    return bool(last.error) or Segment.objects.filter(number__gt=last.number).exists()
