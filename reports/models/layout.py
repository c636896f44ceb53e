"""Layouts of ledgers that counties have made, and from when they hold."""

from __future__ import annotations

import uuid

from django.db import models

from reports.querysets import LayoutTermQuerySet, LedgerLayoutQuerySet


class LedgerLayout(models.Model):
    """One layout of one ledger, as judged good when it was sent; the workbook is kept sealed. Never changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ledger = models.CharField("台账", max_length=10)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    declared = models.JSONField("版式")
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="工作簿")
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")

    objects = LedgerLayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "台账版式"
        ordering = ["-id"]
        indexes = [models.Index(fields=["ledger", "division"], name="layout_of_ledger")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.division} {self.pk}"


class LayoutTerm(models.Model):
    """From a day on a place uses a layout for a ledger, or the standard one where none is named. Never changed: a later
    row overrides."""

    ledger = models.CharField("台账", max_length=10)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    layout = models.ForeignKey(LedgerLayout, models.PROTECT, null=True, related_name="terms", verbose_name="版式")
    from_on = models.DateField("从哪天起")
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="设定人")
    recorded_at = models.DateTimeField("设定时间")

    objects = LayoutTermQuerySet.as_manager()

    class Meta:
        verbose_name = "版式启用"
        ordering = ["-id"]
        indexes = [models.Index(fields=["ledger", "from_on"], name="layout_in_force")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.division} {self.from_on:%Y-%m-%d}"
