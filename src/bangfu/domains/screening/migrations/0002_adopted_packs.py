"""The packs that counties adopted; rows are only added."""

from django.db import migrations, models

import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0001_hints_and_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="PackAdoption",
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
                ("pack", models.CharField(max_length=80)),
                ("pack_version", models.CharField(max_length=40)),
                ("pack_hash", models.CharField(blank=True, default="", max_length=64)),
                ("document_no", models.CharField(max_length=80)),
                ("note", models.TextField(blank=True, default="")),
                ("from_period", models.CharField(db_collation="C", max_length=7)),
                ("adopted_at", models.DateTimeField()),
                ("adopted_by", models.CharField(max_length=120)),
            ],
            options={
                "db_table": "screening_pack_adoption",
                "indexes": [
                    models.Index(
                        fields=["region_code", "-from_period", "-id"],
                        name="screening_adoption_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_period__regex", "^\\d{4}-(0[1-9]|1[0-2])$")),
                        name="screening_adoption_from_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document_no", ""), _negated=True),
                        name="screening_adoption_has_a_document",
                    ),
                ],
            },
        ),
        EnableRegionRls(
            "screening_pack_adoption",
            visible="left(region_code, 6) = left((SELECT bangfu_scope_from()), 6)",
        ),
        AppendOnly("screening_pack_adoption"),
    ]
