"""The second factor: set up, asked for after the password, given up, and whose it must be."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts import totp
from accounts.crypto import blind_index
from accounts.errors import Conflict, Refused, TooMany
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.services import audit
from accounts.services.users import MANAGE, end_sessions

FAILURES = 5
LOCKED_FOR = timedelta(minutes=30)
RECOVERY_CODES = 10
# Who sees whole numbers or appoints people; whoever approves is among them.
GUARDED = ("accounts.reveal", MANAGE)
# Without what is easily misread.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_asked(user: User) -> bool:
    """Whether the user's sign-in needs a code."""
    if settings.SECOND_FACTOR == "off":
        return False
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_required(user: User) -> bool:
    """Whether the user may not go without."""
    if settings.SECOND_FACTOR != "required":
        return False
    return any(scope_of(user).roles & PERMISSIONS[right] for right in GUARDED)


def must_set_up(user: User) -> bool:
    """Whether setting it up comes before everything else."""
    return is_required(user) and not is_asked(user)


def begin(*, actor: User, at: datetime) -> SecondFactor:
    """A new secret for `actor`, which counts once a code of it has been given (`confirm`). Raises: Conflict."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=actor).first() or SecondFactor(user=actor)
        if factor.confirmed_at is not None:
            raise Conflict("二次验证已经启用，要换手机请先停用再重新设置。")
        factor.secret = totp.new_secret()
        factor.save()
    return factor


def confirm(*, actor: User, code: str, at: datetime) -> list[str]:
    """Switch it on with a first code; gives the recovery codes, which are shown this once. Ends all sessions and tokens
    of the actor, since they began without it; the entrance keeps the session it serves.

    Raises: Refused when it has not been begun or the code is not of it.
    """
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=actor, confirmed_at=None).first()
        if factor is None:
            raise Refused("请先点“开始设置”。")
        step = totp.step_of(factor.secret, _plain(code), at)
        if step is None:
            raise Refused("验证码不对。请核对手机时间是否准确，输入正在显示的6位数字。", field="code")
        factor.confirmed_at, factor.last_step, factor.failures, factor.locked_until = at, step, 0, None
        factor.save()
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(8)) for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=_digest(factor, each)) for each in codes)
        end_sessions(user=actor, actor=actor, at=at)
        audit.record(actor=actor, at=at, action="user.second_factor_on", target=actor)
    return [f"{each[:4]}-{each[4:]}" for each in codes]


def check_code(*, user: User, code: str, at: datetime, address: str | None = None) -> None:
    """Let the bearer of a right code through: of the authenticator or from paper, each once. Failures are kept, and
    five of them lock it for half an hour, whatever is given then.

    Raises: Refused, TooMany.
    """
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        if factor is None:
            raise Conflict("没有启用二次验证，请重新登录。")
        locked = factor.locked_until is not None and factor.locked_until > at
        right = not locked and _opens(factor, _plain(code), user, at)
        if not locked:
            _count(factor, right, at)
        if not right:
            detail = {"known_user": True, "locked": locked, "second_factor": True}
            audit.record(actor=None, at=at, action="session.refused", target=user, detail=detail, address=address)
    if locked:
        raise TooMany("验证码多次输错，暂时锁定半小时，请稍后再试。", field="code", code="second_factor_locked")
    if not right:
        raise Refused("验证码不对，或者已经用过。请输入手机上正在显示的6位数字。", field="code", code="wrong_code")


def turn_off(*, actor: User, code: str, at: datetime) -> None:
    """Give it up, with a last code. Raises: Refused where the actor must have it; see `check_code`."""
    if is_required(actor):
        raise Refused("你的岗位必须使用二次验证，不能停用；换手机请联系系统管理员重置。")
    check_code(user=actor, code=code, at=at)
    with transaction.atomic():
        SecondFactor.objects.filter(user=actor).delete()
        audit.record(actor=actor, at=at, action="user.second_factor_off", target=actor)


def codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(factor__user=user, used_at=None).count()


def _opens(factor: SecondFactor, code: str, user: User, at: datetime) -> bool:
    step = totp.step_of(factor.secret, code, at)
    if step is not None and step > factor.last_step:
        factor.last_step = step
        return True
    unused = RecoveryCode.objects.filter(factor=factor, digest=_digest(factor, code), used_at=None)
    if not unused.update(used_at=at):
        return False
    audit.record(actor=user, at=at, action="user.recovery_code_used", target=user)
    return True


def _count(factor: SecondFactor, right: bool, at: datetime) -> None:
    factor.failures = 0 if right else factor.failures + 1
    if factor.failures >= FAILURES:
        factor.failures, factor.locked_until = 0, at + LOCKED_FOR
    factor.save(update_fields=["last_step", "failures", "locked_until"])


def _plain(code: str) -> str:
    """Without the spaces and dashes that people put in to read it."""
    return code.replace(" ", "").replace("-", "").lower()[:32]


def _digest(factor: SecondFactor, code: str) -> bytes:
    return blind_index("recovery", f"{factor.uid}|{code}")
