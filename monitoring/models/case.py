"""Cases (认定、消除、回退): the procedure from authorisation to recording, with the papers of its steps."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.crypto import Sealed
from accounts.models.lean import Lean
from monitoring.querysets import CaseQuerySet, NoticeQuerySet
from monitoring.risks import MonitoredType


class Case(Lean):
    """One procedure about one household. The steps are the table in monitoring/workflow.py."""

    class Kind(models.TextChoices):
        ENROL = "enrol", "纳入认定"
        REIDENTIFY = "reidentify", "重新识别"
        CLEAR = "clear", "风险消除"
        ROLL_BACK = "roll_back", "消除回退"

    class State(models.TextChoices):
        PREPARING = "preparing", "授权与比对"
        ASSESSING = "assessing", "消除核查"
        APPRAISING = "appraising", "民主评议"
        NOTICE = "notice", "村级公示"
        AT_TOWNSHIP = "at_township", "乡镇审核"
        AT_COUNTY = "at_county", "县级审定"
        ANNOUNCING = "announcing", "公告"
        RECORDING = "recording", "录入标注"
        DONE = "done", "办结"
        REJECTED = "rejected", "不通过"
        STOPPED = "stopped", "终止"

    OPEN_STATES = (
        State.PREPARING,
        State.ASSESSING,
        State.APPRAISING,
        State.NOTICE,
        State.AT_TOWNSHIP,
        State.AT_COUNTY,
        State.ANNOUNCING,
        State.RECORDING,
    )

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("办件编号", max_length=30, unique=True)
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    household = models.ForeignKey("households.Household", models.PROTECT, related_name="cases", verbose_name="农户")
    village = models.ForeignKey("accounts.Division", models.PROTECT, related_name="cases", verbose_name="行政村")
    clue = models.ForeignKey("monitoring.Clue", models.PROTECT, null=True, related_name="cases", verbose_name="线索")
    episode = models.ForeignKey("monitoring.Episode", models.PROTECT, null=True, related_name="cases")
    state = models.CharField("状态", max_length=12, choices=State.choices)
    monitored_type = models.CharField("拟定类别", max_length=20, choices=MonitoredType.choices, blank=True)
    risks = models.JSONField("风险", default=list)
    clear_method = models.CharField("消除方式", max_length=10, blank=True)
    secure_only = models.BooleanField("兜底保障", default=False)
    reason = models.CharField("事由", max_length=500, blank=True)
    green_channel = models.BooleanField("先帮后补", default=False)
    returned = models.BooleanField("退回补正中", default=False)
    return_reason = models.CharField("退回理由", max_length=500, blank=True)
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="发起人")
    opened_on = models.DateField("发起日期")
    due_on = models.DateField("本步时限", null=True)
    decision_due_on = models.DateField("全程时限", null=True)
    paused_on = models.DateField("计时暂停", null=True)
    reviewed_on = models.DateField("乡镇审核日期", null=True)
    decided_on = models.DateField("县级审定日期", null=True)
    announced_on = models.DateField("公告日期", null=True)
    closed_on = models.DateField("办结日期", null=True)
    told_household_on = models.DateField("告知农户日期", null=True)
    snapshot_sealed = models.BinaryField(null=True, editable=False)
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1)

    snapshot = Sealed("snapshot_sealed")
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "办件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["village", "state", "due_on"]), models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=~Q(state__in=["done", "rejected", "stopped"]),
                name="one_open_case_per_household",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DutyTaken(models.Model):
    """The one duty (preparing, reviewing, deciding) that a person took in a case.

    One row for a case and person, so the database itself refuses a second duty, whatever posts he holds.
    """

    class Duty(models.TextChoices):
        PREPARE = "prepare", "经办"
        REVIEW = "review", "审核"
        DECIDE = "decide", "审定"

    case = models.ForeignKey(Case, models.PROTECT, related_name="duties")
    actor = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    duty = models.CharField("职责", max_length=10, choices=Duty.choices)
    taken_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "职责分离"
        constraints = [models.UniqueConstraint(fields=["case", "actor"], name="one_duty_per_case_and_person")]

    def __str__(self) -> str:
        return f"{self.case} {self.get_duty_display()}"


class Authorisation(models.Model):
    """The household's promise of truth and permission to compare its assets, or its refusal."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="authorisation")
    signed_on = models.DateField("签署日期")
    granted = models.BooleanField("同意查询")
    signatories = models.JSONField("签字人", default=list)
    witnesses = models.JSONField("见证人", default=list)
    paper = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case} 授权"


