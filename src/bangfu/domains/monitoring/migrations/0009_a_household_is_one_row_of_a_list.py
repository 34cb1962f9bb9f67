"""Clues of one household share a row of the village list, so a place is no longer one clue's."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0008_the_department_that_is_urged"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="villagelistrow",
            name="monitoring_village_row_has_a_place",
        ),
    ]
