"""Django application of the pairings."""

from __future__ import annotations

from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Pairings of cadres and households, and their handovers."""

    name = "bangfu.domains.assistance"
    label = "assistance"
    verbose_name = "结对帮扶"

    def ready(self) -> None:
        """Listen to who leaves, and to the register."""
        # Only now are the models there that the receivers read.
        from bangfu.domains.assistance import receivers  # noqa: PLC0415

        receivers.connect()
