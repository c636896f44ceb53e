"""The key of a feed row is made of its batch and position, which takes the place of an index over the batch."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("monitoring", "0010_return_reasons_and_templates"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="feedrow", name="feed_row_batch_person"),
        migrations.AddField(
            model_name="feedrow",
            name="asset",
            field=models.BooleanField(default=False, help_text="资产类数据，核查时按人查找"),
        ),
        migrations.AlterField(
            model_name="feedrow",
            name="id",
            field=models.BigIntegerField(primary_key=True, serialize=False),
        ),
        migrations.RunSQL(
            "UPDATE monitoring_feedrow SET id = batch_id * 4294967296 + position",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE monitoring_feedrow SET asset = TRUE WHERE batch_id IN (SELECT id FROM monitoring_feedbatch "
            "WHERE feed IN ('vehicles', 'properties', 'companies', 'public_payroll'))",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="feedrow",
            index=models.Index(condition=models.Q(("asset", True)), fields=["person"], name="feed_row_asset_person"),
        ),
    ]
