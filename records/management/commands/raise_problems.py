"""manage.py raise_problems --division CODE [--json]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.management.arguments import division_of
from accounts.management.base import ServiceCommand
from records.services.problems_raising import raise_problems


class Command(ServiceCommand):
    help = "从就学、住房、务工底册查出问题（失学辍学、危房、零就业家庭）"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True, metavar="CODE", help="县、乡镇或村的12位区划代码")

    def run(self, options: dict[str, Any]) -> None:
        division = division_of(options["division"])
        made = raise_problems(division=division, on=timezone.localdate(self.at), actor=None, at=self.at)
        said = "，".join(f"{kind} {number} 件" for kind, number in made.raised.items())
        self.answer({**made.raised, "known": made.known}, f"{division.name}：新增 {said}；已有 {made.known} 件")
