"""Runs of the checks over a place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.job import Job
from quality.querysets import QualityRunQuerySet


class QualityRun(Job):
    """One run over one place.

    `cursor` is the last household that was judged and written, so that whoever takes over a killed run goes on there.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "正在检查"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    OPEN_STATES = (State.QUEUED, State.RUNNING)

    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    as_of = models.DateField("截至")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人")
    cursor = models.BigIntegerField("查到哪一户", default=0)
    households = models.PositiveIntegerField("已查户数", default=0)
    total = models.PositiveIntegerField("总户数", default=0)
    found = models.PositiveIntegerField("新发现", default=0)
    standing = models.PositiveIntegerField("仍然存在", default=0)
    mended = models.PositiveIntegerField("已改", default=0)
    error = models.CharField("原因", max_length=500, blank=True)

    objects = QualityRunQuerySet.as_manager()

    class Meta:
        verbose_name = "数据质量检查"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division"], condition=Q(state__in=["queued", "running"]), name="one_open_quality_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.as_of:%Y-%m-%d} 数据质量检查"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def percent(self) -> int:
        return (
            100 if self.state == self.State.DONE else min(99, self.households * 100 // self.total) if self.total else 0
        )
