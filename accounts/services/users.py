"""Accounts of people: made, given a new first password, switched off and on; only in the administrator's places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Refused
from accounts.models import PastPassword, Post, SecondFactor, User
from accounts.passwords import REMEMBERED, first_password
from accounts.permissions import SYSTEM_RIGHTS, require
from accounts.scope import scope_of
from accounts.services import audit
from accounts.services.tokens import end_tokens
from sheets.text import text

MANAGE = "accounts.manage_users"
_USERNAME = RegexValidator(r"\A[a-z0-9][a-z0-9._-]{1,39}\Z")


def user_named(username: str) -> User:
    """The user of that name in any spelling. Raises: Refused when nobody has it."""
    user = User.objects.filter(username=User.objects.normalize_username(username)).first()
    if user is None:
        raise Refused(f"没有用户 {username}，请核对用户名。", field="username")
    return user


def create_user(
    *, username: str, name: str, actor: User | None, at: datetime, unit: str = "", phone: str = ""
) -> tuple[User, str]:
    """A new account without a post, and its first password, which is shown this once and must be changed.

    Raises:
        Refused: the user name is not 2 to 40 letters, digits, dots or dashes, or there is no name.
        Conflict: the user name is taken (in whatever case).
        Forbidden: the actor administers nobody.
    """
    _require_administrator(actor, at)
    canonical = _checked_username(username)
    if not text(name):
        raise Refused("请填写姓名。", field="name")
    password = first_password()
    user = User(
        username=canonical,
        name=text(name)[:60],
        unit=text(unit)[:120],
        phone=text(phone)[:20],
        must_change_password=True,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record(actor=actor, at=at, action="user.created", target=user)
    except IntegrityError as error:
        raise Conflict(f"用户名“{canonical}”已有人使用，请换一个。", field="username", code="username_taken") from error
    return user, password


def change_password(*, actor: User, new: str, at: datetime) -> None:
    """Set the actor's own new password. The entrance has checked his old one through `authenticate`, where tries count.

    Ends his other sessions and all his tokens; the entrance keeps the session it serves (`update_session_auth_hash`).

    Raises: Refused with all that is wrong with the password, field `new`.
    """
    try:
        validate_password(new, actor)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="new", code="weak_password") from error
    with transaction.atomic():
        _replace_password(actor, new, first=False, at=at)
        audit.record(actor=actor, at=at, action="user.password_changed", target=actor)


def reset_password(*, user: User, actor: User | None, at: datetime) -> str:
    """A new first password for somebody who has lost his; ends his sessions and tokens.

    Raises: OutOfScope or Forbidden where the actor does not administer the user.
    """
    _require_over(user, actor, at)
    password = first_password()
    with transaction.atomic():
        _replace_password(user, password, first=True, at=at)
        audit.record(actor=actor, at=at, action="user.password_reset", target=user)
    return password


def reset_second_factor(*, user: User, actor: User | None, at: datetime) -> None:
    """Take the second factor from somebody who has lost his telephone; ends his sessions and tokens. Without one
    nothing happens.

    Raises: OutOfScope or Forbidden where the actor does not administer the user.
    """
    _require_over(user, actor, at)
    with transaction.atomic():
        if not SecondFactor.objects.filter(user=user).delete()[0]:
            return
        end_sessions(user=user, actor=actor, at=at)
        audit.record(actor=actor, at=at, action="user.second_factor_reset", target=user)


def disable_user(*, user: User, reason: str, actor: User | None, at: datetime) -> None:
    """Switch an account off: his sessions and tokens end at once, his posts stay as they are. Twice is once.

    Raises: Refused without a reason, or for one's own account; OutOfScope or Forbidden.
    """
    _require_over(user, actor, at)
    if actor is not None and actor.pk == user.pk:
        raise Refused("不能停用自己的账号，请由另一位系统管理员办理。")
    if not text(reason):
        raise Refused("请填写停用原因。", field="reason")
    _switch(user, active=False, action="user.disabled", reason=text(reason), actor=actor, at=at)


def enable_user(*, user: User, reason: str, actor: User | None, at: datetime) -> None:
    """Switch an account on again; sessions that it had before stay ended."""
    _require_over(user, actor, at)
    _switch(user, active=True, action="user.enabled", reason=text(reason), actor=actor, at=at)


def end_sessions(*, user: User, actor: User | None, at: datetime) -> None:
    """End all of a user's sessions and tokens, in the caller's transaction."""
    User.objects.filter(pk=user.pk).update(session_serial=F("session_serial") + 1)
    user.refresh_from_db(fields=["session_serial"])
    end_tokens(user=user, actor=actor, at=at)


def _switch(user: User, *, active: bool, action: str, reason: str, actor: User | None, at: datetime) -> None:
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
            return
        user.is_active = active
        end_sessions(user=user, actor=actor, at=at)
        audit.record(actor=actor, at=at, action=action, target=user, purpose=reason)


def _replace_password(user: User, password: str, *, first: bool, at: datetime) -> None:
    PastPassword.objects.create(user=user, password=user.password, until=at)
    kept = list(user.past_passwords.values_list("pk", flat=True)[: REMEMBERED - 1])
    user.past_passwords.exclude(pk__in=kept).delete()
    user.set_password(password)
    user.must_change_password, user.password_changed_at = first, at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    end_sessions(user=user, actor=user, at=at)


def _checked_username(username: str) -> str:
    canonical = User.objects.normalize_username(username)
    try:
        _USERNAME(canonical)
    except ValidationError as error:
        raise Refused("用户名应为2至40位字母、数字、点或横线。", field="username") from error
    return canonical


def _require_administrator(actor: User | None, at: datetime) -> None:
    """For acts on nobody's place yet: any current post that gives the right will do."""
    if actor is None:
        if MANAGE not in SYSTEM_RIGHTS:
            raise Forbidden("这件事必须由本人登录后办理。")
        return
    for post in scope_of(actor, timezone.localdate(at)).posts:
        require(actor=actor, right=MANAGE, code=post.division_id, at=at)
        return
    raise Forbidden("你没有现任岗位，不能办理。")


def _require_over(user: User, actor: User | None, at: datetime) -> None:
    """The actor must administer every place where the user holds or will hold a post, so that nobody reaches upwards.

    A user without any post belongs to whoever administers some place.
    """
    posts: Any = Post.objects.ending_after(timezone.localdate(at)).filter(user=user)
    codes = set(posts.values_list("division_id", flat=True))
    for code in codes:
        require(actor=actor, right=MANAGE, code=code, at=at)
    if not codes:
        _require_administrator(actor, at)
