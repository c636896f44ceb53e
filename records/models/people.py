"""Books about persons: schooling, jobs, welfare posts, loss of labour, low income (domain.md 5.4 L10, L12, L13, L17, L18)."""

from __future__ import annotations

from django.db import models

from accounts.crypto import Sealed
from households.models import SupportClass
from records.models.base import MONEY, PersonRecord


class Schooling(PersonRecord):
    """A child of school age in the roll, with the seven chiefs who answer for him (七长包保)."""

    class State(models.TextChoices):
        AT_SCHOOL = "at_school", "在校"
        AT_HOME = "at_home", "送教上门"
        SUSPENDED = "suspended", "休学"
        DEFERRED = "deferred", "缓学免学"
        SUSPECTED = "suspected", "疑似辍学"
        DROPPED_OUT = "dropped_out", "辍学"
        FINISHED = "finished", "已毕业"

    OUT_OF_SCHOOL = (State.SUSPECTED, State.DROPPED_OUT)

    school = models.CharField("学校", max_length=80, blank=True)
    grade_class = models.CharField("年级班级", max_length=40, blank=True)
    roll_number_sealed = models.BinaryField(null=True, editable=False)
    state = models.CharField("在校状态", max_length=12, choices=State.choices)
    left_school_on = models.DateField("离校日期", null=True, blank=True)
    leaving_reason = models.CharField("辍学原因", max_length=60, blank=True)
    whereabouts = models.CharField("去向", max_length=60, blank=True)
    roll_status = models.CharField("学籍状态", max_length=20, blank=True)
    guardian = models.CharField("家长姓名", max_length=60, blank=True)
    chief_county = models.CharField("县长", max_length=30, blank=True)
    chief_bureau = models.CharField("教育局长", max_length=30, blank=True)
    chief_township = models.CharField("乡镇长", max_length=30, blank=True)
    chief_village = models.CharField("村长", max_length=30, blank=True)
    chief_school = models.CharField("校长", max_length=30, blank=True)
    chief_teacher = models.CharField("师长", max_length=30, blank=True)
    chief_parent = models.CharField("家长", max_length=30, blank=True)

    roll_number = Sealed("roll_number_sealed")

    class Meta(PersonRecord.Meta):
        verbose_name = "就学"


class Job(PersonRecord):
    """A job that a person has or had, or that he has none (务工监测); months are read from the days in force."""

    class Area(models.TextChoices):
        COUNTY = "county", "县内"
        PROVINCE = "province", "省内县外"
        OUTSIDE = "outside", "省外"
        ABROAD = "abroad", "境外"

    working = models.BooleanField("是否已务工")
    area = models.CharField("务工范围", max_length=10, choices=Area.choices, blank=True)
    work_place = models.CharField("务工所在省市县", max_length=80, blank=True)
    firm = models.CharField("务工企业名称", max_length=80, blank=True)
    industry = models.CharField("所属行业", max_length=40, blank=True)
    channel = models.CharField("就业渠道", max_length=40, blank=True)
    monthly_wage = models.DecimalField("务工月收入", **MONEY)
    escorted = models.BooleanField("是否点对点输送", null=True, blank=True)
    travel_subsidy = models.DecimalField("交通费补助", **MONEY)
    training = models.CharField("培训工种", max_length=40, blank=True)
    trained_on = models.DateField("培训时间", null=True, blank=True)
    certificate = models.CharField("培训证书", max_length=60, blank=True)
    willing = models.BooleanField("就业意愿", null=True, blank=True)
    offers = models.PositiveSmallIntegerField("岗位推送次数", null=True, blank=True)
    returned_on = models.DateField("返乡日期", null=True, blank=True)
    return_reason = models.CharField("返乡原因", max_length=60, blank=True)

    class Meta(PersonRecord.Meta):
        verbose_name = "务工"

    @property
    def where(self) -> str:
        return place_of_work(self.work_place, self.area)


def place_of_work(written: str, area: str) -> str:
    """务工所在地: the place as it is written, else only how far away."""
    return written or str(dict(Job.Area.choices).get(area, area))


class WelfarePost(PersonRecord):
    """A public-welfare post (公益性岗位): set by need, hired by post, paid in post, left in order."""

    class Kind(models.TextChoices):
        CLEANER = "cleaner", "保洁员"
        RANGER = "ranger", "护林员"
        ROAD = "road", "护路员"
        WATER = "water", "管水员"
        CARE = "care", "护理照料"
        ASSISTANT = "assistant", "协管员"
        OTHER = "other", "其他"

    title = models.CharField("岗位名称", max_length=60)
    kind = models.CharField("岗位类型", max_length=10, choices=Kind.choices)
    employer = models.CharField("聘用单位", max_length=80, blank=True)
    monthly_pay = models.DecimalField("月补贴", **MONEY)
    attendance = models.CharField("考勤", max_length=40, blank=True)
    paid_on = models.DateField("银行发放日期", null=True, blank=True)
    leaving_reason = models.CharField("退岗原因", max_length=60, blank=True)

    class Meta(PersonRecord.Meta):
        verbose_name = "公益性岗位"


class LabourLoss(PersonRecord):
    """A person who lost his ability to work wholly or partly, watched so that he gets into 低保 or 特困 in time."""

    class Degree(models.TextChoices):
        WHOLE = "whole", "完全丧失"
        PART = "part", "部分丧失"

    degree = models.CharField("劳动能力", max_length=10, choices=Degree.choices)
    cause = models.CharField("原因", max_length=60, blank=True)
    certificate_sealed = models.BinaryField(null=True, editable=False)
    disability_class = models.CharField("残疾类别", max_length=10, blank=True)
    disability_grade = models.CharField("残疾等级", max_length=4, blank=True)
    benefits = models.CharField("现享受", max_length=60, blank=True)
    checked_on = models.DateField("核查日期", null=True, blank=True)
    comparison = models.CharField("比对结果", max_length=60, blank=True)
    to_enter = models.CharField("拟纳入", max_length=40, blank=True)
    entered_on = models.DateField("纳入日期", null=True, blank=True)

    certificate = Sealed("certificate_sealed")

    class Meta(PersonRecord.Meta):
        verbose_name = "丧失劳动能力人员"


class LowIncome(PersonRecord):
    """A person of the low-income population and what he is paid (低收入人口)."""

    class Kind(models.TextChoices):
        SUBSISTENCE = SupportClass.SUBSISTENCE.value, "低保"
        DESTITUTE = SupportClass.DESTITUTE.value, "特困"
        UNSTABLE = "脱贫不稳定", "脱贫不稳定"
        NEAR_SUBSISTENCE = SupportClass.NEAR_SUBSISTENCE.value, "低保边缘"
        EXPENDITURE = SupportClass.EXPENDITURE.value, "支出型"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    monthly_amount = models.DecimalField("月保障金", **MONEY)
    tapering = models.BooleanField("渐退", null=True, blank=True)

    class Meta(PersonRecord.Meta):
        verbose_name = "低收入人口"
