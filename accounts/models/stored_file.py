"""Kept files: originals of imports, photos, attachments."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """A file in DATA_DIR, encrypted, named by the SHA-256 of its plain content; the same content is kept once."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField("文件名", max_length=255)
    size = models.PositiveBigIntegerField("字节数")
    content_type = models.CharField("类型", max_length=100, blank=True)
    stored_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    stored_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "留存文件"
        ordering = ["-stored_at"]

    def __str__(self) -> str:
        return self.name
