"""How a person is reached by SMS: a telephone that he has proved to be his, and on or off."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from django.utils import timezone
from django.utils.crypto import salted_hmac

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.crypto.tokens import phone_token
from bangfu.foundation.notifications import wording
from bangfu.foundation.notifications.models import Contact, StoppedPhone
from bangfu.foundation.notifications.ports import Answer, Outcome, Ports, Sms
from bangfu.kernel.errors import Conflict, InvalidValue, Refused
from bangfu.kernel.masks import mask_phone
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.standards import messages

_MOBILE = re.compile(r"1[3-9]\d{9}")
_SALT = "bangfu.messages.code"


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One's own settings; telephones masked."""

    is_available: bool
    is_sms_on: bool
    phone: str
    is_bounced: bool
    is_stopped: bool
    pending_phone: str


def get_settings(scope: Scope) -> ContactRecord:
    """Return the settings of the scope's own person."""
    with activate(scope):
        row = Contact.objects.filter(user_id=scope.actor.id).first()
        return _record(row)


def change_settings(*, scope: Scope, at: datetime, is_sms_on: bool) -> ContactRecord:
    """Turn SMS on or off. Raises Conflict E-MESSAGE-PHONE without a telephone that was proved."""
    with activate(scope):
        row = _locked(scope, at)
        if is_sms_on and row.confirmed_at is None:
            raise Conflict("E-MESSAGE-PHONE")
        row.is_sms_on, row.changed_at = is_sms_on, at
        row.save(update_fields=["is_sms_on", "changed_at"])
        _audit(scope, "messages.settings.changed", at, {"sms": is_sms_on})
        return _record(row)


def ask_code(*, scope: Scope, at: datetime, phone: str, language: str) -> ContactRecord:
    """Send a code to a telephone that is to be one's own.

    Raises InvalidValue E-MESSAGE-PHONE-NUMBER, Conflict E-MESSAGE-CODES (too many today), Refused
    E-MESSAGE-GATEWAY (no gateway, or it did not take it). The answer does not tell whether
    somebody else has the same telephone.
    """
    if not _MOBILE.fullmatch(phone):
        raise InvalidValue("E-MESSAGE-PHONE-NUMBER")
    if Ports.gateway is None:
        raise Refused("E-MESSAGE-GATEWAY")
    code = f"{secrets.randbelow(1_000_000):06d}"
    today = timezone.localdate(at)
    minutes = messages.get_count("sms.code_minutes", today)
    with activate(scope):
        row = _locked(scope, at)
        used = row.codes if row.codes_on == today else 0
        if used >= messages.get_count("sms.codes_a_day", today):
            raise Conflict("E-MESSAGE-CODES")
        row.codes_on, row.codes, row.code_tries = today, used + 1, 0
        row.pending_phone, row.code_hash = phone, _hash(scope, phone, code)
        row.code_until, row.changed_at = at + timedelta(minutes=minutes), at
        row.save()
        _audit(scope, "messages.code.asked", at, {"today": used + 1})
        record = _record(row)
    answer = _send(phone, {"code": code, "minutes": minutes}, language)
    if answer.outcome is not Outcome.SENT:
        raise Refused("E-MESSAGE-GATEWAY")
    return record


def confirm(*, scope: Scope, at: datetime, code: str, language: str) -> ContactRecord:
    """Take the code; the telephone counts from now on and SMS are on.

    Raises Conflict E-MESSAGE-CODE-OVER (none asked for, too old, wrong too often), InvalidValue
    E-MESSAGE-CODE (wrong); a wrong one is counted.
    """
    with activate(scope):
        row = _locked(scope, at)
        most = messages.get_count("sms.code_tries", timezone.localdate(at))
        is_over = row.code_until is None or at >= row.code_until or row.code_tries >= most
        if is_over or row.pending_phone is None:
            raise Conflict("E-MESSAGE-CODE-OVER")
        row.code_tries += 1
        is_right = compare_digest(row.code_hash, _hash(scope, str(row.pending_phone), code))
        if is_right:
            row.phone, row.phone_token = row.pending_phone, phone_token(str(row.pending_phone))
            row.pending_phone, row.code_hash, row.code_until = None, "", None
            row.confirmed_at, row.bounced_at, row.is_sms_on = at, None, True
            row.language, row.changed_at = language, at
            _audit(scope, "messages.phone.confirmed", at, {})
        row.save()
        record = _record(row)
    if not is_right:
        raise InvalidValue("E-MESSAGE-CODE")
    return record


def stop(*, scope: Scope, at: datetime, phone: str) -> None:
    """Put a telephone on the stop list: nothing is sent there again. Raises InvalidValue
    E-MESSAGE-PHONE-NUMBER."""
    if not _MOBILE.fullmatch(phone):
        raise InvalidValue("E-MESSAGE-PHONE-NUMBER")
    with activate(scope):
        StoppedPhone.objects.get_or_create(
            token=phone_token(phone), defaults={"reason": "ADMINISTRATOR", "since": at}
        )
        _audit(scope, "messages.phone.stopped", at, {"reason": "ADMINISTRATOR"})


def is_stopped(token: str) -> bool:
    """Whether a telephone gets no SMS, by its token."""
    return bool(token) and StoppedPhone.objects.filter(token=token).exists()


def _send(phone: str, params: dict[str, object], language: str) -> Answer:
    subject = messages.get_subject("messages.code")
    text = wording.said(subject.sms[language], subject, params, language)
    words = wording.words(subject.sms[language], subject, params, language)
    assert Ports.gateway is not None
    return Ports.gateway.send(Sms(str(uuid7()), phone, subject.template, words, text))


def _locked(scope: Scope, at: datetime) -> Contact:
    Contact.objects.bulk_create(
        [Contact(user_id=scope.actor.id, changed_at=at)], ignore_conflicts=True
    )
    return Contact.objects.select_for_update().get(user_id=scope.actor.id)


def _hash(scope: Scope, phone: str, code: str) -> str:
    words = f"{scope.actor.id}:{phone}:{code}"
    return salted_hmac(_SALT, words, algorithm="sha256").hexdigest()


def _record(row: Contact | None) -> ContactRecord:
    is_there = Ports.gateway is not None
    if row is None:
        return ContactRecord(is_there, False, "", False, False, "")
    return ContactRecord(
        is_available=is_there,
        is_sms_on=row.is_sms_on,
        phone=mask_phone(str(row.phone)) if row.phone else "",
        is_bounced=row.bounced_at is not None,
        is_stopped=is_stopped(row.phone_token),
        pending_phone=mask_phone(str(row.pending_phone)) if row.pending_phone else "",
    )


def _audit(scope: Scope, action: str, at: datetime, detail: dict[str, object]) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="messages.settings",
        subject_id=scope.actor.id,
        region_code=str(scope.region),
        detail=detail,
    )
