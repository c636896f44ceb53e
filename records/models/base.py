"""What the lines of every book have in common: two clocks, and versions that are never changed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.lean import Lean
from records.querysets import RecordBatchQuerySet, RecordQuerySet

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2, "null": True, "blank": True}


class RecordBatch(models.Model):
    """One workbook of one book of one place, with what was accepted and what was sent back."""

    class State(models.TextChoices):
        DONE = "done", "已入库"
        UNDONE = "undone", "已撤销"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    book = models.CharField("底册", max_length=30)
    department = models.CharField("部门", max_length=30, blank=True)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="单位")
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="原始文件")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DONE)
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    imported_at = models.DateTimeField("导入时间")
    listed_on = models.DateField("数据日期", null=True, help_text="名册说的是哪一天的情况")
    full = models.BooleanField("全量名册", default=False)
    rows = models.PositiveIntegerField("行数")
    created = models.PositiveIntegerField("新增")
    changed = models.PositiveIntegerField("变更")
    unchanged = models.PositiveIntegerField("未变")
    ended = models.PositiveIntegerField("截止", default=0)
    rejected = models.PositiveIntegerField("退回")
    errors = models.JSONField("退回明细", default=list)

    objects = RecordBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "底册导入批次"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.book} 导入 {self.pk}"


class Record(Lean):
    """One version of one line of a book.

    It was so from `from_on` until the day before `to_on`, and was held to be so from `recorded_at` until
    `withdrawn_at`. A version is never changed but for being withdrawn: what changes from a day on is a new version
    beside the old one cut short, what was wrong is withdrawn and written anew. `line` is the same in all versions.
    """

    # Where the code of its place stands.
    AT: ClassVar[str]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    line = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    from_on = models.DateField("起始日期")
    to_on = models.DateField("截止日期", null=True, blank=True, help_text="不再如此的第一天")
    note = models.CharField("备注", max_length=500, blank=True)
    reason = models.CharField("变更说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="记录人", editable=False
    )
    recorded_at = models.DateTimeField("记录时间", editable=False)
    withdrawn_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="更正人", editable=False
    )
    withdrawn_at = models.DateTimeField("更正时间", null=True, editable=False)
    batch = models.ForeignKey(
        RecordBatch, models.PROTECT, null=True, related_name="+", verbose_name="导入批次", editable=False
    )
    withdrawn_in = models.ForeignKey(
        RecordBatch, models.PROTECT, null=True, related_name="+", verbose_name="更正它的批次", editable=False
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(withdrawn_at__isnull=True, to_on__isnull=True),
                name="%(class)s_one_lasting_version",
            ),
            models.UniqueConstraint(
                fields=["line", "from_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="%(class)s_one_version_from_a_day",
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_begins", condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on"))
            ),
        ]


class HouseholdRecord(Record):
    """A line about a household; its place is where the household lives on the day it is read for."""

    AT = "household__village_id"

    household = models.ForeignKey("households.Household", models.PROTECT, related_name="+", verbose_name="农户")

    class Meta(Record.Meta):
        abstract = True
        indexes = [models.Index(fields=["household", "from_on"], name="%(class)s_household")]

    def __str__(self) -> str:
        return f"{self.household} {self.from_on}"


class PersonRecord(Record):
    """A line about a person and the household that he belonged to when it was written."""

    AT = "household__village_id"

    household = models.ForeignKey("households.Household", models.PROTECT, related_name="+", verbose_name="农户")
    person = models.ForeignKey("households.Person", models.PROTECT, related_name="+", verbose_name="人员")

    class Meta(Record.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["household", "from_on"], name="%(class)s_household"),
            models.Index(fields=["person", "from_on"], name="%(class)s_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.from_on}"


class PlaceRecord(Record):
    """A line about a place itself, or about something that belongs to it."""

    AT = "division_id"

    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="单位")

    class Meta(Record.Meta):
        abstract = True
        indexes = [models.Index(fields=["division", "from_on"], name="%(class)s_division")]

    def __str__(self) -> str:
        return f"{self.division} {self.from_on}"
