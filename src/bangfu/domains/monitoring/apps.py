"""Django application of the proceedings."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Proceedings, their steps, clocks, handlers and the reports that they hold."""

    name = "bangfu.domains.monitoring"
    label = "monitoring"
    verbose_name = "监测办件"

    def ready(self) -> None:
        # Its modules need the models, which exist from here on.
        from bangfu.domains.monitoring import wiring  # noqa: PLC0415

        wiring.connect()
