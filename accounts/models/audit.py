"""The append-only record of what was done and looked at."""

from __future__ import annotations

from django.db import models

from accounts.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """One act of one user: sign-in, refusal, import, export, unmasking, parameter change. Never updated or deleted."""

    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="audit_events", verbose_name="操作人"
    )
    action = models.CharField("动作", max_length=60, db_index=True)
    target_type = models.CharField("对象类型", max_length=60, blank=True)
    target_id = models.CharField("对象编号", max_length=64, blank=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    detail = models.JSONField("详情", default=dict)
    address = models.GenericIPAddressField("地址", null=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
