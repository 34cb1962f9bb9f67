"""Row security by region, objections in the region of their notice, versions that only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

VERSIONS = ("publicity_notice_version", "publicity_objection_version")
TABLES = ("publicity_notice", "publicity_objection", *VERSIONS)


class Migration(migrations.Migration):
    dependencies = [("publicity", "0001_notices")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        *[AppendOnly(table) for table in VERSIONS],
        migrations.RunSQL(
            "ALTER TABLE publicity_objection ADD CONSTRAINT publicity_objection_notice_key"
            " FOREIGN KEY (region_code, notice_id) REFERENCES publicity_notice (region_code, id)",
            "ALTER TABLE publicity_objection DROP CONSTRAINT publicity_objection_notice_key",
        ),
    ]
