"""Django application: places of the five levels."""

from __future__ import annotations

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Places of the five levels."""

    name = "bangfu.foundation.regions"
    label = "regions"
    verbose_name = "行政区划"
