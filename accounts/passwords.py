"""Passwords: what is asked of one, and how a first one is made (等保: 3 of 4 kinds of characters, the last 5 refused).

The list of common passwords is Django's validator, named in the settings beside this one. Its validator of the length
is not used, because its message has no Chinese.
"""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts.models import User

LEAST = 10
REMEMBERED = 5
KINDS = 3
# Without characters that look alike on paper (0 O 1 l I).
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


class PasswordPolicy:
    """Django password validator: length, kinds of characters, nothing of the user's own, none of his last five."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < LEAST or _kinds(password) < KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_plain")
        if user is None:
            return
        own = (user.username, user.phone)
        if any(len(word) >= 3 and word.lower() in password.lower() for word in own):
            raise ValidationError("密码不能包含用户名或手机号。", code="password_of_own_data")
        if user.pk and _used(password, user):
            raise ValidationError(f"不能使用最近{REMEMBERED}次用过的密码。", code="password_used")

    def get_help_text(self) -> str:
        return f"密码至少{LEAST}位，须含大写字母、小写字母、数字、符号中的{KINDS}种。"


def first_password() -> str:
    """A random password of 12 characters that meets the policy; to be changed at the first sign-in."""
    groups = (_LETTERS, _CAPITALS, _DIGITS)
    characters = [secrets.choice(group) for group in groups for _ in range(4)]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _kinds(password: str) -> int:
    groups = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    known = sum(any(character in group for character in password) for group in groups)
    return known + any(all(character not in group for group in groups) for character in password)


def _used(password: str, user: User) -> bool:
    recent = user.past_passwords.values_list("password", flat=True)[: REMEMBERED - 1]
    return any(check_password(password, old) for old in [user.password, *recent] if old)
