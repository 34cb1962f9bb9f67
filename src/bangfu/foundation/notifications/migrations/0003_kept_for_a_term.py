"""Messages that were read are deleted after a term, by the platform alone."""

from django.db import migrations

from bangfu.foundation.notifications.security import SystemDeletes


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_language_and_subject")]

    operations = [
        SystemDeletes("notifications_message", "read_at IS NOT NULL"),
        SystemDeletes("notifications_outbox", "state NOT IN ('WAITING', 'SENDING')"),
    ]
