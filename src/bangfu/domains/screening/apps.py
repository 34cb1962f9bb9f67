"""Django application of the screening."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Runs and hints."""

    name = "bangfu.domains.screening"
    label = "screening"
    verbose_name = "监测筛查"

    def ready(self) -> None:
        """Register the job handler."""
        import_module("bangfu.domains.screening.tasks")
