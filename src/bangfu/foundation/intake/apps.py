"""Django application of the intake."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Batches of incoming files."""

    name = "bangfu.foundation.intake"
    label = "intake"
    verbose_name = "收件"
