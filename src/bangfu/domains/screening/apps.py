"""Django application of the screening."""

from __future__ import annotations

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Runs and hints."""

    name = "bangfu.domains.screening"
    label = "screening"
    verbose_name = "监测筛查"
