"""Django application: the audit log."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "bangfu.foundation.audit"
    label = "audit"
    verbose_name = "审计"
