"""A job runs for the department of its starter's post alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_post_of_the_starter"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="department",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
