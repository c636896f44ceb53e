"""Public identifiers, so that no address shows how many rows there are."""

import uuid

from django.db import migrations, models


def fill(apps, schema_editor):
    for name in ("feedbatch", "matchrun"):
        model = apps.get_model("monitoring", name)
        for pk in model.objects.filter(uid__isnull=True).values_list("pk", flat=True):
            model.objects.filter(pk=pk).update(uid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [
        migrations.AddField("feedbatch", "uid", models.UUIDField(editable=False, null=True)),
        migrations.AddField("matchrun", "uid", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("feedbatch", "uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AlterField("matchrun", "uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
    ]
