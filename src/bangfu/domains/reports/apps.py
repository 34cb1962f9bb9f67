"""Django application of the reports."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import request_started


class ReportsConfig(AppConfig):
    """Overview, household list and page, exports."""

    name = "bangfu.domains.reports"
    label = "reports"
    verbose_name = "统计与查询"

    def ready(self) -> None:
        """Keep names of places no longer than a request."""
        # It reads tables, which exist from here on.
        from bangfu.domains.reports.places import forget_names  # noqa: PLC0415

        request_started.connect(forget_names)
