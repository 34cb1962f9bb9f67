"""Tables of sign-in: passwords that were in use, and who tried to sign in.

They belong to no region: a password is nobody's but its owner's, and an attempt may name an
account that does not exist. No selector shows their rows to anybody.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from bangfu.kernel.uuid7 import uuid7


class PasswordRecord(models.Model):
    """A password that a user had or has, hashed: the newest row is the one in use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()
    # Somebody else knows it, so its holder must change it before anything else.
    is_provisional = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_password_record"
        indexes = [models.Index(fields=["user", "-set_at"], name="accounts_password_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at}"


class SignInAttempt(models.Model):
    """One try of a password. `subject` is a keyed digest of the name that was typed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    subject = models.CharField(max_length=64)
    address = models.GenericIPAddressField()
    # Whether this account had signed in from this address of late.
    is_known_address = models.BooleanField()
    # False until the password was found right: a crash in between counts as a failure.
    is_success = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_sign_in_attempt"
        indexes = [
            models.Index(fields=["subject", "-at"], name="accounts_attempt_by_subject"),
            models.Index(fields=["address", "-at"], name="accounts_attempt_by_address"),
            models.Index(fields=["at"], name="accounts_attempt_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.subject[:8]}"
