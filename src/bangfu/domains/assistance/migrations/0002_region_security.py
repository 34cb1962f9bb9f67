"""Row security by region, no two pairings of a household at one time, versions that only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

TABLES = ("assistance_pairing", "assistance_handover", "assistance_pairing_version")
# Ranges alone need no extension: the household stands as the range of its hash of 64 bits. An
# empty term, of a pairing that was handed over on the day on which it began, overlaps nothing.
NO_OVERLAP = """
ALTER TABLE assistance_pairing ADD CONSTRAINT assistance_pairing_no_overlap EXCLUDE USING gist (
    int8range(uuid_hash_extended(household_id, 0), uuid_hash_extended(household_id, 0), '[]')
        WITH &&,
    daterange(valid_from, valid_to + 1, '[)') WITH &&
) WHERE (voided_at IS NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("assistance", "0001_pairings")]

    operations = [
        *[EnableRegionRls(table) for table in TABLES],
        AppendOnly("assistance_pairing_version"),
        migrations.RunSQL(
            NO_OVERLAP,
            "ALTER TABLE assistance_pairing DROP CONSTRAINT assistance_pairing_no_overlap",
        ),
    ]
