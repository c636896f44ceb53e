"""What a county words for its own desks: reasons for sending a case back, Word templates of papers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from monitoring.querysets import PaperTemplateQuerySet, ReturnReasonQuerySet


class ReturnReason(models.Model):
    """A reason for sending a case back, with the words that the return begins with. Retired ones stay for the counts."""

    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="县")
    title = models.CharField("退回原因", max_length=30)
    wording = models.CharField("要村里补什么", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    retired_at = models.DateTimeField("停用时间", null=True)
    set_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")

    objects = ReturnReasonQuerySet.as_manager()

    class Meta:
        verbose_name = "退回原因"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "title"], condition=Q(retired_at__isnull=True), name="one_return_reason_per_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PaperTemplate(models.Model):
    """A county's own Word template of a paper. A new one takes the place of the old, which stays readable."""

    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="县")
    paper = models.CharField("文书", max_length=20)
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="模板")
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    retired_at = models.DateTimeField("停用时间", null=True)

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "文书模板"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "paper"], condition=Q(retired_at__isnull=True), name="one_template_per_paper"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.paper}"
