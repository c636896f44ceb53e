"""Headings of departments' files that a person has assigned, and files that wait for that."""

from __future__ import annotations

import uuid

from django.db import models

from monitoring.querysets import FeedUploadQuerySet


class HeadingMapping(models.Model):
    """A heading that a department writes for a column of its feed; only adds to the agreed spellings."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    feed = models.CharField("数据", max_length=30)
    column = models.CharField("列", max_length=60)
    heading = models.CharField("表头原文", max_length=120)
    folded = models.CharField(max_length=120, editable=False)
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="指认人")
    recorded_at = models.DateTimeField("指认时间")

    class Meta:
        verbose_name = "指认的表头"
        ordering = ["feed", "column", "id"]
        constraints = [models.UniqueConstraint(fields=["feed", "folded"], name="one_column_per_heading")]

    def __str__(self) -> str:
        return f"{self.feed} {self.heading} → {self.column}"


class FeedUpload(models.Model):
    """A file whose headings its sender has yet to assign; gone when it is taken in, or after some days."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    feed = models.CharField("数据", max_length=30)
    period = models.DateField("数据月份")
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    name = models.CharField("文件名", max_length=255)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")

    objects = FeedUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "待认表头的文件"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
