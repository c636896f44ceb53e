"""Exports of ledgers as jobs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.job import Job
from reports.querysets import ExportRunQuerySet


class ExportRun(Job):
    """One ledger, or the set of all (SET), asked for by one person. The workbook is kept sealed for a while; then only
    this row says that it was made.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "正在生成"
        DONE = "done", "已生成"
        FAILED = "failed", "没有生成"
        EXPIRED = "expired", "已过期删除"

    OPEN_STATES = (State.QUEUED, State.RUNNING)
    # What stands in `ledger` where all of a place are asked for at once.
    SET = "ALL"

    ledger = models.CharField("台账", max_length=10)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    as_of = models.DateField("截至")
    known = models.CharField("口径", max_length=40, blank=True, help_text="空：结了账的月份按结账数，否则按现在看的数")
    masked = models.BooleanField("遮住号码", default=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="export_runs", verbose_name="导出人")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField("进度", default=0)
    rows = models.PositiveIntegerField("行数", default=0)
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="文件")
    error = models.CharField("原因", max_length=500, blank=True)

    objects = ExportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "台账导出"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "heartbeat_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["started_by", "ledger", "division", "as_of", "known", "masked"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_export_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.division} {self.as_of:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_set(self) -> bool:
        return self.ledger == self.SET
