"""Row security by region, keys that hold the county, versions that only grow.

A round and a window are their county's: its towns and villages read them and write none.
"""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

IN_COUNTY = "left(region_code, 6) = left((SELECT bangfu_scope_from()), 6)"
OF_COUNTY = ("rounds_round", "rounds_round_version", "rounds_window", "rounds_window_version")
BELOW = (
    "rounds_entry",
    "rounds_entry_version",
    "rounds_signature",
    "rounds_correction",
    "rounds_correction_version",
)
GROWING = (
    "rounds_round_version",
    "rounds_entry_version",
    "rounds_window_version",
    "rounds_correction_version",
)


def add_key(table, column, parent):
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_key"
        f" FOREIGN KEY (county_code, {column}) REFERENCES {parent} (county_code, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_key",
    )


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_rounds_and_windows")]

    operations = [
        *[EnableRegionRls(table, visible=IN_COUNTY) for table in OF_COUNTY],
        *[EnableRegionRls(table) for table in BELOW],
        *[AppendOnly(table) for table in GROWING],
        add_key("rounds_entry", "round_id", "rounds_round"),
        add_key("rounds_signature", "window_id", "rounds_window"),
        add_key("rounds_correction", "window_id", "rounds_window"),
    ]
