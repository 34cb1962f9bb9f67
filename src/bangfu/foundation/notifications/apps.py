"""Django application: messages to the people who work here."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to the people who work here."""

    name = "bangfu.foundation.notifications"
    label = "notifications"
    verbose_name = "消息"

    def ready(self) -> None:
        # Needs the models, which exist from here on.
        from bangfu.foundation.accounts import watching as accounts  # noqa: PLC0415
        from bangfu.foundation.notifications import watching  # noqa: PLC0415

        accounts.subscribe(watching.on_done)
