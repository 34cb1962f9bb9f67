"""Places and their changes of code: reference data."""

from django.db import migrations, models

import bangfu.foundation.database.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "code",
                    bangfu.foundation.database.fields.RegionCodeField(
                        primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_collation="C", max_length=100)),
                ("level", models.SmallIntegerField()),
                (
                    "parent_code",
                    bangfu.foundation.database.fields.RegionCodeField(blank=True, default=""),
                ),
                ("kind", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={
                "db_table": "regions_region",
                "indexes": [
                    models.Index(fields=["parent_code", "code"], name="regions_region_children"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 0), ("level__lte", 5)),
                        name="regions_region_level_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegionChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("old_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("old_name", models.CharField(max_length=100)),
                (
                    "new_code",
                    bangfu.foundation.database.fields.RegionCodeField(blank=True, default=""),
                ),
                ("changed_in", models.SmallIntegerField()),
                ("is_whole", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "regions_change",
                "indexes": [models.Index(fields=["new_code"], name="regions_change_by_new")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("old_code", "new_code", "changed_in"), name="regions_change_once"
                    )
                ],
            },
        ),
    ]
