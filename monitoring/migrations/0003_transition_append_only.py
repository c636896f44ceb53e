from django.db import migrations

from accounts.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_public_ids")]

    operations = [append_only("monitoring_transition"), append_only("monitoring_transition_files")]
