"""Django application: users and their posts."""

from __future__ import annotations

from django.apps import AppConfig

from bangfu.foundation.crypto import holdings


class AccountsConfig(AppConfig):
    """Users and their posts."""

    name = "bangfu.foundation.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        # Its modules need the models, which exist from here on.
        from bangfu.foundation.accounts import receivers, recovery_codes, typed  # noqa: PLC0415

        receivers.connect()
        typed.keep_spaces()
        recovery_codes.use_hashes()
        # What `adapter.Factors` encrypts: secrets of one-time codes, seeds of recovery codes that
        # nobody has seen yet, hashes of the others.
        names = frozenset({"secret", "seed", "migrated_codes", recovery_codes.HASHES})
        holdings.add("mfa_authenticator", "data", names, holdings.BASE64, key_type="integer")
