"""Row security by region; papers and rows of lists go where their case goes; papers only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

PARTS = ("monitoring_case_paper", "monitoring_decision_batch_row")
TABLES = (*PARTS, "monitoring_decision_batch", "monitoring_decision_batch_version")


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
    dependencies = [("monitoring", "0005_case_papers_and_batches")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        AppendOnly("monitoring_case_paper"),
        AppendOnly("monitoring_decision_batch_version"),
        *[follow(table) for table in PARTS],
    ]
