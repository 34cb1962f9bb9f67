"""Running deadlines that rest on days off nobody knows yet; and one status a household."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0006_case_papers_and_batches_security")]

    operations = [
        migrations.RunSQL(
            [
                "CREATE INDEX IF NOT EXISTS monitoring_clock_unsure ON monitoring_clock (region_code)"
                " WHERE ended_on IS NULL AND is_provisional"
            ],
            ["DROP INDEX IF EXISTS monitoring_clock_unsure"],
        ),
        migrations.RunSQL(
            [
                "CREATE UNIQUE INDEX IF NOT EXISTS monitoring_one_status"
                " ON monitoring_proceeding (household_id)"
                " WHERE procedure = 'status' AND closed_at IS NULL AND household_id IS NOT NULL"
            ],
            ["DROP INDEX IF EXISTS monitoring_one_status"],
        ),
    ]
