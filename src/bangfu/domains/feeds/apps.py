"""Django application of the departmental data."""

from __future__ import annotations

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    """Batches of departmental data and the authorisation ledger."""

    name = "bangfu.domains.feeds"
    label = "feeds"
    verbose_name = "部门数据"
