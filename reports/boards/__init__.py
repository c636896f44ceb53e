"""Figures that pages show beside the ledgers, declared like them, so that a count and the list behind it are one."""

from __future__ import annotations

from reports.boards.funnel import FunnelBoard
from reports.boards.help import HelpBoard
from reports.boards.villages import VillageBoard
from reports.ledgers.base import Ledger

FUNNEL, HELP, VILLAGES = FunnelBoard(), HelpBoard(), VillageBoard()
BOARDS: dict[str, Ledger] = {board.code: board for board in (FUNNEL, HELP, VILLAGES)}

__all__ = ["BOARDS", "FUNNEL", "HELP", "VILLAGES"]
