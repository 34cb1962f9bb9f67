"""Django application of the notices."""

from __future__ import annotations

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    """Notices and objections."""

    name = "bangfu.domains.publicity"
    label = "publicity"
    verbose_name = "公示与异议"
