"""manage.py import_households FILE [--dry-run] [--errors OUT.xlsx] [--json]"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import ServiceCommand
from households.services.register import import_register, write_errors


class Command(ServiceCommand):
    help = "导入农户档案（一人一行）"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx、.xls 或 .csv")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不入库")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把退回的数据和原因写入此文件")

    def run(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        errors = self.writable(options["errors"], reads=path)
        report = import_register(path=path, name=path.name, actor=None, at=self.at, dry_run=options["dry_run"])
        if errors:
            write_errors(report, errors)
        tally = report.tally
        self.answer(
            report.as_json(),
            f"{'检查' if options['dry_run'] else '导入'}完成：共{report.rows}行，{report.households}户{report.persons}人"
            f"（新增{tally.created}，更新{tally.updated}，未变{tally.unchanged}），退回{len(report.rejected)}行",
        )
