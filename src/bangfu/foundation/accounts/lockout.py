"""Lock-out (登录失败处理): limits how often passwords are tried (F58, GB/T 22239-2019 8.1.4.1 b).

An attempt is written down as a failure before the password is looked at and turned into a success
afterwards, so that fifty tries at once count as fifty. Two limits hold. Of an account: after so
many failures in a row it is locked for a while; failures from addresses where its holder signs in
and from elsewhere count apart, so a stranger cannot lock the holder out. Of an address: when too
many accounts fail from it, it is refused for a while, except for the accounts it is known to.
A name that does not exist is treated like one that does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bangfu.foundation.accounts.credentials import SignInAttempt
from bangfu.kernel.errors import NotAllowed
from bangfu.standards import passwords


class TooManyAttempts(NotAllowed):
    """The account or the address is locked for the time being."""


def subject_of(username: str) -> str:
    """Return the keyed digest under which attempts at an account are counted.

    What people type into the field may be a password, so the name itself is not kept.
    """
    digest = salted_hmac("bangfu.sign-in", username.strip().casefold(), algorithm="sha256")
    return str(digest.hexdigest())


def begin(*, username: str, address: str, at: datetime) -> UUID:
    """Write down an attempt as a failure and return its id, for `succeed`.

    Raises TooManyAttempts: E-SIGN-IN-LOCKED for the account, E-SIGN-IN-ADDRESS for the address.
    """
    subject = subject_of(username)
    with transaction.atomic():
        _one_at_a_time(subject)
        is_known = _is_known(subject, address, at)
        if is_locked(subject=subject, is_known_address=is_known, at=at):
            raise TooManyAttempts("E-SIGN-IN-LOCKED")
        if not is_known and _is_address_refused(address, at):
            raise TooManyAttempts("E-SIGN-IN-ADDRESS")
        attempt = SignInAttempt.objects.create(
            at=at, subject=subject, address=address, is_known_address=is_known
        )
    return attempt.id


def succeed(attempt_id: UUID, *, at: datetime) -> None:
    """Turn an attempt into a success, and forget attempts that no rule looks at any more."""
    SignInAttempt.objects.filter(id=attempt_id).update(is_success=True)
    oldest = at - timedelta(days=_rule("known_days", at))
    SignInAttempt.objects.filter(at__lt=oldest).delete()


def unlock(username: str) -> int:
    """Forget the failures of an account; return how many there were."""
    failures = SignInAttempt.objects.filter(subject=subject_of(username), is_success=False)
    return failures.delete()[0]


def is_locked(*, subject: str, is_known_address: bool, at: datetime) -> bool:
    """Return whether the newest tries of an account were as many failures in a row as it takes.

    They must have come within the time of a lock, and the last of them less than that ago.
    """
    limit = _rule("failures", at)
    length = timedelta(minutes=_rule("minutes", at))
    newest = list(
        SignInAttempt.objects.filter(subject=subject, is_known_address=is_known_address)
        .order_by("-at", "-id")
        .values_list("at", "is_success")[:limit]
    )
    if len(newest) < limit or any(is_success for _, is_success in newest):
        return False
    last, first = newest[0][0], newest[-1][0]
    return bool(at < last + length and last - first < length)


def _is_known(subject: str, address: str, at: datetime) -> bool:
    since = at - timedelta(days=_rule("known_days", at))
    return SignInAttempt.objects.filter(
        subject=subject, address=address, is_success=True, at__gt=since
    ).exists()


def _is_address_refused(address: str, at: datetime) -> bool:
    since = at - timedelta(minutes=_rule("address_minutes", at))
    failing = SignInAttempt.objects.filter(address=address, is_success=False, at__gt=since)
    limit = _rule("address_accounts", at)
    return failing.values("subject").distinct().count() >= limit


def _rule(name: str, at: datetime) -> int:
    return passwords.get(f"lockout.{name}", timezone.localdate(at))


def _one_at_a_time(subject: str) -> None:
    """Let attempts at one account be counted one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(subject[:15], 16)])
