"""manage.py check_quality --division CODE [--as-of DATE] [--json]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import day_of, division_of
from accounts.management.base import ServiceCommand
from quality.services.runs import check_now


class Command(ServiceCommand):
    help = "按全部数据质量规则检查一个地方的农户档案"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True, metavar="CODE", help="县、乡镇或村的12位区划代码")
        parser.add_argument("--as-of", default="", metavar="DATE", help="截至哪天；过去的日子只数不记")

    def run(self, options: dict[str, Any]) -> None:
        run = check_now(
            division=division_of(options["division"]), as_of=day_of(options["as_of"]), actor=None, at=self.at
        )
        result = {name: getattr(run, name) for name in ("households", "found", "standing", "mended")}
        self.answer(
            {"as_of": run.as_of, "division": run.division_id, **result},
            f"{run.division.name}截至 {run.as_of} 检查 {run.households} 户：新发现 {run.found} 条，"
            f"仍然存在 {run.standing} 条，已改 {run.mended} 条",
        )
