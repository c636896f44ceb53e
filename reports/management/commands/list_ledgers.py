"""`list_ledgers`: names, titles and levels (contract section 1)."""

from __future__ import annotations

from typing import Any

from accounts.management.base import ServiceCommand
from reports.ledgers import LEDGERS


class Command(ServiceCommand):
    help = "列出全部台账"

    def run(self, options: dict[str, Any]) -> None:
        ledgers = [
            {"name": one.code, "title": one.title, "levels": [level.label for level in one.levels]}
            for one in LEDGERS.values()
        ]
        lines = [
            f"{one.code}\t{one.title}\t{'、'.join(level.label for level in one.levels)}" for one in LEDGERS.values()
        ]
        self.answer({"ledgers": ledgers}, *lines)
