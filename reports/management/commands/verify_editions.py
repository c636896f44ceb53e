"""`verify_editions [--division CODE]`: whether everything that was put away still has its hash."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from accounts.management.arguments import division_of
from accounts.management.base import ServiceCommand
from reports.models import Edition
from reports.services.editions import broken_sheets


class Command(ServiceCommand):
    help = "核对全部结账版的封存内容"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", metavar="CODE", help="只核对这个县")

    def run(self, options: dict[str, Any]) -> None:
        editions = Edition.objects.select_related("county").order_by("county", "month", "number")
        if options["division"]:
            editions = editions.filter(county=division_of(options["division"]))
        sheets, broken = 0, []
        for edition in editions:
            sheets += edition.sheets.count()
            broken += [f"{sheet.edition} {sheet.ledger} {sheet.division.name}" for sheet in broken_sheets(edition)]
        if broken:
            raise Refused(
                f"{len(broken)} 份封存台账与校验码不符，请从备份恢复：{'；'.join(broken[:5])}。", code="broken"
            )
        self.answer(
            {"editions": len(editions), "sheets": sheets, "broken": 0},
            f"{len(editions)} 个结账版、{sheets} 份台账都与校验码相符",
        )
