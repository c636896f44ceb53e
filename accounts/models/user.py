"""People who sign in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.querysets import UserManager


class User(AbstractUser):
    """A person with an account. What he may see and do comes from his posts alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=120, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    session_serial = models.PositiveIntegerField(default=0, editable=False, help_text="加一即结束全部登录")

    objects: ClassVar[UserManager] = UserManager()

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """One canonical spelling, so that a lock-out counts all spellings of a name together."""
        return super().normalize_username(username).strip().lower()

    def must_renew_password(self, at: datetime) -> bool:
        """Whether he has to change his password before anything else: a first one, or one that is too old."""
        if self.must_change_password or self.password_changed_at is None:
            return self.must_change_password
        return at - self.password_changed_at > timedelta(days=settings.PASSWORD_DAYS)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's hash of the password, and the serial: sessions end when either changes."""
        salt = "accounts.models.User.session"
        value = f"{self.password}|{self.session_serial}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class PastPassword(models.Model):
    """A password that a user had, hashed; the last few may not come back."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords", verbose_name="用户")
    password = models.CharField(max_length=128, editable=False)
    until = models.DateTimeField("停用时间")

    class Meta:
        verbose_name = "曾用密码"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.until:%Y-%m-%d}"
