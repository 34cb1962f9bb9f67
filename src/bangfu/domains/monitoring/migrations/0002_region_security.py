"""Row security by region, parts that follow their proceeding's region, parts that only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

PARTS = ("monitoring_step", "monitoring_clock", "monitoring_handler", "monitoring_origin")
TABLES = (
    "monitoring_proceeding",
    "monitoring_number",
    *PARTS,
    "monitoring_proceeding_version",
    "monitoring_clock_version",
)
GROWING = (
    "monitoring_step",
    "monitoring_origin",
    "monitoring_proceeding_version",
    "monitoring_clock_version",
)


def follow(table):
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_proceeding_key"
            " FOREIGN KEY (region_code, proceeding_id)"
            " REFERENCES monitoring_proceeding (region_code, id) ON UPDATE CASCADE"
        ],
        [f"ALTER TABLE {table} DROP CONSTRAINT {table}_proceeding_key"],
    )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_proceedings")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        *[AppendOnly(table) for table in GROWING],
        *[follow(table) for table in PARTS],
    ]
