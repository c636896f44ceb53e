"""Exemptions (豁免清单): a fault that is none, or that nobody can mend, for a time; asked for by one, granted by another."""

from __future__ import annotations

import uuid

from django.db import models

from quality.checks import CHECKS, Check
from quality.querysets import ExemptionQuerySet


class Exemption(models.Model):
    """What is asked for: one subject's faults of a check, or those of a whole place (`subject` empty), up to a day.

    Rows are never changed; what was decided stands in `ExemptionStep`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_code = models.CharField("规则", max_length=60)
    subject = models.CharField("对象", max_length=40, blank=True, help_text="空：这个地方的全部")
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    place_low = models.CharField(max_length=12, editable=False)
    place_high = models.CharField(max_length=12, editable=False)
    fault = models.ForeignKey("quality.Fault", models.PROTECT, null=True, related_name="exemptions")
    reason = models.CharField("理由", max_length=500)
    ends_on = models.DateField("到哪天为止")
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = "豁免"
        ordering = ["-id"]
        indexes = [models.Index(fields=["check_code", "subject"])]

    def __str__(self) -> str:
        return f"{self.check_code} {self.subject or self.division_id} 至 {self.ends_on:%Y-%m-%d}"

    @property
    def rule(self) -> Check | None:
        return CHECKS.get(self.check_code)

    @property
    def title(self) -> str:
        return self.rule.title if self.rule else self.check_code

    @property
    def step(self) -> ExemptionStep | None:
        """What was last said of it; steps are prefetched where many are shown."""
        steps = sorted(self.steps.all(), key=lambda one: one.pk)
        return steps[-1] if steps else None


class ExemptionStep(models.Model):
    """One word about an exemption: granted, refused, or ended before its day. Only added to."""

    class Kind(models.TextChoices):
        GRANTED = "granted", "同意"
        REFUSED = "refused", "不同意"
        ENDED = "ended", "提前结束"

    exemption = models.ForeignKey(Exemption, models.PROTECT, related_name="steps", verbose_name="豁免")
    kind = models.CharField("结果", max_length=10, choices=Kind.choices)
    happened_on = models.DateField("日期")
    recorded_at = models.DateTimeField("记录时间")
    actor = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="办理人")
    note = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "豁免办理"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["exemption", "kind"], name="one_exemption_step_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.exemption} {self.get_kind_display()}"
