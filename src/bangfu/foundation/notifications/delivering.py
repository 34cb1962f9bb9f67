"""What leaves the house: each message once by each way, whatever dies in between (fault F48).

A row is claimed in one transaction, sent outside any, and marked in another. A worker killed
between sending and marking leaves its claim behind; whoever takes it up asks the gateway first
whether it has the key. Only where the gateway cannot say is it sent again, and at most as often
as `sms.unclear`: the one duplicate that a person may see.
"""

from __future__ import annotations

import time as clock
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts.selectors import is_in_force
from bangfu.foundation.notifications import contacts, wording
from bangfu.foundation.notifications.domain import OutboxState
from bangfu.foundation.notifications.hours import quiet_until
from bangfu.foundation.notifications.models import Contact, Outbox, StoppedPhone
from bangfu.foundation.notifications.ports import Answer, Outcome, Ports, Sms, SmsGateway
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import messages

NATION = RegionCode("000000000000")
# After how long a claim counts as left behind; longer than a gateway may take to answer.
LEASE = timedelta(minutes=3)
# What one round may take, so that other jobs of the worker are not held up.
ROUND_SECONDS = 20.0
STOPPED = "STOPPED"
_NEVER_AGAIN = frozenset({"STOPPED"})


@dataclass
class Delivered:
    """What a round did, by how each message ended."""

    sent: int = 0
    skipped: int = 0
    dead: int = 0
    later: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows were taken up."""
        return self.sent + self.skipped + self.dead + self.later


def system() -> Scope:
    """Return the scope under which messages leave: the platform's own, the whole nation."""
    return system_scope(NATION, "messages")


def deliver(*, at: datetime, seconds: float = ROUND_SECONDS, most: int = 2000) -> Delivered:
    """Send what is due at `at`, until nothing is or the time is over.

    Safe beside other workers doing the same. Without a gateway nothing is touched: what was
    written waits for one.
    """
    done = Delivered()
    gateway = Ports.gateway
    if gateway is None:
        return done
    _take_bounces(gateway, at)
    until = clock.monotonic() + seconds
    while done.total < most and clock.monotonic() < until:
        row = _claim(at)
        if row is None:
            break
        state, answer, next_at = _settle(gateway, row, at)
        _mark(row, state, answer, next_at, at)
        _count(done, state, answer)
    return done


def _claim(at: datetime) -> Outbox | None:
    """Take up the oldest row that is due or was left behind."""
    with activate(system()):
        due = Q(state=OutboxState.WAITING, next_at__lte=at)
        left = Q(state=OutboxState.SENDING, claimed_at__lte=at - LEASE)
        rows = Outbox.objects.select_for_update(skip_locked=True, of=("self",))
        row = rows.filter(due | left).order_by("next_at", "id").first()
        if row is None:
            return None
        if row.state == OutboxState.SENDING:
            row.unclear += 1
        row.state, row.claimed_at = OutboxState.SENDING, at
        row.attempts += 1
        row.save(update_fields=["state", "claimed_at", "attempts", "unclear"])
        return row


def _settle(
    gateway: SmsGateway, row: Outbox, at: datetime
) -> tuple[OutboxState, Answer, datetime | None]:
    """Return what becomes of a claimed row: its state, why, and when it is tried again."""
    on = timezone.localdate(at)
    sms, skipped = _written(row, at)
    if sms is None:
        return OutboxState.SKIPPED, Answer(Outcome.REFUSED, skipped), None
    if row.unclear:
        known = gateway.find(sms.key)
        if known.outcome in (Outcome.SENT, Outcome.REFUSED):
            return _ended(known)
        if known.outcome is not Outcome.UNKNOWN and row.unclear > messages.get_count(
            "sms.unclear", on
        ):
            return OutboxState.DEAD, Answer(Outcome.UNCLEAR, "UNCLEAR"), None
    waits = quiet_until(row.subject, at)
    if waits is not None:
        row.attempts -= 1
        return OutboxState.WAITING, Answer(Outcome.LATER, "QUIET"), waits
    answer = gateway.send(sms)
    if answer.outcome in (Outcome.SENT, Outcome.REFUSED):
        return _ended(answer)
    if answer.outcome is Outcome.UNCLEAR:
        row.unclear += 1
    if row.attempts >= messages.get_count("sms.attempts", on):
        return OutboxState.DEAD, Answer(answer.outcome, answer.reason or "TRIED"), None
    return OutboxState.WAITING, answer, at + _wait(row, answer, at)


