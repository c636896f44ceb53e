"""Keys of programs and phones that call the API."""

from __future__ import annotations

from django.db import models


class ApiToken(models.Model):
    """One sign-in through the API. Only the SHA-256 of the key is kept; it is random, so that needs no salt."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="api_tokens", verbose_name="用户")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")

    class Meta:
        verbose_name = "接口令牌"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
