from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0014_feed_replies"),
    ]

    operations = [
        migrations.AddField(
            model_name="episodeevent",
            name="dated",
            field=models.BooleanField(default=True, verbose_name="日期已知"),
        ),
    ]
