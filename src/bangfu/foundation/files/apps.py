"""Django application: stored files."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored files."""

    name = "bangfu.foundation.files"
    label = "files"
    verbose_name = "文件"
