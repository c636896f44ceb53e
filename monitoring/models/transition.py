"""Transitions: history, audit and outbox of clues and cases at once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.lean import Lean
from monitoring.querysets import TransitionQuerySet


class Transition(Lean):
    """One step taken by one person. Never updated or deleted (a trigger of the database refuses)."""

    clue = models.ForeignKey("monitoring.Clue", models.PROTECT, null=True, related_name="transitions")
    case = models.ForeignKey("monitoring.Case", models.PROTECT, null=True, related_name="transitions")
    action = models.CharField("动作", max_length=30)
    source = models.CharField("原状态", max_length=20, blank=True)
    target = models.CharField("新状态", max_length=20)
    duty = models.CharField("职责", max_length=20, blank=True, help_text="须由不同的人办理的职责")
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    post = models.ForeignKey("accounts.Post", models.PROTECT, null=True, related_name="+", verbose_name="任职")
    note = models.CharField("意见", max_length=1000, blank=True)
    data = models.JSONField("内容", default=dict)
    files = models.ManyToManyField("accounts.StoredFile", related_name="+")
    happened_on = models.DateField("办理日期")
    recorded_at = models.DateTimeField("记录时间")

    objects = TransitionQuerySet.as_manager()

    class Meta:
        verbose_name = "办理记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["clue", "id"]), models.Index(fields=["case", "id"])]
        constraints = [
            models.CheckConstraint(
                name="transition_of_one_subject",
                condition=Q(clue__isnull=True) ^ Q(case__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.happened_on}"
