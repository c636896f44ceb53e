"""manage.py load_divisions FILE.csv"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import ServiceCommand
from accounts.services.divisions import load_divisions


class Command(ServiceCommand):
    help = "导入行政区划（区划代码,名称）；重复导入结果不变"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV 文件，UTF-8 或 GB18030")

    def run(self, options: dict[str, Any]) -> None:
        report = load_divisions(path=options["file"], actor=None, at=self.at)
        self.answer(report.as_json(), f"区划：新增{report.created}，更新{report.updated}，未变{report.unchanged}。")
