"""Runs of the monthly match."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.job import Job
from monitoring.querysets import MatchRunQuerySet


class MatchRun(Job):
    """One run for one county and period. Who may work on it: `monitoring/match_lease.py`."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        HELD = "held", "待确认"
        RUNNING = "running", "运行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    county = models.ForeignKey("accounts.Division", models.PROTECT, related_name="match_runs", verbose_name="县")
    period = models.DateField("数据月份")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人")
    step = models.CharField("当前步骤", max_length=60, blank=True)
    done_steps = models.PositiveIntegerField("已完成步骤", default=0)
    total_steps = models.PositiveIntegerField("步骤总数", default=0)
    households = models.PositiveIntegerField("判定户数", default=0)
    opened = models.PositiveIntegerField("新增线索", default=0)
    extended = models.PositiveIntegerField("补充线索", default=0)
    covered = models.PositiveIntegerField("并入监测", default=0)
    suppressed = models.PositiveIntegerField("不再提示", default=0)
    warnings = models.JSONField("提示", default=list)
    batches = models.JSONField("所用批次", default=list)
    error = models.CharField("失败原因", max_length=500, blank=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = "比对运行"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "period"],
                condition=Q(state__in=["queued", "held", "running"]),
                name="one_open_run_per_county_and_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.period:%Y-%m} 比对"
