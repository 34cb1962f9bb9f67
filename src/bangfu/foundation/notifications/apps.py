"""Django application: messages to the people who work here."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to the people who work here."""

    name = "bangfu.foundation.notifications"
    label = "notifications"
    verbose_name = "消息"
