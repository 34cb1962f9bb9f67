"""The daily budget of values seen in full."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_acts")]

    operations = [
        migrations.CreateModel(
            name="RevealBudget",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "actor_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("actor_id", models.CharField(max_length=120)),
                ("day", models.DateField()),
                ("used", models.PositiveIntegerField()),
            ],
            options={"db_table": "registry_reveal_budget"},
        ),
    ]
