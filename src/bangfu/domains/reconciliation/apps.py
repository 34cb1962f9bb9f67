"""Django application of the reconciliation."""

from __future__ import annotations

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Comparisons with the national export and their items."""

    name = "bangfu.domains.reconciliation"
    label = "reconciliation"
    verbose_name = "与全国系统核对"