def _ended(answer: Answer) -> tuple[OutboxState, Answer, None]:
    is_sent = answer.outcome is Outcome.SENT
    return (OutboxState.SENT if is_sent else OutboxState.DEAD), answer, None


def _wait(row: Outbox, answer: Answer, at: datetime) -> timedelta:
    """Return how long to wait: doubled each time, at least what the gateway asked for."""
    on = timezone.localdate(at)
    first = messages.get_count("sms.wait_minutes", on)
    most = messages.get_count("sms.wait_most", on)
    doubled = timedelta(minutes=min(first * 2 ** max(row.attempts - 1, 0), most))
    return max(doubled, timedelta(seconds=min(answer.wait_seconds, most * 60)))


def _written(row: Outbox, at: datetime) -> tuple[Sms | None, str]:
    """Return the SMS as it leaves now, or None and why nobody gets it."""
    with activate(system()):
        contact = Contact.objects.filter(user_id=row.user_id).first()
        if contact is None or not contact.is_sms_on or not contact.phone:
            return None, "OFF"
        if contact.bounced_at is not None:
            return None, "BOUNCED"
        if contacts.is_stopped(contact.phone_token):
            return None, STOPPED
        params = dict(row.message.params)
    if not is_in_force(row.user_id, None, (), at):
        return None, "GONE"
    subject = messages.get_subject(row.subject)
    written = subject.sms[contact.language]
    text = wording.said(written, subject, params, contact.language)
    words = wording.words(written, subject, params, contact.language)
    return Sms(str(row.id), str(contact.phone), subject.template, words, text), ""


def _mark(
    row: Outbox, state: OutboxState, answer: Answer, next_at: datetime | None, at: datetime
) -> None:
    """Write how a claimed row ended; nothing where somebody else has taken it up since."""
    with activate(system()):
        mine = Outbox.objects.filter(
            id=row.id, state=OutboxState.SENDING, claimed_at=row.claimed_at
        )
        mine.update(
            state=state,
            reason=answer.reason[:40],
            next_at=next_at or row.next_at,
            attempts=row.attempts,
            unclear=row.unclear,
            done_at=None if state == OutboxState.WAITING else at,
        )
        if answer.reason in _NEVER_AGAIN and state == OutboxState.DEAD:
            _stop(row, at)


def _stop(row: Outbox, at: datetime) -> None:
    """The gateway says that the telephone's owner wants nothing: keep to it from now on."""
    contact = Contact.objects.filter(user_id=row.user_id).first()
    if contact is not None and contact.phone_token:
        StoppedPhone.objects.get_or_create(
            token=contact.phone_token, defaults={"reason": "GATEWAY", "since": at}
        )


def _take_bounces(gateway: SmsGateway, at: datetime) -> None:
    """Note which SMS did not arrive; their telephones get none until they are proved anew."""
    keys = list(gateway.bounced())
    if not keys:
        return
    with activate(system()):
        rows = Outbox.objects.filter(id__in=keys, state=OutboxState.SENT)
        users = list(rows.values_list("user_id", flat=True))
        rows.update(state=OutboxState.DEAD, reason="BOUNCED", done_at=at)
        Contact.objects.filter(user_id__in=users).update(bounced_at=at)
    gateway.forget(keys)


def _count(done: Delivered, state: OutboxState, answer: Answer) -> None:
    if state == OutboxState.SENT:
        done.sent += 1
    elif state == OutboxState.SKIPPED:
        done.skipped += 1
    elif state == OutboxState.DEAD:
        done.dead += 1
    else:
        done.later += 1
    if answer.reason:
        done.reasons[answer.reason] = done.reasons.get(answer.reason, 0) + 1
