"""Django application of rounds and year-end windows."""

from __future__ import annotations

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rounds, their entries; windows, their signatures and corrections."""

    name = "bangfu.domains.rounds"
    label = "rounds"
    verbose_name = "集中排查与年度采集"
