"""Home visits: checks of clues, assessments before clearing, follow-up."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.crypto import Sealed
from accounts.models.lean import Lean
from monitoring.querysets import VisitQuerySet


class Visit(Lean):
    """One visit to one household (domain.md F2, F9). `uid` may come from the phone: the same visit is kept once.

    `sections` says of each section that was gone through whether its values were confirmed as those of last time
    (`same`) or entered anew (`changed`); a section that is not in it was not looked at. `answers` is the sealed JSON of
    what was answered, by section (monitoring/visit_sections.py).
    """

    class Kind(models.TextChoices):
        CHECK = "check", "线索核实"
        CLEARING = "clearing", "消除核查"
        FOLLOW_UP = "follow_up", "跟踪走访"

    class Finding(models.TextChoices):
        TRUE = "true", "属实"
        PARTLY = "partly", "部分属实"
        UNFOUNDED = "unfounded", "不属实"
        NOT_MET = "not_met", "未能核实"

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    payload_digest = models.CharField(max_length=64, blank=True, editable=False)
    household = models.ForeignKey("households.Household", models.PROTECT, related_name="visits", verbose_name="农户")
    clue = models.ForeignKey("monitoring.Clue", models.PROTECT, null=True, related_name="visits")
    case = models.ForeignKey("monitoring.Case", models.PROTECT, null=True, related_name="visits")
    episode = models.ForeignKey("monitoring.Episode", models.PROTECT, null=True, related_name="visits")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    by_phone = models.BooleanField("电话走访", default=False)
    visited_on = models.DateField("走访日期")
    income = models.ForeignKey("households.Income", models.PROTECT, null=True, related_name="+")
    condition = models.ForeignKey("households.LivingCondition", models.PROTECT, null=True, related_name="+")
    finding = models.CharField("核实结论", max_length=10, choices=Finding.choices, blank=True)
    risks = models.JSONField("风险类型", default=list)
    difficulties = models.CharField("主要困难", max_length=1000, blank=True)
    coping = models.CharField("自身应对能力", max_length=500, blank=True)
    policies = models.CharField("现享受政策", max_length=500, blank=True)
    advice = models.CharField("建议", max_length=500, blank=True)
    signed = models.BooleanField("农户已签字", default=False)
    unsigned_reason = models.CharField("农户未签字原因", max_length=200, blank=True)
    sections = models.JSONField("各项核查情况", default=dict)
    answers_sealed = models.BinaryField(null=True, editable=False)
    location = models.JSONField("定位", default=dict)
    photos = models.ManyToManyField("accounts.StoredFile", related_name="+")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    answers = Sealed("answers_sealed")
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        ordering = ["-visited_on", "-id"]
        indexes = [models.Index(fields=["household", "visited_on"])]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.get_kind_display()}"


class Visitor(models.Model):
    """A person who made a visit: a user, or somebody of another unit by name."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="visitors")
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=120, blank=True)
    from_village = models.BooleanField("村两委成员", default=False)

    class Meta:
        verbose_name = "走访人"
        ordering = ["visit_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], condition=Q(user__isnull=False), name="one_visitor_once"),
        ]

    def __str__(self) -> str:
        return self.name


class VisitSignature(models.Model):
    """One person's signature under a visit as drawn on the screen, or why there is none."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="signatures")
    name = models.CharField("签字人", max_length=60)
    of_household = models.BooleanField("农户", default=False)
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+")
    reason = models.CharField("没有手写签字的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "走访签字"
        ordering = ["visit_id", "id"]

    def __str__(self) -> str:
        return self.name
