"""Django application: background work."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work."""

    name = "bangfu.foundation.jobs"
    label = "jobs"
    verbose_name = "任务"
