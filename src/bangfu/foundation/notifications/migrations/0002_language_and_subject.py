"""The language of a person's SMS, and what an SMS on its way out is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_messages")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="language",
            field=models.CharField(default="zh", max_length=2),
        ),
        migrations.AddField(
            model_name="outbox",
            name="subject",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        ),
    ]
