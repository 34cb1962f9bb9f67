"""Row security by region; an explained hit goes where its proceeding goes."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

TABLES = (
    "monitoring_explained_hit",
    "monitoring_held_batch",
    "monitoring_held_batch_version",
    "monitoring_bulk_act",
    "monitoring_village_list",
    "monitoring_village_row",
)


def follow(table, column, other):
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_key"
            f" FOREIGN KEY (region_code, {column})"
            f" REFERENCES {other} (region_code, id) ON UPDATE CASCADE"
        ],
        [f"ALTER TABLE {table} DROP CONSTRAINT {table}_key"],
    )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_clues_and_lists")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        AppendOnly("monitoring_held_batch_version"),
        follow("monitoring_explained_hit", "proceeding_id", "monitoring_proceeding"),
        follow("monitoring_village_row", "list_id", "monitoring_village_list"),
    ]
