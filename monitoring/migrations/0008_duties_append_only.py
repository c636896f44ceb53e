from django.db import migrations

from accounts.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_quick_feed_rows")]

    operations = [append_only("monitoring_dutytaken")]
