"""Ship the standard catalogue of measures; running it again adds only what is missing."""

from django.db import migrations

from assistance.catalogue import STANDARD


def install(apps, schema_editor):
    measure_type = apps.get_model("assistance", "MeasureType")
    for category, item, developmental in STANDARD:
        measure_type.objects.get_or_create(category=category, item=item, defaults={"developmental": developmental})


class Migration(migrations.Migration):
    dependencies = [("assistance", "0002_ends_and_withdrawals")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
