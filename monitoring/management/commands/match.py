"""manage.py match --period YYYY-MM [--county CODE] [--json]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import division_of, month_of
from accounts.management.base import ServiceCommand
from accounts.models import Division
from monitoring.services.matching import MatchResult, match
from monitoring.services.runs import counties_with_households


class Command(ServiceCommand):
    help = "按全部规则比对到某月为止的部门数据"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="数据月份")
        parser.add_argument(
            "--county", default="", metavar="CODE", help="县的12位区划代码；不写则依次比对每个有农户的县"
        )

    def run(self, options: dict[str, Any]) -> None:
        period = month_of(options["period"])
        result, counties = MatchResult(period), _counties(options["county"])
        if not counties:
            self.say("没有找到有农户的县：请先导入包含县级的区划和农户档案。")
        for county in counties:
            self.progress(f"{county.name} {period:%Y-%m} 开始比对…")
            result += match(county=county, period=period, actor=None, at=self.at)
        for warning in result.warnings:
            self.say(f"注意：{warning}")
        self.answer(
            result.as_json(),
            f"{period:%Y-%m} 比对完成：判定{result.households}户，新增线索{result.opened}条，补充{result.extended}条，"
            f"并入监测{result.covered}项，不再提示{result.suppressed}项",
        )


def _counties(code: str) -> list[Division]:
    return [division_of(code)] if code else counties_with_households()
