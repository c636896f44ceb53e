"""manage.py import_book BOOK FILE --division CODE [--as USERNAME] [--on YYYY-MM-DD] [--full] [--errors OUT.xlsx] [--json]"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from accounts.management.arguments import day_of, division_of
from accounts.management.base import ServiceCommand
from accounts.models import User
from records.books import BOOKS
from records.services.books import import_book, write_errors


class Command(ServiceCommand):
    help = "导入一本底册的工作簿"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("book", metavar="BOOK", help="、".join(BOOKS))
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx、.xls 或 .csv")
        parser.add_argument("--division", required=True, metavar="CODE", help="名册所属单位的12位区划代码")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="以谁的名义和权限导入；不写就是命令行")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="名册说的是哪一天的情况；不写就是今天")
        parser.add_argument("--full", action="store_true", help="这是该单位的全量名册：名册外的记录到这一天截止")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把退回的数据和原因写入此文件")

    def run(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        errors = self.writable(options["errors"], reads=path)
        report = import_book(
            book=options["book"],
            path=path,
            name=path.name,
            division=division_of(options["division"]),
            actor=user_of(options["username"]) if options["username"] else None,
            at=self.at,
            listed_on=day_of(options["on"]),
            full=options["full"],
        )
        if errors:
            write_errors(report, errors)
        for warning in report.warnings:
            self.say(f"注意：{warning}")
        tally = report.tally
        self.answer(
            report.as_json(),
            f"{BOOKS[report.book].title} {report.listed_on}：共{report.rows}行，新增{tally.created}行，"
            f"变更{tally.changed}行，未变{tally.unchanged}行，截止{tally.ended}条，退回{len(report.rejected)}行",
        )


def user_of(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise Refused(f"没有账号 {username}，或已停用，请核对。", field="as")
    return found
