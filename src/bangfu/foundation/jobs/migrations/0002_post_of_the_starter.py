"""Jobs know the post in which they were started."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_jobs")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="post_id",
            field=models.UUIDField(blank=True, null=True),
        ),
    ]
