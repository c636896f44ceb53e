"""Books about places: water works, project assets, consultations, hotline cases, key villages
(domain.md 5.4 L15, L19, L21, L22; 5.5 T6)."""

from __future__ import annotations

from django.db import models

from accounts.crypto import Sealed
from records.models.base import MONEY, PlaceRecord


class WaterWork(PlaceRecord):
    """A water supply of a village and how good it is."""

    class Mode(models.TextChoices):
        CENTRAL = "central", "集中"
        SCATTERED = "scattered", "分散"

    name = models.CharField("供水工程", max_length=80)
    mode = models.CharField("供水方式", max_length=10, choices=Mode.choices)
    households = models.PositiveIntegerField("供水户数", null=True, blank=True)
    persons = models.PositiveIntegerField("供水人数", null=True, blank=True)
    quality_ok = models.BooleanField("水质达标", null=True, blank=True)
    reliable_days = models.PositiveSmallIntegerField("年供水保证天数", null=True, blank=True)
    keeper = models.CharField("管护责任人", max_length=60, blank=True)

    class Meta(PlaceRecord.Meta):
        verbose_name = "供水工程"


class Asset(PlaceRecord):
    """An asset of a poverty-relief project: its five rights (五权), its contract, what it earns and who gets it."""

    class Kind(models.TextChoices):
        OPERATING = "operating", "经营性"
        PUBLIC = "public", "公益性"
        HOUSEHOLD = "household", "到户类"

    class Condition(models.TextChoices):
        GOOD = "good", "良好"
        IDLE = "idle", "闲置"
        INEFFICIENT = "inefficient", "低效"
        LOST = "lost", "流失"
        SCRAPPED = "scrapped", "报废"

    number = models.CharField("资产编号", max_length=40)
    name = models.CharField("资产名称", max_length=80)
    kind = models.CharField("资产类别", max_length=10, choices=Kind.choices)
    project = models.CharField("项目名称", max_length=120, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    funds = models.CharField("资金来源", max_length=60, blank=True)
    invested = models.DecimalField("投入（万元）", **MONEY)
    specification = models.CharField("规格数量", max_length=80, blank=True)
    located = models.CharField("坐落", max_length=120, blank=True)
    bought_on = models.DateField("购建日期", null=True, blank=True)
    original_value = models.DecimalField("原值（万元）", **MONEY)
    present_value = models.DecimalField("现值（万元）", **MONEY)
    certified_on = models.DateField("确权日期", null=True, blank=True)
    owner = models.CharField("所有权", max_length=60, blank=True)
    operator = models.CharField("经营权", max_length=60, blank=True)
    earner = models.CharField("收益权", max_length=60, blank=True)
    supervisor = models.CharField("监督权", max_length=60, blank=True)
    disposer = models.CharField("处置权", max_length=60, blank=True)
    business = models.CharField("经营主体", max_length=80, blank=True)
    contract_from_on = models.DateField("合同起", null=True, blank=True)
    contract_to_on = models.DateField("合同止", null=True, blank=True)
    yearly_rent = models.DecimalField("年租金/分红（元）", **MONEY)
    income_due = models.DecimalField("应收收益（元）", **MONEY)
    income_received = models.DecimalField("已收收益（元）", **MONEY)
    paid_households = models.PositiveIntegerField("受益户", null=True, blank=True)
    paid_amount = models.DecimalField("分配金额（元）", **MONEY)
    keeper = models.CharField("管护人", max_length=60, blank=True)
    condition = models.CharField("资产状况", max_length=12, choices=Condition.choices, blank=True)
    disposal = models.CharField("处置方式", max_length=40, blank=True)
    disposal_approval = models.CharField("审批文号", max_length=60, blank=True)
    disposal_income = models.DecimalField("处置收入（元）", **MONEY)

    class Meta(PlaceRecord.Meta):
        verbose_name = "项目资产"


class Consultation(PlaceRecord):
    """A point settled at a monthly consultation of the departments (月度会商); holds from the day of the meeting."""

    chair = models.CharField("主持人", max_length=60)
    departments = models.CharField("参会部门", max_length=300, blank=True)
    topic = models.CharField("议题", max_length=200)
    settled = models.CharField("议定事项", max_length=1000)
    unit = models.CharField("责任单位", max_length=80, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    progress = models.CharField("完成情况", max_length=300, blank=True)
    minutes_number = models.CharField("纪要文号", max_length=60, blank=True)

    class Meta(PlaceRecord.Meta):
        verbose_name = "月度会商"


class HotlineCase(PlaceRecord):
    """A petition or call (信访、12317、12345) about a place, and whether it became a clue."""

    class Channel(models.TextChoices):
        PETITION = "petition", "信访"
        H12317 = "12317", "12317"
        H12345 = "12345", "12345"
        ONLINE = "online", "网络"
        OTHER = "other", "其他"

    number = models.CharField("受理编号", max_length=40)
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    petitioner_sealed = models.BinaryField(null=True, editable=False)
    appeal = models.CharField("诉求", max_length=500)
    household = models.ForeignKey(
        "households.Household", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="涉及户"
    )
    clue = models.ForeignKey(
        "monitoring.Clue", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )
    handler = models.CharField("承办", max_length=60, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    result = models.CharField("结果", max_length=500, blank=True)
    replied_on = models.DateField("答复日期", null=True, blank=True)

    petitioner = Sealed("petitioner_sealed")

    class Meta(PlaceRecord.Meta):
        verbose_name = "信访件"


class KeyVillage(PlaceRecord):
    """A village that is tracked (重点跟踪监测村): who answers for it and what is done."""

    tracker = models.CharField("跟踪责任人", max_length=60)
    measures = models.CharField("措施", max_length=500, blank=True)

    class Meta(PlaceRecord.Meta):
        verbose_name = "重点跟踪村"
