"""Plans (一户一策), their measures, and what was delivered."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from accounts.models.lean import Lean
from assistance.querysets import DeliveryQuerySet, MeasureQuerySet, PlanQuerySet


class Plan(Lean):
    """The one plan of an episode: who is responsible and which measures meet which risk."""

    episode = models.OneToOneField("monitoring.Episode", models.PROTECT, related_name="plan", verbose_name="监测周期")
    responsible = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="plans", verbose_name="帮扶责任人"
    )
    unit = models.CharField("责任单位", max_length=120, blank=True)
    goal = models.CharField("目标", max_length=500, blank=True)
    due_on = models.DateField("制定时限")
    adopted_on = models.DateField("制定日期", null=True)
    signed_on = models.DateField("农户签字日期", null=True)
    recorded_at = models.DateTimeField("建立时间")
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = "一户一策"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.episode} 一户一策"


class Measure(Lean):
    """One piece of help against one risk. Runs on after clearing until its own end."""

    class State(models.TextChoices):
        PLANNED = "planned", "计划"
        RUNNING = "running", "落实中"
        DELIVERED = "delivered", "已落实"
        ENDED = "ended", "已结束"
        CANCELLED = "cancelled", "已取消"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="measures", verbose_name="一户一策")
    type = models.ForeignKey("assistance.MeasureType", models.PROTECT, related_name="measures", verbose_name="措施")
    risk = models.CharField("针对风险", max_length=20)
    beneficiary = models.ForeignKey(
        "households.Person", models.PROTECT, null=True, related_name="+", verbose_name="受益人"
    )
    content = models.CharField("内容", max_length=500)
    planned_amount = models.DecimalField("计划金额（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    unit = models.CharField("责任单位", max_length=120)
    responsible = models.CharField("责任人", max_length=60)
    starts_on = models.DateField("开始时间")
    planned_end_on = models.DateField("计划结束", null=True)
    ended_on = models.DateField("实际结束", null=True)
    cancelled_on = models.DateField("取消日期", null=True)
    end_reason = models.CharField("结束或取消说明", max_length=500, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    confirmed_on = models.DateField("农户确认日期", null=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    version = models.PositiveIntegerField(default=1)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "帮扶措施"
        ordering = ["plan_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="measure_ends_after_start", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} 针对{self.risk}"

    def state_after(self, delivered_on: date | None) -> Measure.State:
        """The state of an open measure that was last delivered on a day, if ever: it runs on while planned days are to
        come."""
        if delivered_on is None:
            return self.State.PLANNED
        more = self.planned_end_on is not None and self.planned_end_on > delivered_on
        return self.State.RUNNING if more else self.State.DELIVERED


class Delivery(models.Model):
    """One delivery of a measure: when, how much, with what proof. Never changed; a mistaken one is withdrawn.

    `uid` comes from the client, so that the same delivery sent twice is kept once.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="deliveries", verbose_name="措施")
    delivered_on = models.DateField("落实日期")
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    note = models.CharField("说明", max_length=500, blank=True)
    proof = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="佐证")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    withdrawn_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdraw_reason = models.CharField("撤回理由", max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "落实记录"
        ordering = ["measure_id", "delivered_on", "id"]

    def __str__(self) -> str:
        return f"{self.measure} {self.delivered_on:%Y-%m-%d}"
