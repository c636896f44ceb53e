"""The catalogue of measures (domain.md 4.6)."""

from __future__ import annotations

from django.db import models

from accounts.models.lean import Lean


class MeasureType(Lean):
    """A kind of help: category and sub-item; `developmental` marks what counts as 开发式帮扶."""

    category = models.CharField("措施大类", max_length=30)
    item = models.CharField("措施小类", max_length=60)
    developmental = models.BooleanField("开发式帮扶", default=False)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "措施目录"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["category", "item"], name="one_measure_type")]

    def __str__(self) -> str:
        return f"{self.category}（{self.item}）"
