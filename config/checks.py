"""What of the configuration is unsafe: refused by `check --deploy`, and at the start of a server that others can reach.

The embedded default (nothing set) works out of the box and says at its start that it is for trying only. As soon as the
site answers to any name but this machine's own, public keys are no longer a matter of taste: neither web server nor
worker starts with them.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from config import env

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", ".localhost", "[::1]", "::1", "testserver"})
# Set once the notice has been given, so that the processes that `up` starts do not repeat it.
SAID = "SHOUWANG_TRIAL_SAID"


def trial_settings() -> list[str]:
    """Variables that still have the value shipped for trying, with what real use needs instead."""
    return [
        message
        for is_trial, message in (
            (settings.SECRET_KEY == env.TRIAL_SECRET, "SECRET_KEY 未设置"),
            (env.TRIAL_FIELD_KEY in settings.FIELD_KEYS, "FIELD_KEYS 未设置（加密证件号码的密钥是公开的）"),
            (_on_sqlite(), "DATABASE_URL 未设为 PostgreSQL"),
            (settings.EMBEDDED, "REDIS_URL 未设置"),
        )
        if is_trial
    ]


@register(Tags.security, deploy=True)
def refuse_trial_settings(app_configs: Any, **options: Any) -> list[CheckMessage]:
    return [
        Error(f"{setting}：这是试用设置，不可存放真实数据。", hint="逐项填写 .env.example。", id="shouwang.E001")
        for setting in trial_settings()
    ]


@register(Tags.security, deploy=True)
def refuse_unsafe_settings(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """What no trial value is but no county should run with."""
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG 是打开的，出错时会把数据显示给访问者。", hint="去掉 DEBUG。", id="shouwang.E002"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("ALLOWED_HOSTS 含 *，任何域名都会被接受。", hint="写明域名或地址，用逗号分隔。", id="shouwang.E003")
        )
    if settings.CELERY_TASK_ALWAYS_EAGER:
        found.append(Error("CELERY_EAGER 只用于测试。", hint="去掉 CELERY_EAGER。", id="shouwang.E004"))
    if not settings.HTTPS:
        hint = "在前面放 HTTPS 反向代理，设 HTTPS=true 和 CSRF_TRUSTED_ORIGINS。"
        found.append(Warning("HTTPS 未打开，密码和数据会明文传输。", hint=hint, id="shouwang.W001"))
    if settings.SECOND_FACTOR == "off":
        hint = "设 SECOND_FACTOR=required（能看完整号码或审批的岗位必须使用）或 optional（由本人选用）。"
        found.append(Warning("二次验证是关闭的，密码泄露后谁都能登录。", hint=hint, id="shouwang.W004"))
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        hint = "前面有几层反向代理就设 TRUSTED_PROXIES=几，并让代理传送 X-Forwarded-For。"
        found.append(Warning("登录锁定和查看日志记下的都是代理的地址，不是办事人的。", hint=hint, id="shouwang.W003"))
    if not settings.EMBEDDED and _on_sqlite():
        hint = "设 DATABASE_URL=postgres://…"
        found.append(Warning("用了 Redis 却仍用 SQLite，多台机器不能共用它。", hint=hint, id="shouwang.W002"))
    return found


def announce() -> None:
    """At the start of a web server or worker: end the process where it must not run so, else say once what is on trial."""
    if fault := _unsafe_in_public():
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(2)
    trial = trial_settings()
    if trial and not os.environ.get(SAID):
        sys.stderr.write(f"【仅供试用】{'；'.join(trial)}。请勿存放真实数据，正式使用见 README。\n")
        os.environ[SAID] = "1"


def _unsafe_in_public() -> str:
    """Why this configuration must not be reached by others, or nothing."""
    names = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    if settings.DEBUG or not names:
        return ""
    public_keys = [word for word in trial_settings() if word.startswith(("SECRET_KEY", "FIELD_KEYS"))]
    if not public_keys:
        return ""
    return f"不能启动：ALLOWED_HOSTS 允许他人访问（{names[0]}），但{'；'.join(public_keys)}。请按 .env.example 设置后再启动。"


def _on_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")
