"""Counters behind the numbers that people read (线索编号, 办件编号)."""

from __future__ import annotations

from django.db import models


class Serial(models.Model):
    """The last number given out under a key. Its row is locked until the transaction ends, so none is given twice."""

    key = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "编号"

    def __str__(self) -> str:
        return f"{self.key} {self.last}"
