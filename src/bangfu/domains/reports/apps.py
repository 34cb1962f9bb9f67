"""Django application of the reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Overview, household list and page, exports."""

    name = "bangfu.domains.reports"
    label = "reports"
    verbose_name = "统计与查询"
