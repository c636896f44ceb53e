"""The ledgers, by code. A new one is one file and one line here."""

from __future__ import annotations

from reports.ledgers.base import Ledger
from reports.ledgers.i1 import IndicatorStatement
from reports.ledgers.l1 import MonitoredHouseholds
from reports.ledgers.l2 import MemberLedger
from reports.ledgers.l3 import ClueLedger
from reports.ledgers.l4 import MeasureLedger
from reports.ledgers.l5 import ClearedLedger
from reports.ledgers.l6 import ReturnLedger
from reports.ledgers.l7 import PublicStepLedger
from reports.ledgers.l8 import IncomeLedger
from reports.ledgers.l9 import IncomeFileLedger
from reports.ledgers.l10 import JobLedger
from reports.ledgers.l11 import ZeroJobLedger
from reports.ledgers.l12 import WelfarePostLedger
from reports.ledgers.l13 import DroppedOutLedger, SchoolAgeLedger, SchoolingLedger, SuspectedLedger
from reports.ledgers.l14 import HousingLedger
from reports.ledgers.l15 import WaterLedger
from reports.ledgers.l16 import MedicalLedger
from reports.ledgers.l17 import LabourLossLedger
from reports.ledgers.l18 import LowIncomeLedger
from reports.ledgers.l19 import AssetLedger
from reports.ledgers.l20 import RectificationLedger
from reports.ledgers.l21 import KeyVillageLedger
from reports.ledgers.l22 import HotlineLedger
from reports.ledgers.l23 import LifeLedger
from reports.ledgers.n import NATIONAL
from reports.ledgers.t1 import MonitoringStatement
from reports.ledgers.t2 import AnyRiskStatement, RiskStatement
from reports.ledgers.t3 import HelpStatement
from reports.ledgers.t4 import ClueStatement
from reports.ledgers.t5 import FeedStatement
from reports.ledgers.t6 import ConsultationLedger
from reports.ledgers.t7 import IncomeStatement
from reports.ledgers.t8 import GuaranteeStatement
from reports.ledgers.t9 import WorkStatement
from reports.ledgers.t10 import AssetStatement
from reports.ledgers.t11 import RectificationStatement
from reports.ledgers.t12 import QualityStatement
from reports.ledgers.t13 import ClearingStatement

_ALL: tuple[Ledger, ...] = (
    MonitoredHouseholds(),
    MemberLedger(),
    ClueLedger(),
    MeasureLedger(),
    ClearedLedger(),
    ReturnLedger(),
    PublicStepLedger(),
    IncomeLedger(),
    IncomeFileLedger(),
    JobLedger(),
    ZeroJobLedger(),
    WelfarePostLedger(),
    SchoolingLedger(),
    SchoolAgeLedger(),
    SuspectedLedger(),
    DroppedOutLedger(),
    HousingLedger(),
    WaterLedger(),
    MedicalLedger(),
    LabourLossLedger(),
    LowIncomeLedger(),
    AssetLedger(),
    RectificationLedger(),
    KeyVillageLedger(),
    HotlineLedger(),
    LifeLedger(),
    MonitoringStatement(),
    RiskStatement(),
    AnyRiskStatement(),
    HelpStatement(),
    ClueStatement(),
    FeedStatement(),
    ConsultationLedger(),
    IncomeStatement(),
    GuaranteeStatement(),
    WorkStatement(),
    AssetStatement(),
    RectificationStatement(),
    QualityStatement(),
    ClearingStatement(),
    *NATIONAL,
    IndicatorStatement(),
)
LEDGERS: dict[str, Ledger] = {ledger.code: ledger for ledger in _ALL}

__all__ = ["LEDGERS", "Ledger"]
