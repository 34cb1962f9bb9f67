"""The functions of row security check the context's signature; see ADR 0084."""

from __future__ import annotations

from django.db import migrations

from bangfu.foundation.database.rls import SignedScope


class Migration(migrations.Migration):
    dependencies = []

    operations = [SignedScope()]
