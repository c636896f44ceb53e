from django.db import migrations

from accounts.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("records", "0001_books_and_problems")]

    operations = [append_only("records_problemstep"), append_only("records_problemstep_files")]
