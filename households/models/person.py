"""Persons (人) and the households that they belong to, over time."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from accounts.crypto import Sealed
from accounts.models.lean import Lean
from households.models.household import BEGINNING
from households.querysets import MembershipQuerySet, PersonQuerySet


class LabourSkill(models.TextChoices):
    SKILLED = "技能劳动力", "技能劳动力"
    ORDINARY = "普通劳动力", "普通劳动力"
    WEAK = "弱劳动力或半劳动力", "弱劳动力或半劳动力"
    LOST = "丧失劳动力", "丧失劳动力"
    NONE = "无劳动力", "无劳动力"


RELATIONS = [
    "户主",
    "配偶",
    "之子",
    "之女",
    "之儿媳",
    "之女婿",
    "之孙子",
    "之孙女",
    "之外孙子",
    "之外孙女",
    "之父",
    "之母",
    "之岳父",
    "之岳母",
    "之公公",
    "之婆婆",
    "之祖父",
    "之祖母",
    "之外祖父",
    "之外祖母",
    "之兄弟姐妹",
    "之曾孙子",
    "之曾孙女",
    "之侄儿",
    "之侄女",
    "之兄弟媳妇",
    "之叔伯",
    "其他",
]
Relation = models.TextChoices("Relation", {f"R{i}": (name, name) for i, name in enumerate(RELATIONS)})  # type: ignore[call-overload]
HEAD = "户主"


class Person(Lean):
    """A person known by his resident number, which is sealed; `id_index` is its blind index for matching."""

    class Status(models.TextChoices):
        PRESENT = "正常", "正常"
        DEAD = "死亡", "死亡"
        LEFT = "自然减少", "自然减少"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("人编号", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60, db_index=True)
    id_sealed = models.BinaryField(editable=False)
    id_index = models.BinaryField(max_length=16, unique=True, editable=False)
    sex = models.CharField("性别", max_length=1)
    birth_year = models.PositiveSmallIntegerField("出生年")
    nation = models.CharField("民族", max_length=20, blank=True)
    education = models.CharField("文化程度", max_length=30, blank=True)
    schooling = models.CharField("在校生状况", max_length=30, blank=True)
    health = models.CharField("健康状况", max_length=60, blank=True)
    labour_skill = models.CharField("劳动技能", max_length=20, blank=True)
    work_months = models.DecimalField("务工时间（月）", max_digits=4, decimal_places=1, null=True, blank=True)
    serious_illness_insurance = models.CharField("是否参加大病保险", max_length=4, blank=True)
    phone_sealed = models.BinaryField(null=True, editable=False)
    identified_on = models.DateField("人员识别时间", null=True, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PRESENT)
    status_on = models.DateField("状态日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    id_number = Sealed("id_sealed")
    phone = Sealed("phone_sealed")
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "人员"
        ordering = ["id"]
        # Who is able to work is asked of a whole county, and a person's row is wide.
        indexes = [models.Index(fields=["labour_skill", "id"])]

    def __str__(self) -> str:
        return self.name


class FormerNumber(models.Model):
    """A resident number that a person had before the police corrected it; still matches him."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="former_numbers")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    id_sealed = models.BinaryField(editable=False)
    id_index = models.BinaryField(max_length=16, unique=True, editable=False)
    changed_on = models.DateField("变更日期")

    id_number = Sealed("id_sealed")

    class Meta:
        verbose_name = "曾用证件号码"

    def __str__(self) -> str:
        return f"{self.person} 曾用号码"


class Membership(Lean):
    """A person in a household, in one relation to its head, from a day (the first day in) to a day (the first day out).

    A new relation ends one membership and begins another, so that the householder of any past day is known.
    """

    class LeftReason(models.TextChoices):
        MOVED = "moved", "转入他户"
        RELATION = "relation", "关系变更"
        DEATH = "death", "死亡"
        MARRIED_OUT = "married_out", "婚出"
        MOVED_OUT = "moved_out", "迁出"
        LEFT = "left", "自然减少"
        CANCELLED = "cancelled", "户注销"

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人员")
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="memberships", verbose_name="农户"
    )
    relation = models.CharField("与户主关系", max_length=20)
    joined_on = models.DateField("加入日期", default=BEGINNING)
    left_on = models.DateField("离开日期", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=20, blank=True, choices=LeftReason.choices)
    left_recorded_at = models.DateTimeField("离开的记录时间", null=True, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "户内成员"
        ordering = ["household_id", "id"]
        indexes = [models.Index(fields=["household", "joined_on"])]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(left_on__isnull=True), name="one_current_household"),
            models.CheckConstraint(
                name="membership_leaves_after_joining",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.relation}）"

    @property
    def is_head(self) -> bool:
        return self.relation == HEAD
