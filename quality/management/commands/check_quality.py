"""manage.py check_quality --division CODE [--as-of DATE] [--json]"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from accounts.management.base import ServiceCommand
from accounts.models import Division
from quality.services.runs import check_now


class Command(ServiceCommand):
    help = "按全部数据质量规则检查一个地方的农户档案"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True, metavar="CODE", help="县、乡镇或村的12位区划代码")
        parser.add_argument("--as-of", default="", metavar="DATE", help="截至哪天；过去的日子只数不记")

    def run(self, options: dict[str, Any]) -> None:
        run = check_now(division=_division(options["division"]), as_of=_day(options["as_of"]), actor=None, at=self.at)
        result = {name: getattr(run, name) for name in ("households", "found", "standing", "mended")}
        self.answer(
            {"as_of": run.as_of, "division": run.division_id, **result},
            f"{run.division.name}截至 {run.as_of} 检查 {run.households} 户：新发现 {run.found} 条，"
            f"仍然存在 {run.standing} 条，已改 {run.mended} 条",
        )


def _division(code: str) -> Division:
    division = Division.objects.filter(code=code).first()
    if division is None:
        raise Refused(f"没有区划代码为“{code[:20]}”的地方，请核对后重试。", field="division")
    return division


def _day(written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Refused(f"日期“{written[:20]}”看不懂，请写成 2026-10-31 这样。", field="as_of") from error
