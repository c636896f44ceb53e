"""The second factor of a sign-in."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.crypto import Sealed


class SecondFactor(models.Model):
    """A person's authenticator. It counts from `confirmed_at` on; each code opens once, `last_step` says up to which."""

    user = models.OneToOneField("accounts.User", models.CASCADE, related_name="second_factor", verbose_name="用户")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    secret_sealed = models.BinaryField(editable=False)
    confirmed_at = models.DateTimeField("启用时间", null=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField("锁定到", null=True)

    secret = Sealed("secret_sealed")

    class Meta:
        verbose_name = "二次验证"

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code on paper that opens once instead of the authenticator; only its blind index is kept."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(editable=False)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "备用码"

    def __str__(self) -> str:
        return str(self.factor)
