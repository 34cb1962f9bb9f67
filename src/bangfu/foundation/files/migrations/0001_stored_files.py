"""Stored files, with row security by region."""

from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bangfu.kernel.uuid7.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("sm3", models.CharField(max_length=64)),
                ("path", models.CharField(max_length=200)),
                ("created_by", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "files_stored",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="files_stored_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 0)), name="files_stored_has_a_size"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sm3__regex", "^[0-9a-f]{64}$")),
                        name="files_stored_hash_is_sm3",
                    ),
                ],
            },
        ),
        EnableRegionRls("files_stored"),
    ]
