"""`close_month --division CODE --month YYYY-MM [--reason TEXT]`: accept a county's month and put its edition away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from accounts.management.arguments import division_of, month_of
from accounts.management.base import ServiceCommand
from reports.models import Closing, Edition
from reports.services.closing import take_step
from reports.services.freezing import execute_freezing


class Command(ServiceCommand):
    help = "县级接收并结账一个月（封存全部台账）"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True, metavar="CODE", help="12 位县级区划代码")
        parser.add_argument("--month", required=True, metavar="YYYY-MM", help="月份")
        parser.add_argument("--reason", default="", help="有乡镇没有上报时，写明缺的原因")

    def run(self, options: dict[str, Any]) -> None:
        county, month = division_of(options["division"]), month_of(options["month"])
        waiting = Closing.objects.filter(division=county, month=month, state=Closing.State.FREEZING).first()
        closing = waiting or take_step(
            division=county, month=month, action="accept", actor=None, at=self.at, reason=options["reason"]
        )
        execute_freezing(closing.pk)
        closing.refresh_from_db()
        edition = Edition.objects.of(county, month).order_by("-number").first()
        if closing.state != Closing.State.CLOSED or edition is None:
            raise Refused(closing.error or "还没有封存完，请再运行一次。", code="not_closed")
        sheets = edition.sheets.count()
        self.answer(
            {"division": county.code, "month": f"{month:%Y-%m}", "edition": edition.number, "sheets": sheets},
            f"{county.name}{month:%Y年%m月}已结账：第 {edition.number} 版，封存 {sheets} 份台账",
        )
