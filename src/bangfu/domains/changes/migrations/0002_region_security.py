"""Row security by region, keys that hold the region, steps and evidence that only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

TABLES = ("changes_request", "changes_step", "changes_evidence", "changes_request_version")
GROWING = ("changes_step", "changes_evidence", "changes_request_version")


def add_key(table):
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_request_key"
        " FOREIGN KEY (region_code, request_id) REFERENCES changes_request (region_code, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_request_key",
    )


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_requests")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        *[AppendOnly(table) for table in GROWING],
        add_key("changes_step"),
        add_key("changes_evidence"),
    ]
