"""Books about households: houses, relocation, income files (domain.md 5.4 L9, L14; 1.4 row 80)."""

from __future__ import annotations

from django.db import models

from households.models import LivingCondition
from records.models.base import MONEY, HouseholdRecord


class House(HouseholdRecord):
    """A house of a household with its danger grade; holds from the day of its appraisal."""

    class Hazard(models.TextChoices):
        ROUTINE = "routine", "常规"
        FIRE = "fire", "火灾"
        HAIL = "hail", "冰雹"
        SNOW = "snow", "雪灾"
        FLOOD = "flood", "洪涝"
        AGE = "age", "年久"

    DANGEROUS = (LivingCondition.Grade.C, LivingCondition.Grade.D)

    house_number = models.CharField("房屋编号", max_length=40, blank=True)
    built_year = models.PositiveSmallIntegerField("建造时间", null=True, blank=True)
    structure = models.CharField("结构", max_length=20, blank=True)
    storeys = models.PositiveSmallIntegerField("层数", null=True, blank=True)
    area = models.DecimalField("面积", max_digits=8, decimal_places=2, null=True, blank=True)
    only_house = models.BooleanField("是否唯一住房", null=True, blank=True)
    grade = models.CharField("安全等级", max_length=1, choices=LivingCondition.Grade.choices, blank=True)
    graded_on = models.DateField("鉴定日期", null=True, blank=True)
    graded_by = models.CharField("鉴定机构", max_length=80, blank=True)
    hazard = models.CharField("隐患来源", max_length=10, choices=Hazard.choices, blank=True)

    class Meta(HouseholdRecord.Meta):
        verbose_name = "住房"


class Relocation(HouseholdRecord):
    """A household that was moved out of poor land (易地搬迁) and what keeps it where it is now."""

    site = models.CharField("安置区", max_length=80)
    scattered = models.BooleanField("分散安置", default=False)
    former_address = models.CharField("原住址", max_length=120, blank=True)
    moved_on = models.DateField("搬迁时间", null=True, blank=True)
    certificate_on = models.DateField("不动产登记日期", null=True, blank=True)
    old_house_pulled_down = models.BooleanField("旧房拆除", null=True, blank=True)
    industry = models.CharField("产业项目", max_length=60, blank=True)

    class Meta(HouseholdRecord.Meta):
        verbose_name = "易地搬迁"


class IncomeFile(HouseholdRecord):
    """The file kept of a household whose income fell in a year (收入减少工作档案)."""

    year = models.PositiveSmallIntegerField("年度")
    lost_wages = models.DecimalField("务工减少", **MONEY)
    lost_business = models.DecimalField("产业减少", **MONEY)
    lost_transfers = models.DecimalField("转移减少", **MONEY)
    lost_property = models.DecimalField("资产减少", **MONEY)
    lost_otherwise = models.DecimalField("其他减少", **MONEY)
    analysis = models.CharField("分析", max_length=500, blank=True)
    measures = models.CharField("措施", max_length=500, blank=True)
    income_plan = models.CharField("增收计划", max_length=500, blank=True)
    due_on = models.DateField("完成时限", null=True, blank=True)
    result = models.CharField("结果", max_length=500, blank=True)
    checked_by = models.CharField("核实人", max_length=60, blank=True)

    class Meta(HouseholdRecord.Meta):
        verbose_name = "收入减少工作档案"
