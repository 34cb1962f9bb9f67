"""Django application of the screening."""

from __future__ import annotations

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Runs and hints."""

    name = "bangfu.domains.screening"
    label = "screening"
    verbose_name = "监测筛查"

    def ready(self) -> None:
        # Its modules need the models, which exist from here on.
        from bangfu.domains.quality.ports import Ports  # noqa: PLC0415
        from bangfu.domains.screening import packs  # noqa: PLC0415

        Ports.adopted_pack = staticmethod(packs.adopted_folder)
