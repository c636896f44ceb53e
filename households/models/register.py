"""Imports of the register."""

from __future__ import annotations

import uuid

from django.db import models

from households.querysets import RegisterBatchQuerySet


class RegisterBatch(models.Model):
    """One import of the register file, with what it takes to undo it while nothing later touched its rows."""

    class State(models.TextChoices):
        DONE = "done", "已入库"
        UNDONE = "undone", "已撤销"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="原始文件")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DONE)
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    imported_at = models.DateTimeField("导入时间")
    rows = models.PositiveIntegerField("行数")
    households = models.PositiveIntegerField("户数")
    persons = models.PositiveIntegerField("人数")
    created = models.PositiveIntegerField("新增")
    updated = models.PositiveIntegerField("更新")
    unchanged = models.PositiveIntegerField("未变")
    rejected = models.PositiveIntegerField("退回")
    errors = models.JSONField("退回明细", default=list)
    undo_sealed = models.BinaryField(null=True, editable=False)

    objects = RegisterBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "档案导入批次"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"档案导入 {self.pk}"
