"""Clues (风险线索) and the evidence that opened, extended, covered or failed to reopen them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.crypto import Sealed
from accounts.models.lean import Lean
from monitoring.querysets import ClueQuerySet, HitQuerySet
from monitoring.risks import Risk


class Clue(Lean):
    """One suspicion that one household runs one risk. At most one is open for a household and risk."""

    class Channel(models.TextChoices):
        APPLICATION = "01", "农户自主申报"
        CADRE = "02", "基层干部排查"
        DEPARTMENT = "03", "部门筛查预警"
        ABOVE = "04", "上级推送"
        HOTLINE = "05", "社会监督（信访、12317、舆情）"
        PLATFORM = "06", "平台监测分析"

    class State(models.TextChoices):
        AT_COUNTY = "at_county", "待分派（县）"
        AT_TOWNSHIP = "at_township", "待分派（乡镇）"
        TO_VERIFY = "to_verify", "待核实"
        VERIFIED = "verified", "已核实"
        IDENTIFYING = "identifying", "转认定"
        UNFOUNDED = "unfounded", "不属实"
        SOLVED = "solved", "政策已化解"
        WATCHED = "watched", "持续关注"
        UNVERIFIABLE = "unverifiable", "无法核实"
        ENROLLED = "enrolled", "已纳入"
        NOT_ENROLLED = "not_enrolled", "认定未通过"
        WITHDRAWN = "withdrawn", "证据已撤回"

    OPEN_STATES = (State.AT_COUNTY, State.AT_TOWNSHIP, State.TO_VERIFY, State.VERIFIED, State.IDENTIFYING)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("线索编号", max_length=30, unique=True)
    household = models.ForeignKey("households.Household", models.PROTECT, related_name="clues", verbose_name="农户")
    person = models.ForeignKey("households.Person", models.PROTECT, null=True, related_name="+", verbose_name="涉及人")
    village = models.ForeignKey("accounts.Division", models.PROTECT, related_name="clues", verbose_name="行政村")
    risk = models.CharField("风险类型", max_length=20, choices=Risk.choices)
    channel = models.CharField("线索来源", max_length=2, choices=Channel.choices)
    department = models.CharField("推送部门", max_length=30, blank=True)
    period = models.DateField("数据月份", null=True)
    received_on = models.DateField("接收日期")
    state = models.CharField("状态", max_length=20, choices=State.choices)
    content_sealed = models.BinaryField(null=True, editable=False)
    warning = models.CharField("预警内容", max_length=500, blank=True)
    figure = models.DecimalField("预警值", max_digits=14, decimal_places=2, null=True)
    threshold = models.DecimalField("阈值", max_digits=14, decimal_places=2, null=True)
    green_channel = models.BooleanField("先帮后补", default=False)
    due_on = models.DateField("本步时限", null=True)
    decision_due_on = models.DateField("全程时限", null=True)
    dispatched_on = models.DateField("分派日期", null=True)
    verified_on = models.DateField("核实日期", null=True)
    closed_on = models.DateField("办结日期", null=True)
    close_reason = models.CharField("办结理由", max_length=500, blank=True)
    next_review_on = models.DateField("下次复核", null=True)
    reporter = models.CharField("报告人", max_length=60, blank=True)
    told_reporter_on = models.DateField("反馈报告人日期", null=True)
    registered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1)

    content = Sealed("content_sealed")
    objects = ClueQuerySet.as_manager()

    class Meta:
        verbose_name = "风险线索"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["village", "state", "due_on"]),
            models.Index(fields=["household", "risk"]),
            models.Index(fields=["state", "due_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "risk"],
                condition=Q(state__in=["at_county", "at_township", "to_verify", "verified", "identifying"]),
                name="one_open_clue_per_household_and_risk",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def short_channel(self) -> str:
        """The channel without what stands in brackets, for narrow columns."""
        label: str = self.get_channel_display()
        return label.partition("（")[0]


class Hit(Lean):
    """What one rule found for one household in one period, and where it went: the explanation of a clue.

    `evidence` (sealed JSON) lists each piece with its file, sheet, row and cells as received and the registered
    person it met; `parameters` the values of the rule's parameters with their source; `arithmetic` the sum in words.
    `evidence_keys` are the digests (hex) of the pieces, by which the same evidence is known again. A hit whose
    evidence was corrected away is withdrawn and stays; of those that stand there is one per household, rule and period.
    """

    class Outcome(models.TextChoices):
        OPENED = "opened", "新增线索"
        EXTENDED = "extended", "补充线索"
        COVERED = "covered", "并入监测"
        SUPPRESSED = "suppressed", "不再提示"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey("households.Household", models.PROTECT, related_name="hits")
    rule = models.CharField("规则", max_length=30)
    risk = models.CharField("风险类型", max_length=20, choices=Risk.choices)
    period = models.DateField("数据月份")
    outcome = models.CharField("去向", max_length=10, choices=Outcome.choices)
    clue = models.ForeignKey(Clue, models.PROTECT, null=True, related_name="hits")
    episode = models.ForeignKey("monitoring.Episode", models.PROTECT, null=True, related_name="hits")
    run = models.ForeignKey("monitoring.MatchRun", models.PROTECT, related_name="hits")
    figure = models.DecimalField("数值", max_digits=14, decimal_places=2, null=True)
    parameters = models.JSONField("参数", default=dict)
    arithmetic = models.TextField("算式", blank=True)
    evidence_keys = models.JSONField("证据指纹", default=list)
    evidence_sealed = models.BinaryField(null=True, editable=False)
    withdrawn_at = models.DateTimeField("证据撤回时间", null=True)
    recorded_at = models.DateTimeField("记录时间")

    evidence = Sealed("evidence_sealed")
    objects = HitQuerySet.as_manager()

    class Meta:
        verbose_name = "规则命中"
        ordering = ["period", "id"]
        indexes = [models.Index(fields=["period", "rule"])]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "rule", "period"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_hit_per_household_rule_and_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.period:%Y-%m}"
