"""manage.py reset_password USERNAME"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import ServiceCommand
from accounts.services.users import reset_password, user_named


class Command(ServiceCommand):
    help = "重置密码；新的初始密码只显示这一次，原有登录全部退出"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def run(self, options: dict[str, Any]) -> None:
        user = user_named(options["username"])
        password = reset_password(user=user, actor=None, at=self.at)
        self.answer(
            {"username": user.username, "password": password}, f"{user.name}的初始密码 {password}，首次登录须修改。"
        )
