"""Django application of the register."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Households, persons and their history."""

    name = "bangfu.domains.registry"
    label = "registry"
    verbose_name = "户籍档案"
