"""Row security by region, keys that hold the region, history that can only grow."""

from django.db import migrations

from bangfu.foundation.database.rls import AppendOnly, EnableRegionRls

TABLES = (
    "registry_household",
    "registry_person",
    "registry_membership",
    "registry_region_review",
    "registry_household_version",
    "registry_person_version",
    "registry_membership_version",
)
VERSIONS = TABLES[4:]

# A key from one table to another holds the region or the county, so that no row can point into a
# county that its writer may not see. A household that moves takes its memberships with it.
KEYS = (
    (
        "registry_household",
        "source",
        "(county_code, source_id)",
        "registry_source (county_code, id)",
        "",
    ),
    (
        "registry_person",
        "source",
        "(county_code, source_id)",
        "registry_source (county_code, id)",
        "",
    ),
    (
        "registry_membership",
        "source",
        "(county_code, source_id)",
        "registry_source (county_code, id)",
        "",
    ),
    (
        "registry_membership",
        "household",
        "(region_code, household_id)",
        "registry_household (region_code, id)",
        "ON UPDATE CASCADE",
    ),
    (
        "registry_membership",
        "person",
        "(county_code, person_id)",
        "registry_person (county_code, id)",
        "",
    ),
    (
        "registry_region_review",
        "household",
        "(region_code, household_id)",
        "registry_household (region_code, id)",
        "ON UPDATE CASCADE",
    ),
)


def add_key(table, name, columns, target, action):
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_key"
        f" FOREIGN KEY {columns} REFERENCES {target} {action}",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}_key",
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_households")]

    operations = [
        # A township sees from which file of its county a fact came, but writes only its own.
        EnableRegionRls(
            "registry_source", visible="county_code = left((SELECT bangfu_scope_from()), 6)"
        ),
        *[EnableRegionRls(table) for table in TABLES],
        *[AppendOnly(table) for table in VERSIONS],
        *[add_key(*key) for key in KEYS],
    ]
