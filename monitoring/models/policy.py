"""Values of policy parameters: dated, per division, each with its source."""

from __future__ import annotations

from django.db import models

from monitoring.querysets import PolicyValueQuerySet


class PolicyValue(models.Model):
    """What a place set a parameter of monitoring/policy.py to, from a day on. Never changed: a later one overrides."""

    key = models.CharField("参数", max_length=60)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="区划")
    value = models.JSONField("取值")
    valid_from = models.DateField("生效日期")
    source = models.CharField("依据", max_length=200)
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="设定人")
    recorded_at = models.DateTimeField("设定时间")

    objects = PolicyValueQuerySet.as_manager()

    class Meta:
        verbose_name = "政策参数"
        ordering = ["key", "-valid_from", "-id"]
        indexes = [models.Index(fields=["key", "valid_from"])]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"
