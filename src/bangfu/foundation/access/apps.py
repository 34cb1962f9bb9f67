"""Django application of the access rules."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Roles, scopes and the row security functions."""

    name = "bangfu.foundation.access"
    label = "access"
    verbose_name = "权限"
