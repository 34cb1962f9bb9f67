"""Django application: stored files."""

from __future__ import annotations

from django.apps import AppConfig

from bangfu.foundation.crypto import holdings


class FilesConfig(AppConfig):
    """Stored files."""

    name = "bangfu.foundation.files"
    label = "files"
    verbose_name = "文件"

    def ready(self) -> None:
        """Say that stored files lie encrypted, so that a change of keys reaches them."""
        # It needs the models, which exist from here on.
        from bangfu.foundation.files.holding import StoredFiles  # noqa: PLC0415

        holdings.add_store(StoredFiles())
