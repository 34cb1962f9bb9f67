"""Django application: users and their posts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and their posts."""

    name = "bangfu.foundation.accounts"
    label = "accounts"
    verbose_name = "账号"
