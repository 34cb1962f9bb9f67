"""Django application of the change requests."""

from __future__ import annotations

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """Change requests, their steps and evidence."""

    name = "bangfu.domains.changes"
    label = "changes"
    verbose_name = "户籍变更"
