"""The ledgers, by code. A new one is one file and one line here."""

from __future__ import annotations

from reports.ledgers.base import Ledger
from reports.ledgers.l1 import MonitoredHouseholds
from reports.ledgers.l3 import ClueLedger
from reports.ledgers.l4 import MeasureLedger
from reports.ledgers.l5 import ClearedLedger
from reports.ledgers.l13 import SchoolingLedger
from reports.ledgers.l14 import HousingLedger
from reports.ledgers.l15 import WaterLedger
from reports.ledgers.t1 import MonitoringStatement
from reports.ledgers.t4 import ClueStatement
from reports.ledgers.t8 import GuaranteeStatement

_ALL: tuple[Ledger, ...] = (
    MonitoredHouseholds(),
    ClueLedger(),
    MeasureLedger(),
    ClearedLedger(),
    SchoolingLedger(),
    HousingLedger(),
    WaterLedger(),
    MonitoringStatement(),
    ClueStatement(),
    GuaranteeStatement(),
)
LEDGERS: dict[str, Ledger] = {ledger.code: ledger for ledger in _ALL}

__all__ = ["LEDGERS", "Ledger"]
