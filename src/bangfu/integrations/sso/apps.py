"""Django application: the province's sign-in."""

from __future__ import annotations

from django.apps import AppConfig


class SsoConfig(AppConfig):
    """The province's sign-in."""

    name = "bangfu.integrations.sso"
    label = "sso"
    verbose_name = "统一身份认证"
