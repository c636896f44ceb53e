"""Living conditions and the guarantees: schooling, medical insurance, housing, water."""

from __future__ import annotations

from django.db import models

from accounts.models.lean import Lean
from households.querysets import LivingConditionQuerySet


class LivingCondition(Lean):
    """How a household stood on a day. None means not looked at, which is never the same as 否."""

    class Grade(models.TextChoices):
        A = "A", "A级"
        B = "B", "B级"
        C = "C", "C级"
        D = "D", "D级"

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="conditions", verbose_name="农户"
    )
    on = models.DateField("核实日期")
    schooling_ok = models.BooleanField("义务教育有保障", null=True)
    insurance_ok = models.BooleanField("基本医疗有保障", null=True)
    housing_ok = models.BooleanField("住房安全", null=True)
    water_ok = models.BooleanField("饮水安全", null=True)
    house_grade = models.CharField("房屋等级", max_length=1, choices=Grade.choices, blank=True)
    house_area = models.DecimalField("住房面积（平方米）", max_digits=7, decimal_places=2, null=True, blank=True)
    farmland = models.DecimalField("耕地面积（亩）", max_digits=8, decimal_places=2, null=True, blank=True)
    road_km = models.DecimalField("与村主干路距离（公里）", max_digits=6, decimal_places=2, null=True, blank=True)
    spending_controlled = models.BooleanField("刚性支出可控", null=True)
    note = models.CharField("说明", max_length=500, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    objects = LivingConditionQuerySet.as_manager()

    class Meta:
        verbose_name = "生活条件"
        ordering = ["household_id", "-on", "-id"]

    def __str__(self) -> str:
        return f"{self.household} {self.on}"
