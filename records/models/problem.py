"""Problems that are worked and cleared (动态清零, 整改销号): found, assigned, done, checked, signed off."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from records.querysets import ProblemQuerySet, ProblemStepQuerySet

# Rectification items may be many about one household.
_OPEN = Q(state__in=["found", "assigned", "done", "checked"]) & ~Q(kind="rectification")


class Problem(models.Model):
    """One problem of a household or a place. The row repeats what its steps say of today, for quick reading.

    `details` holds what only one kind has (a house's handling and subsidy, a family's need for work …), by the names
    of its declaration in records/problems.
    """

    class Kind(models.TextChoices):
        DROPOUT = "dropout", "失学辍学"
        UNINSURED = "uninsured", "未参保"
        HOUSE = "house", "住房安全"
        WATER = "water", "饮水安全"
        ZERO_JOB = "zero_job", "零就业家庭"
        RECTIFICATION = "rectification", "问题整改"

    class State(models.TextChoices):
        FOUND = "found", "待交办"
        ASSIGNED = "assigned", "办理中"
        DONE = "done", "待验收"
        CHECKED = "checked", "待销号"
        SIGNED_OFF = "signed_off", "已销号"
        VOID = "void", "不属实"

    OPEN_STATES = (State.FOUND, State.ASSIGNED, State.DONE, State.CHECKED)

    class Level(models.TextChoices):
        """Who fed a rectification item back (反馈层级)."""

        CENTRAL = "central", "中央"
        PROVINCE = "province", "省"
        CITY = "city", "市"
        COUNTY = "county", "县"
        SELF = "self", "自查"

    class Origin(models.TextChoices):
        ASSESSMENT = "assessment", "考核"
        INSPECTION = "inspection", "巡视"
        AUDIT = "audit", "审计"
        SUPERVISION = "supervision", "督查"
        SECRET_VISIT = "secret_visit", "暗访"
        PETITION = "petition", "信访"
        DEPARTMENT = "department", "部门排查"
        CADRE = "cadre", "干部走访"
        HOUSEHOLD = "household", "农户申报"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("问题编号", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=15, choices=Kind.choices)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="涉及单位")
    household = models.ForeignKey(
        "households.Household", models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="农户"
    )
    person = models.ForeignKey(
        "households.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    clue = models.ForeignKey(
        "monitoring.Clue", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )
    level = models.CharField("反馈层级", max_length=10, choices=Level.choices, blank=True)
    origin = models.CharField("来源", max_length=15, choices=Origin.choices)
    grade = models.CharField("分级", max_length=20, blank=True)
    category = models.CharField("分类", max_length=40, blank=True)
    description = models.CharField("问题描述", max_length=1000)
    households_affected = models.PositiveIntegerField("影响户数", null=True, blank=True)
    persons_affected = models.PositiveIntegerField("影响人数", null=True, blank=True)
    found_on = models.DateField("发现日期")
    measures = models.CharField("整改措施", max_length=1000, blank=True)
    leader = models.CharField("责任领导", max_length=60, blank=True)
    unit = models.CharField("责任单位", max_length=80, blank=True)
    person_in_charge = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    details = models.JSONField("专项内容", default=dict)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.FOUND)
    done_on = models.DateField("完成日期", null=True, editable=False)
    checked_on = models.DateField("验收日期", null=True, editable=False)
    signed_off_on = models.DateField("销号日期", null=True, editable=False)
    looked_back_on = models.DateField("回头看日期", null=True, editable=False)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", editable=False)
    recorded_at = models.DateTimeField("登记时间", editable=False)
    batch = models.ForeignKey("records.RecordBatch", models.PROTECT, null=True, related_name="+", editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "问题"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "division", "state"]),
            models.Index(fields=["kind", "found_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "household"],
                condition=Q(_OPEN, person__isnull=True, household__isnull=False),
                name="one_open_problem_of_a_household",
            ),
            models.UniqueConstraint(
                fields=["kind", "person"],
                condition=Q(_OPEN, person__isnull=False),
                name="one_open_problem_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ProblemStep(models.Model):
    """One step taken with a problem. Never updated or deleted (a trigger of the database refuses)."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps")
    action = models.CharField("动作", max_length=30)
    source = models.CharField("原状态", max_length=12, blank=True)
    target = models.CharField("新状态", max_length=12)
    duty = models.CharField("职责", max_length=20, blank=True, help_text="须由不同的人办理的职责")
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    note = models.CharField("说明", max_length=1000, blank=True)
    data = models.JSONField("内容", default=dict)
    files = models.ManyToManyField("accounts.StoredFile", related_name="+")
    happened_on = models.DateField("办理日期")
    recorded_at = models.DateTimeField("记录时间")

    objects = ProblemStepQuerySet.as_manager()

    class Meta:
        verbose_name = "问题办理记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["problem", "id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.happened_on}"
