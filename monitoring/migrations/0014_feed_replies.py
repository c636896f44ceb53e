import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0013_heading_mappings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=30, verbose_name="数据")),
                ("period", models.DateField(help_text="当月第一天", verbose_name="数据月份")),
                ("replied_on", models.DateField(verbose_name="回告日期")),
                (
                    "results",
                    models.JSONField(
                        help_text="回告时的条数，见 monitoring.run_results.FeedResults", verbose_name="结果"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="附言")),
                ("recorded_at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "replied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="回告人",
                    ),
                ),
            ],
            options={
                "verbose_name": "部门数据回告",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["feed", "period"], name="feed_reply_month")],
            },
        ),
        append_only("monitoring_feedreply"),
    ]
