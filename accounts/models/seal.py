"""Seals over the tables that only grow."""

from __future__ import annotations

from django.db import models


class AuditSeal(models.Model):
    """What stood in one stretch of one table when it was sealed, and the seal before it; see `accounts.seals`.

    The stretch begins after the seal before it and ends with the row `up_to`.
    """

    table = models.CharField("表", max_length=63)
    number = models.PositiveIntegerField("封存号", help_text="每张表从1起，不间断")
    up_to = models.BigIntegerField("封存到编号")
    rows = models.PositiveIntegerField("行数")
    columns = models.JSONField("列", help_text="封存时表中的列；以后加的列不在其中")
    marks = models.BinaryField(help_text="每行四个字节，用来说明从哪一行起不一致")
    previous = models.CharField("上一封存的摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = "审计封存"
        ordering = ["table", "number"]
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="one_seal_of_a_number")]

    def __str__(self) -> str:
        return f"{self.table} 第{self.number}号"
