"""Faults that the checks found: what stands from the day it was found to the day it was mended."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from quality.checks import CHECKS, LEVELS, Check
from quality.querysets import FaultQuerySet


class Fault(models.Model):
    """One check that one subject fails. A fault that comes back after it was mended is a new row.

    Two clocks: `found_on` and `mended_on` are the days of the runs' readings, `recorded_at` and `mended_recorded_at`
    when we learnt it. Whether it is exempt follows from the exemptions that stand (querysets.py).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_code = models.CharField("规则", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=list(LEVELS.items()))
    subject = models.CharField("对象", max_length=40)
    village = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="行政村")
    household = models.ForeignKey(
        "households.Household", models.PROTECT, null=True, related_name="faults", verbose_name="农户"
    )
    person = models.ForeignKey("households.Person", models.PROTECT, null=True, related_name="+", verbose_name="人员")
    words = models.CharField("问题", max_length=300)
    owner = models.CharField("由谁改", max_length=10)
    found_on = models.DateField("发现日期")
    recorded_at = models.DateTimeField("记录时间")
    due_on = models.DateField("整改时限")
    mended_on = models.DateField("改好日期", null=True)
    mended_recorded_at = models.DateTimeField("改好的记录时间", null=True)
    run = models.ForeignKey("quality.QualityRun", models.PROTECT, null=True, related_name="+")

    objects = FaultQuerySet.as_manager()

    class Meta:
        verbose_name = "数据质量问题"
        ordering = ["level", "-id"]
        indexes = [
            models.Index(fields=["village", "check_code"]),
            models.Index(fields=["household", "mended_on"]),
            models.Index(fields=["check_code", "found_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["check_code", "subject"], condition=Q(mended_on__isnull=True), name="one_standing_fault"
            ),
            models.CheckConstraint(
                name="fault_mended_after_found",
                condition=Q(mended_on__isnull=True) | Q(mended_on__gte=F("found_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_code} {self.subject}"

    @property
    def rule(self) -> Check | None:
        """The check that found it; None where the program no longer has it."""
        return CHECKS.get(self.check_code)

    @property
    def title(self) -> str:
        return self.rule.title if self.rule else self.check_code

    def is_late(self, on: date) -> bool:
        return self.mended_on is None and self.due_on < on
