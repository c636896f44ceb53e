"""manage.py add_user USERNAME --name 姓名 --role 角色 --division 区划代码 [--department 部门]"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.errors import Refused
from accounts.management.base import ServiceCommand
from accounts.models import Department, Division, Role, User
from accounts.services.posts import appoint, first_day
from accounts.services.users import create_user


class Command(ServiceCommand):
    help = "新建账号并任职；账号已存在时只增加任职。初始密码只显示这一次"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="用户名，2至40位字母、数字、点或横线")
        parser.add_argument("--name", default="", help="姓名（新建账号时必填）")
        parser.add_argument("--unit", default="", help="单位")
        parser.add_argument("--phone", default="", help="联系电话")
        parser.add_argument("--role", required=True, help=f"角色：{'、'.join(Role.labels)}")
        parser.add_argument("--division", required=True, help="12位区划代码")
        parser.add_argument("--department", default="", help=f"部门（部门联络员）：{'、'.join(Department.labels)}")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, help="任职起，默认今天")

    def run(self, options: dict[str, Any]) -> None:
        division = Division.objects.filter(pk=options["division"]).first()
        if division is None:
            raise Refused(f"没有区划{options['division']}，请先用 load_divisions 导入区划。")
        with transaction.atomic():
            user, password = self._user(options)
            post = appoint(
                user=user,
                division=division,
                role=_value(Role.choices, options["role"]),
                department=_value(Department.choices, options["department"]),
                starts_on=options["starts_on"] or first_day(self.at),
                actor=None,
                at=self.at,
            )
        told = f"初始密码 {password}，只显示这一次，首次登录须修改。" if password else "账号已存在，密码不变。"
        self.answer(
            {
                "username": user.username,
                "password": password,
                "role": post.role,
                "division": division.code,
                "department": post.department,
            },
            f"{user.name}（{user.username}）任{post}。{told}",
        )

    def _user(self, options: dict[str, Any]) -> tuple[User, str | None]:
        name = User.objects.normalize_username(options["username"])
        known = User.objects.filter(username=name).first()
        if known is not None:
            return known, None
        details = {key: options[key] for key in ("username", "name", "unit", "phone")}
        return create_user(**details, actor=None, at=self.at)


def _value(choices: list[tuple[str, str]], written: str) -> str:
    """A choice by its value or its Chinese label; what is neither goes to the service, which says so."""
    return next((value for value, label in choices if written in (value, label)), written)
