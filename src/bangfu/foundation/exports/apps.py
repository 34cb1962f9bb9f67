"""Django application: requests for bulk exports."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Requests for bulk exports."""

    name = "bangfu.foundation.exports"
    label = "exports"
    verbose_name = "导出"
