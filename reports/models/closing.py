"""The closing of a month: where each place stands, and the steps that led there."""

from __future__ import annotations

from django.db import models

from reports.querysets import ClosingQuerySet


class Closing(models.Model):
    """One month of one place: a village confirms, its township submits, the county accepts. The row exists from the
    first step on.

    `known_at` is the moment whose knowledge an accepted month is closed with; `frozen` what has been put away of the
    edition while it is being made ({ledger: kept content}); `heartbeat_at` when that last went on.
    """

    class State(models.TextChoices):
        OPEN = "open", "还没有办"
        RETURNED = "returned", "已退回"
        CONFIRMED = "confirmed", "村已确认"
        SUBMITTED = "submitted", "乡镇已上报"
        FREEZING = "freezing", "正在封存"
        CLOSED = "closed", "已结账"
        REOPENED = "reopened", "已重开"

    DONE = (State.CONFIRMED, State.SUBMITTED, State.FREEZING, State.CLOSED)

    month = models.DateField("月份", help_text="当月第一天")
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="closings", verbose_name="地方")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField("最近的理由", max_length=500, blank=True)
    moved_at = models.DateTimeField("最近办理时间", null=True)
    known_at = models.DateTimeField("结账时点", null=True)
    frozen = models.JSONField("已封存的台账", default=dict)
    heartbeat_at = models.DateTimeField("封存进展时间", null=True)
    error = models.CharField("封存没有完成的原因", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        verbose_name = "月度结账"
        ordering = ["-month", "division_id"]
        indexes = [models.Index(fields=["month", "state"])]
        constraints = [models.UniqueConstraint(fields=["month", "division"], name="one_closing_of_a_month_and_place")]

    def __str__(self) -> str:
        return f"{self.division} {self.month:%Y-%m}"

    @property
    def is_done(self) -> bool:
        return self.state in self.DONE


class ClosingStep(models.Model):
    """One step taken by one person. Never updated or deleted (a trigger of the database refuses)."""

    class Action(models.TextChoices):
        CONFIRM = "confirm", "确认"
        SUBMIT = "submit", "上报"
        ACCEPT = "accept", "接收结账"
        RETURN = "return", "退回"
        REOPEN = "reopen", "重开"

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="steps", verbose_name="月度结账")
    action = models.CharField("动作", max_length=10, choices=Action.choices)
    source = models.CharField("原状态", max_length=10)
    target = models.CharField("新状态", max_length=10)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    post = models.ForeignKey("accounts.Post", models.PROTECT, null=True, related_name="+", verbose_name="任职")
    reason = models.CharField("理由", max_length=500, blank=True)
    data = models.JSONField("内容", default=dict, help_text="还没有办的下级：[区划代码, …]")
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "结账步骤"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.closing} {self.get_action_display()}"
