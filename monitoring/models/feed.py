"""Department files as delivered, and their accepted rows."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from monitoring.querysets import FeedBatchQuerySet, FeedReplyQuerySet, FeedRowQuerySet

# A sheet has no more rows than fit into these, a file not either.
POSITION_BITS = 32


class FeedBatch(models.Model):
    """One file of one feed for one period.

    Of a feed and period at most one batch is current, beside its supplements: rows that were rejected, mended in the
    returned workbook and sent again. `evidence` names the kept rows as received (`monitoring.evidence`).
    """

    class State(models.TextChoices):
        CURRENT = "current", "有效"
        REPLACED = "replaced", "已被替换"
        UNDONE = "undone", "已撤销"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    feed = models.CharField("数据", max_length=30)
    period = models.DateField("数据月份", help_text="当月第一天")
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="原始文件")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CURRENT)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="替换的批次"
    )
    supplements = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="supplemented_by", verbose_name="补正的批次"
    )
    evidence = models.CharField("留存数据行", max_length=32, blank=True, editable=False)
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    imported_at = models.DateTimeField("导入时间")
    rows = models.PositiveIntegerField("行数")
    accepted = models.PositiveIntegerField("接收")
    rejected = models.PositiveIntegerField("退回")
    duplicates = models.PositiveIntegerField("重复")
    matched = models.PositiveIntegerField("匹配")
    name_differs = models.PositiveIntegerField("姓名不符")
    not_registered = models.PositiveIntegerField("未建档")
    errors = models.JSONField("退回明细", default=list)
    warnings = models.JSONField("提示", default=list)
    headings = models.JSONField("原表头", default=dict, help_text="工作表名 → 表头各列原文")
    learned = models.JSONField("指认的表头", default=list, help_text="[列, 表头原文]，导入时除约定写法外还认的表头")

    objects = FeedBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "部门数据批次"
        ordering = ["-period", "feed", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "period"],
                condition=Q(state="current", supplements__isnull=True),
                name="one_current_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.period:%Y-%m}"


class FeedRow(models.Model):
    """One accepted row, as far as the rules need it in plain.

    `digest` is the keyed hash of the cleaned number and the own columns as parsed: equal digests are the same fact.
    `facts` holds the typed values that rules read (codes, dates as ISO text, numbers in millionths), `amount` the
    main amount in millionths of a yuan, `happened_on` the main date. The row as received lies in the batch's kept
    rows (`monitoring.evidence`), encrypted, at `position`. Rows of nobody registered keep no facts.

    The key is made of batch and position, so that the rows of a batch lie together and `objects.of(batches)` finds
    them: an index over the batch costs as much as writing the rows.
    """

    # No index over the person and no checks of the keys by the database, which the one writer makes
    # (`monitoring.ingest_sink`, with ids that it has just read) and Django's on_delete: a database that checks two
    # million rows one by one, each with a lock on its person, takes three times as long for the month. Only rows about
    # assets are looked up by person, a household at a time.
    id = models.BigIntegerField(primary_key=True)
    batch = models.ForeignKey(FeedBatch, models.CASCADE, related_name="feed_rows", db_index=False, db_constraint=False)
    position = models.PositiveIntegerField(help_text="批次内接收行的序号，从 0 起")
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField(help_text="工作表中的行号")
    id_index = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=16)
    person = models.ForeignKey(
        "households.Person",
        models.PROTECT,
        null=True,
        related_name="feed_rows",
        db_index=False,
        db_constraint=False,
    )
    name_differs = models.BooleanField(default=False)
    duplicate = models.BooleanField(default=False, help_text="与更早月份的一行相同（累计类数据）")
    happened_on = models.DateField(null=True)
    amount = models.BigIntegerField(null=True)
    facts = models.TextField(default="")
    asset = models.BooleanField(default=False, help_text="资产类数据，核查时按人查找")

    objects = FeedRowQuerySet.as_manager()

    class Meta:
        verbose_name = "部门数据行"
        ordering = ["batch_id", "position"]
        indexes = [
            models.Index(fields=["person"], condition=Q(asset=True), name="feed_row_asset_person"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.sheet} 第{self.row}行"

    @staticmethod
    def key_of(batch: int, position: int) -> int:
        """The key of a row."""
        return (batch << POSITION_BITS) | position

    @classmethod
    def span_of(cls, first: int, last: int) -> tuple[int, int]:
        """The keys between which the rows of these batches and of those between them lie."""
        return cls.key_of(first, 0), cls.key_of(last + 1, 0) - 1


class FeedReply(models.Model):
    """What the county told a department of a feed and month (回告): the results as they stood on that day, in numbers.

    Append-only; a later reply tells the same department more. It is about feed and month, not about one file, so that it
    outlives the replacing of a file.
    """

    feed = models.CharField("数据", max_length=30)
    period = models.DateField("数据月份", help_text="当月第一天")
    replied_on = models.DateField("回告日期")
    results = models.JSONField("结果", help_text="回告时的条数，见 monitoring.run_results.FeedResults")
    note = models.CharField("附言", max_length=200, blank=True)
    replied_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="回告人")
    recorded_at = models.DateTimeField("记录时间")

    objects = FeedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "部门数据回告"
        ordering = ["-id"]
        indexes = [models.Index(fields=["feed", "period"], name="feed_reply_month")]

    def __str__(self) -> str:
        return f"{self.feed} {self.period:%Y-%m} {self.replied_on}"
