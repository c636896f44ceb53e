"""What happens in a household's life, and what a department says has happened until a cadre confirms it."""

from __future__ import annotations

import uuid

from django.db import models

from households.querysets import ChangeProposalQuerySet


class LifeEvent(models.Model):
    """One event in a household, never changed afterwards. `data` keeps what was before and after, without numbers."""

    class Kind(models.TextChoices):
        HEAD_CHANGED = "head_changed", "户主变更"
        SPLIT = "split", "分户"
        MERGED = "merged", "并户"
        BIRTH = "birth", "出生"
        MARRIED_IN = "married_in", "婚入"
        MARRIED_OUT = "married_out", "婚出"
        MOVED_IN = "moved_in", "迁入"
        MOVED_OUT = "moved_out", "迁出"
        MOVED = "moved", "整户搬迁"
        DEATH = "death", "死亡"
        LEFT = "left", "自然减少"
        CANCELLED = "cancelled", "注销"
        NAME_CHANGED = "name_changed", "改名"
        NUMBER_CHANGED = "number_changed", "改号"
        VALUES_CHANGED = "values_changed", "信息更新"

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="life_events", verbose_name="农户"
    )
    person = models.ForeignKey(
        "households.Person", models.PROTECT, null=True, related_name="life_events", verbose_name="人员"
    )
    other_household = models.ForeignKey(
        "households.Household", models.PROTECT, null=True, related_name="+", verbose_name="另一户"
    )
    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    happened_on = models.DateField("发生日期")
    recorded_at = models.DateTimeField("记录时间")
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="记录人")
    reason = models.CharField("说明", max_length=500, blank=True)
    data = models.JSONField("前后对照", default=dict)
    client_uid = models.UUIDField(null=True, unique=True, editable=False, help_text="录入端给的编号，重复提交只记一次")
    client_digest = models.BinaryField(max_length=16, null=True, editable=False, help_text="所提交内容的带密钥摘要")

    class Meta:
        verbose_name = "家庭变动"
        ordering = ["-happened_on", "-id"]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"


class ChangeProposal(models.Model):
    """A death, move, new name or number that a department reports; changes nothing until a cadre confirms it."""

    class State(models.TextChoices):
        OPEN = "open", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "不采纳"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        "households.Person", models.PROTECT, related_name="change_proposals", verbose_name="人员"
    )
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="change_proposals", verbose_name="农户"
    )
    kind = models.CharField("变动类型", max_length=10)
    happened_on = models.DateField("变动日期", null=True)
    source_key = models.CharField("来源", max_length=80, unique=True)
    sealed = models.BinaryField(null=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True)
    note = models.CharField("说明", max_length=500, blank=True)

    objects = ChangeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "待确认变动"
        ordering = ["-proposed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind}（{self.get_state_display()}）"
