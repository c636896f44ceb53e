"""Runs of the monthly match."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from monitoring.querysets import MatchRunQuerySet


class MatchRun(models.Model):
    """One run for one county and period. The row is the truth about the job: state, fence, heartbeat, progress.

    While it is queued, `heartbeat_at` says when its message was last sent. Steps: `monitoring/match_lease.py`.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        HELD = "held", "待确认"
        RUNNING = "running", "运行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey("accounts.Division", models.PROTECT, related_name="match_runs", verbose_name="县")
    period = models.DateField("数据月份")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人")
    queued_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField("启动次数", default=0)
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
