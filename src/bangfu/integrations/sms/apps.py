"""Django application: the SMS gateway, bound where one is set."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings

from bangfu.kernel.errors import Refused
from bangfu.standards import messages


class SmsConfig(AppConfig):
    """The SMS gateway."""

    name = "bangfu.integrations.sms"
    label = "sms"
    verbose_name = "短信"

    def ready(self) -> None:
        """Bind the gateway of the settings; without an address nothing leaves by SMS.

        Raises Refused E-MESSAGE-SENDER where the signature itself tells too much.
        """
        from bangfu.foundation.notifications.ports import Ports  # noqa: PLC0415
        from bangfu.integrations.sms.gateway import HttpGateway  # noqa: PLC0415

        if settings.BANGFU_SMS_URL:
            word = messages.tells_too_much(settings.BANGFU_SMS_SENDER)
            if word:
                raise Refused("E-MESSAGE-SENDER", word=word)
            Ports.gateway = HttpGateway(
                url=settings.BANGFU_SMS_URL,
                key_id=settings.BANGFU_SMS_KEY_ID,
                secret=settings.BANGFU_SMS_SECRET,
                sender=settings.BANGFU_SMS_SENDER,
                timeout=settings.BANGFU_SMS_TIMEOUT,
            )
