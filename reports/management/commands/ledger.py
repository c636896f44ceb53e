"""`ledger NAME --division CODE [--as-of YYYY-MM-DD] --output FILE.xlsx` (contract section 1); `ledger ALL … --output
FILE.zip` for the set of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import day_of, division_of
from accounts.management.base import ServiceCommand
from reports.services import sets
from reports.services.ledgers import LedgerOrder, find_ledger, write_ledger


class Command(ServiceCommand):
    help = "生成一本台账（xlsx）"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "name", metavar="NAME", help="台账编号，如 L1、T1；list_ledgers 列出全部；ALL 是整套，写成 .zip"
        )
        parser.add_argument("--division", required=True, metavar="CODE", help="12 位区划代码（县、乡镇或村）")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="截至日期，默认今天")
        parser.add_argument("--output", required=True, metavar="FILE", help="写到哪里")
        parser.add_argument(
            "--known",
            default="",
            metavar="now|closed|时间",
            help="按什么时候知道的数：closed 结账数，now 现在看的数，或一个时间；默认结了账的月份按结账数",
        )
        parser.add_argument("--whole", action="store_true", help="证件号码和电话不遮盖，须同时给出 --purpose")
        parser.add_argument("--purpose", default="", help="导出完整号码的用途，记入审计")

    def run(self, options: dict[str, Any]) -> None:
        order = LedgerOrder(
            division=division_of(options["division"]),
            as_of=day_of(options["as_of"]),
            actor=None,
            at=self.at,
            masked=not options["whole"],
            purpose=options["purpose"],
            known=options["known"],
        )
        path = Path(options["output"])
        if options["name"].strip().upper() == sets.CODE:
            self._write_set(order, path)
            return
        ledger = find_ledger(options["name"])
        result = write_ledger(name=ledger.code, order=order, path=path)
        self.answer(
            {"ledger": ledger.code, "rows": result.rows, "file": str(result.path)},
            f"{result.division.name}{ledger.title}（截至 {result.as_of:%Y-%m-%d}）：{result.rows} 行，已写到 {result.path}",
        )

    def _write_set(self, order: LedgerOrder, path: Path) -> None:
        result = sets.write_set(order=order, path=path)
        self.answer(
            {"ledger": sets.CODE, "rows": result.total, "ledgers": result.rows, "file": str(result.path)},
            f"{result.division.name}{sets.TITLE}（截至 {result.as_of:%Y-%m-%d}）：{len(result.rows)} 本 {result.total} 行，"
            f"已写到 {result.path}",
        )
