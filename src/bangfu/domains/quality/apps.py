"""Django application of the data-quality work list."""

from __future__ import annotations

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Checks, items and exceptions."""

    name = "bangfu.domains.quality"
    label = "quality"
    verbose_name = "数据核查"
