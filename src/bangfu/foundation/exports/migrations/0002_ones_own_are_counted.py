"""What a person took counts together whatever post they held when they took it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """One's own rows are seen from every post; written they are under the region as before."""

    dependencies: ClassVar = [("exports", "0001_export_requests")]

    operations: ClassVar = [
        migrations.RunSQL(
            'CREATE POLICY also_visible ON "exports_taken" FOR SELECT'
            " USING (actor_id = (SELECT bangfu_user_id()))",
            'DROP POLICY also_visible ON "exports_taken"',
        ),
    ]
