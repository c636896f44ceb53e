from django.db import migrations

from accounts.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_handover_copy")]

    operations = [append_only("accounts_handovercopy")]
