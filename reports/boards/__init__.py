"""Figures that pages show beside the ledgers, declared like them, so that a count and the list behind it are one."""

from __future__ import annotations

from reports.boards.funnel import FunnelBoard
from reports.boards.help import HelpBoard
from reports.boards.risks import RiskBoard
from reports.boards.villages import VillageBoard
from reports.ledgers.base import Ledger

FUNNEL, HELP, RISKS, VILLAGES = FunnelBoard(), HelpBoard(), RiskBoard(), VillageBoard()
BOARDS: dict[str, Ledger] = {board.code: board for board in (FUNNEL, HELP, RISKS, VILLAGES)}

__all__ = ["BOARDS", "FUNNEL", "HELP", "RISKS", "VILLAGES"]
