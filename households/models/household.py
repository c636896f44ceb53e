"""Households (户), the unit of everything."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from accounts.crypto import Sealed
from accounts.models.lean import Lean
from households.querysets import HouseholdQuerySet

# A register value without a date holds from the beginning (contract section 2).
BEGINNING = date(1900, 1, 1)


class Category(models.TextChoices):
    """户类型 of the national export."""

    LIFTED = "脱贫户", "脱贫户"
    ORDINARY = "一般农户", "一般农户"


class SupportClass(models.TextChoices):
    """Low-income classes a household may belong to beside its 户类型 (domain.md 1.3)."""

    SUBSISTENCE = "低保", "低保"
    DESTITUTE = "特困", "特困"
    NEAR_SUBSISTENCE = "低保边缘", "低保边缘"
    EXPENDITURE = "支出型", "支出型"
    RELOCATED = "易地搬迁", "易地搬迁"


class Household(Lean):
    """A household under its national number. Cancelled ones stay; nobody is deleted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("户编号", max_length=40, unique=True)
    village = models.ForeignKey("accounts.Division", models.PROTECT, related_name="households", verbose_name="行政村")
    group_name = models.CharField("自然村（组）", max_length=60, blank=True)
    category = models.CharField("户类型", max_length=20, choices=Category.choices)
    support_classes = models.JSONField("低收入类别", default=list)
    declared_size = models.PositiveSmallIntegerField("登记人数", null=True, blank=True)
    phone_sealed = models.BinaryField(null=True, editable=False)
    # As exact as the register gave it: rounded to cents, an income just under the line would stand on it.
    per_capita_income = models.DecimalField("人均纯收入", max_digits=18, decimal_places=6, null=True, blank=True)
    first_identified_on = models.DateField("首次识别时间", null=True, blank=True)
    whole_without_labour = models.BooleanField("整户无劳动能力兜底保障户", default=False)
    needs_mending = models.CharField("待完善", max_length=200, blank=True)
    helper = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="helped_households",
        verbose_name="帮扶责任人",
    )
    registered_on = models.DateField("建档日期", default=BEGINNING)
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    cancel_reason = models.CharField("注销原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    phone = Sealed("phone_sealed")
    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "农户"
        ordering = ["village_id", "id"]
        indexes = [models.Index(fields=["village", "id"])]

    def __str__(self) -> str:
        return self.number
