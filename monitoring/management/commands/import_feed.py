"""manage.py import_feed FEED FILE --period YYYY-MM [--errors OUT.xlsx] [--json]"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import month_of
from accounts.management.base import ServiceCommand
from monitoring.feeds import FEEDS
from monitoring.services.feeds import import_feed, write_errors


class Command(ServiceCommand):
    help = "导入一个部门的月度数据文件"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", metavar="FEED", help="、".join(FEEDS))
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx、.xls 或 .csv")
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="数据月份")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把退回的数据和原因写入此文件")

    def run(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        errors = self.writable(options["errors"], reads=path)
        report = import_feed(
            feed=options["feed"],
            path=path,
            name=path.name,
            period=month_of(options["period"]),
            actor=None,
            at=self.at,
        )
        if errors:
            write_errors(report, errors)
        for warning in report.warnings:
            self.say(f"注意：{warning}")
        counts = report.counts
        self.answer(
            report.as_json(),
            f"{FEEDS[report.feed].title} {report.period:%Y-%m}：共{counts.rows}行，接收{counts.accepted}行"
            f"（匹配{counts.matched}，未建档{counts.not_registered}，姓名不符{counts.name_differs}），"
            f"重复{counts.duplicates}行，退回{counts.rejected}行",
        )
