"""manage.py disable_user USERNAME --reason 原因 [--enable]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import ServiceCommand
from accounts.services.users import disable_user, enable_user, user_named


class Command(ServiceCommand):
    help = "停用账号，登录和令牌立即失效；--enable 重新启用"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="原因")
        parser.add_argument("--enable", action="store_true", help="重新启用")

    def run(self, options: dict[str, Any]) -> None:
        user = user_named(options["username"])
        switch = enable_user if options["enable"] else disable_user
        switch(user=user, reason=options["reason"], actor=None, at=self.at)
        said = "已启用" if options["enable"] else "已停用，其登录和令牌已全部失效"
        self.answer({"username": user.username, "active": options["enable"]}, f"{user.name}（{user.username}）{said}。")
