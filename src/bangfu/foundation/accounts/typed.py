"""Passwords as they were typed: allauth's text fields take spaces at both ends away.

NIST SP 800-63B 5.1.1.2 and OWASP ASVS 5.0 6.2.8 ask that a password is compared exactly as it was
given. Whoever sets one with a space at its end must get in with it and not without.
"""

from __future__ import annotations

from allauth.headless.account.inputs import ChangePasswordInput, LoginInput
from django import forms

_FIELDS = (
    (LoginInput, "password"),
    (ChangePasswordInput, "current_password"),
    (ChangePasswordInput, "new_password"),
)


def keep_spaces() -> None:
    """Let allauth's fields for passwords leave them as they are; called once, by the app."""
    for form, name in _FIELDS:
        field = form.base_fields[name]
        assert isinstance(field, forms.CharField)
        field.strip = False