class Comparison(models.Model):
    """One asset item compared for one member: hit or not, the household's explanation, the decision about it."""

    class Item(models.TextChoices):
        PUBLIC_PAYROLL = "public_payroll", "财政供养"
        VEHICLE = "vehicle", "机动车"
        PROPERTY = "property", "不动产"
        COMPANY = "company", "市场主体"
        SOCIAL_INSURANCE = "social_insurance", "社保公积金"
        TAX = "tax", "税务"
        CASE = "case", "涉案"
        OTHER = "other", "其他"

    class Decision(models.TextChoices):
        OPEN = "", "待说明"
        ACCEPTED = "accepted", "说明成立"
        REFUSED = "refused", "说明不成立"

    case = models.ForeignKey(Case, models.PROTECT, related_name="comparisons")
    person = models.ForeignKey("households.Person", models.PROTECT, null=True, related_name="+")
    item = models.CharField("比对项", max_length=20, choices=Item.choices)
    hit = models.BooleanField("是否触碰")
    found = models.CharField("触碰情况", max_length=500, blank=True)
    unit = models.CharField("比对单位", max_length=60, blank=True)
    compared_on = models.DateField("比对日期")
    explanation = models.CharField("户说明", max_length=500, blank=True)
    decision = models.CharField("处理", max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decision_note = models.CharField("处理意见", max_length=500, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "信息比对"
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "person", "item"], name="one_comparison_per_member_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_item_display()}"


class Appraisal(models.Model):
    """A village meeting's vote on one case (村民委员会组织法 article 26 for quorum and majority)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="appraisals")
    held_on = models.DateField("评议日期")
    place = models.CharField("地点", max_length=100)
    chair = models.CharField("主持人", max_length=60)
    recorder = models.CharField("记录人", max_length=60)
    entitled = models.PositiveSmallIntegerField("应到人数")
    present = models.PositiveSmallIntegerField("实到人数")
    barred = models.PositiveSmallIntegerField("回避人数", default=0)
    agree = models.PositiveSmallIntegerField("同意")
    disagree = models.PositiveSmallIntegerField("不同意")
    abstain = models.PositiveSmallIntegerField("弃权", default=0)
    opinion = models.CharField("评议意见", max_length=500, blank=True)
    passed = models.BooleanField("是否通过")
    attendance = models.JSONField("签到", default=list)
    papers = models.ManyToManyField("accounts.StoredFile", related_name="+")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "民主评议"
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="appraisal_votes_of_those_present",
                condition=Q(present__lte=F("entitled"))
                & Q(present=F("agree") + F("disagree") + F("abstain") + F("barred")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 评议 {self.held_on}"


class Notice(models.Model):
    """A notice (公示) or announcement (公告) hung for a case; its last day counts the full days of the rule."""

    class Kind(models.TextChoices):
        NOTICE = "notice", "公示"
        ANNOUNCEMENT = "announcement", "公告"

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    place = models.CharField("张贴地点", max_length=100)
    hung_on = models.DateField("张贴日期")
    ends_on = models.DateField("期满日期", help_text="最后一个公示日")
    taken_down_on = models.DateField("撤下日期", null=True)
    days = models.PositiveSmallIntegerField("公示天数")
    working_days = models.BooleanField("按工作日", default=False)
    text = models.TextField("公示内容")
    first_photo = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+")
    last_photo = models.ForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "公示公告"
        ordering = ["case_id", "id"]

    def __str__(self) -> str:
        return f"{self.case} {self.get_kind_display()}"

    @property
    def over_on(self) -> date:
        """The first day on which it has hung all its days."""
        return self.ends_on + timedelta(days=1)


class Objection(models.Model):
    """An objection to a notice; while it is open the policy clock stands still."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    objector = models.CharField("异议人", max_length=60, blank=True, help_text="可匿名")
    content = models.CharField("异议内容", max_length=1000)
    received_on = models.DateField("接收日期")
    due_on = models.DateField("答复时限")
    investigators = models.JSONField("调查人", default=list)
    finding = models.CharField("调查结果", max_length=1000, blank=True)
    upheld = models.BooleanField("是否成立", null=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_how = models.CharField("答复方式", max_length=60, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "异议"
        ordering = ["notice_id", "id"]

    def __str__(self) -> str:
        return f"{self.notice} 异议"
