"""The app of the counted budgets."""

from __future__ import annotations

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Budgets of requests."""

    name = "bangfu.foundation.limits"
    label = "limits"
