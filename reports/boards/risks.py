"""Main risks of the households that are monitored on the day."""

from __future__ import annotations

from django.db.models import Q

from monitoring.risks import CLUE_ONLY, Risk
from reports.asof import episodes as q
from reports.ledgers.summary import Shown, Source, SummaryLedger, pair
from reports.ledgers.telling import of_turn

MAIN_RISKS = tuple(risk for risk in Risk if risk not in CLUE_ONLY)
STANDING = Source(
    lambda r: q.standing(r.division, r.on, r.known_at), q.HOME, of_turn, lambda r: q.members_on(r.on, q.HOME)
)
_OPEN = Q(kind__in=q.OPEN)


class RiskBoard(SummaryLedger):
    """风险未消除 of T1, by main risk."""

    code = "B1"
    title = "主要风险"
    printed = False
    sources = {"standing": STANDING}
    figures = tuple(
        figure
        for risk in MAIN_RISKS
        for figure in pair(risk.name, "standing", _OPEN & Q(episode__main_risk=risk.value))
    )
    shown = tuple(Shown((str(risk.value), "户"), risk.name) for risk in MAIN_RISKS)
