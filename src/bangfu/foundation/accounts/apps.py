"""Django application: users and their posts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and their posts."""

    name = "bangfu.foundation.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        # Its modules need the models, which exist from here on.
        from bangfu.foundation.accounts import receivers  # noqa: PLC0415

        receivers.connect()
