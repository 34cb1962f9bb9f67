"""Django application of the register."""

from __future__ import annotations

from django.apps import AppConfig

from bangfu.foundation.crypto import holdings


class RegistryConfig(AppConfig):
    """Households, persons and their history."""

    name = "bangfu.domains.registry"
    label = "registry"
    verbose_name = "户籍档案"

    def ready(self) -> None:
        """Name the ciphertext in what acts keep to be undone by (`acts.values.to_json`)."""
        names = frozenset({"id_number", "phone", "account", "disability_certificate_no"})
        holdings.add("registry_act", "changes", names, holdings.HEX)
