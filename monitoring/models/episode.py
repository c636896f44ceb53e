"""Episodes (监测周期): one identification to one clearing."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.models.lean import Lean
from monitoring.querysets import EpisodeEventQuerySet, EpisodeQuerySet
from monitoring.risks import MonitoredType


class Episode(Lean):
    """A household under monitoring. The dates here repeat its standing events, for quick reading of today's state."""

    class State(models.TextChoices):
        MONITORED = "monitored", "监测中"
        CLEARED = "cleared", "风险已消除"
        CANCELLED = "cancelled", "注销"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey("households.Household", models.PROTECT, related_name="episodes", verbose_name="农户")
    serial = models.PositiveSmallIntegerField("周期序号", default=1)
    monitored_type = models.CharField("监测对象类别", max_length=20, choices=MonitoredType.choices)
    risks = models.JSONField("致贫返贫风险", default=list, help_text="至多五个，第一个为主要风险")
    main_risk = models.CharField("主要风险", max_length=20)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.MONITORED)
    identified_on = models.DateField("识别监测时间")
    cleared_on = models.DateField("消除监测时间", null=True)
    clear_method = models.CharField("风险消除方式", max_length=10, blank=True)
    secured = models.BooleanField("兜底保障，暂不标注消除", default=False)
    size = models.PositiveSmallIntegerField("识别时人数", default=0)
    reidentified = models.BooleanField("重新识别", default=False)
    from_register = models.BooleanField("来自档案导入", default=False)
    next_follow_up_on = models.DateField("下次走访", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        verbose_name = "监测周期"
        ordering = ["household_id", "serial"]
        indexes = [models.Index(fields=["state", "main_risk"])]
        constraints = [
            models.UniqueConstraint(fields=["household", "serial"], name="one_episode_per_serial"),
            models.UniqueConstraint(fields=["household"], condition=Q(state="monitored"), name="one_monitored_episode"),
        ]

    def __str__(self) -> str:
        return f"{self.household} 第{self.serial}周期"


class EpisodeEvent(Lean):
    """One turn of an episode. Never changed; a register value that a later file corrects is withdrawn, not deleted."""

    class Kind(models.TextChoices):
        IDENTIFIED = "identified", "识别"
        CLEARED = "cleared", "风险消除"
        ROLLED_BACK = "rolled_back", "消除回退"
        SECURED = "secured", "兜底保障"
        CANCELLED = "cancelled", "注销"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="events")
    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    happened_on = models.DateField("发生日期")
    # False: the register says that it happened, not when; `happened_on` is then the first day on which it can stand.
    dated = models.BooleanField("日期已知", default=True)
    recorded_at = models.DateTimeField("记录时间")
    withdrawn_at = models.DateTimeField("更正时间", null=True)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey("monitoring.Case", models.PROTECT, null=True, related_name="episode_events")
    batch = models.ForeignKey("households.RegisterBatch", models.PROTECT, null=True, related_name="+")
    household_size = models.PositiveSmallIntegerField("当时人数", default=0)
    note = models.CharField("说明", max_length=500, blank=True)

    objects = EpisodeEventQuerySet.as_manager()

    class Meta:
        verbose_name = "监测周期事件"
        ordering = ["happened_on", "id"]
        indexes = [models.Index(fields=["kind", "happened_on"])]

    def __str__(self) -> str:
        return f"{self.episode} {self.get_kind_display()} {self.happened_on}"
