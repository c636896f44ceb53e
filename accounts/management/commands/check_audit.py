"""manage.py check_audit [--against COPY.csv]"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import Refused
from accounts.management.base import ServiceCommand
from accounts.services.seal_check import check_audit
from accounts.services.seal_copies import read_copy


class Command(ServiceCommand):
    help = "核对已封存的审计记录和办理记录；有不一致时以状态2结束，说明从哪一行起"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", type=Path, metavar="COPY.csv", help="另存在系统之外的封存副本 audit-seals.csv")

    def run(self, options: dict[str, Any]) -> None:
        copy: Path | None = options["against"]
        if copy is not None and not copy.is_file():
            raise Refused(f"没有文件 {copy}，请核对路径。")
        found = check_audit(actor=None, at=self.at, against=read_copy(copy) if copy else ())
        self.answer({"ok": not any(each.fault for each in found), "tables": [asdict(each) for each in found]})
        for each in found:
            self.say(each.says)
        if faults := [each.says for each in found if each.fault]:
            raise Refused(f"核对不一致：{'；'.join(faults)}")
