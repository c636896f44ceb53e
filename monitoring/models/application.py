"""Own applications of farmers (农户自主申报), and the posters whose codes lead to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.crypto import Sealed
from monitoring.querysets import ApplicationQuerySet


class ApplicationPoint(models.Model):
    """The public page of a village, under a token that tells nobody which village or how many there are."""

    village = models.OneToOneField("accounts.Division", models.PROTECT, related_name="application_point")
    token = models.CharField(max_length=32, unique=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "申报入口"
        ordering = ["village_id"]

    def __str__(self) -> str:
        return str(self.village)


class Application(models.Model):
    """What somebody applied for, for himself or another; `content` is sealed JSON (services/applications.CONTENT).

    `uid` comes from the form, so that it is sent once; the receipt number follows from it and is kept as an index only.
    `id_index` and `address_index` are blind indexes of the applicant's number and of the sender's network address.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "待核对"
        LINKED = "linked", "已转线索"
        REFUSED = "refused", "不予受理"

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    village = models.ForeignKey("accounts.Division", models.PROTECT, related_name="applications", verbose_name="行政村")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    content_sealed = models.BinaryField(null=True, editable=False)
    id_index = models.BinaryField(max_length=16, editable=False)
    receipt_index = models.BinaryField(max_length=16, unique=True, editable=False)
    address_index = models.BinaryField(max_length=16, null=True, editable=False)
    filed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="代为申报")
    submitted_at = models.DateTimeField("申报时间")
    household = models.ForeignKey("households.Household", models.PROTECT, null=True, related_name="applications")
    clue = models.ForeignKey("monitoring.Clue", models.PROTECT, null=True, related_name="applications")
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    decided_at = models.DateTimeField("处理时间", null=True)
    reason = models.CharField("不予受理的理由", max_length=500, blank=True)

    content = Sealed("content_sealed")
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "农户申报"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["village", "state"]),
            models.Index(fields=["address_index", "submitted_at"]),
            models.Index(fields=["village", "submitted_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="linked_application_has_clue", condition=~Q(state="linked") | Q(clue__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.submitted_at:%Y-%m-%d}"
