"""What was spent of the budgets of requests."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Spent",
            fields=[
                ("key", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField()),
                ("used", models.IntegerField()),
            ],
            options={
                "db_table": "limits_spent",
                "indexes": [models.Index(fields=["ends_at"], name="limits_spent_over")],
            },
        ),
    ]
