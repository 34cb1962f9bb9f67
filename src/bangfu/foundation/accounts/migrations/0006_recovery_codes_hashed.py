"""Recovery codes that were shown are kept as hashes, and their seeds are gone.

Sets that nobody has seen yet stay sealed until they are shown.
"""

from typing import Any

from django.db import migrations

from bangfu.foundation.accounts.recovery_codes import HASHES, hashed


def hash_codes(apps: Any, editor: Any) -> None:
    """Hash every set that was shown; sets hashed already are left alone."""
    authenticators = apps.get_model("mfa", "Authenticator")
    rows = authenticators.objects.using(editor.connection.alias).filter(type="recovery_codes")
    for row in rows:
        if row.data.get("viewed_at") and HASHES not in row.data:
            row.data = hashed(row.data)
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_departments_of_posts"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(hash_codes, migrations.RunPython.noop)]
