"""Whether the main risk of each monitored household is met: a measure that fits it was delivered by the day."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from assistance.fit import wanted
from assistance.models import Measure
from reports.asof import episodes as q
from reports.boards.standing import MAIN_RISKS
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import of_turn


def _monitored(reading: Reading) -> QuerySet[Any]:
    """Monitored turns, with the main `risk` and whether it is `met`."""
    fitting = Q(pk__in=[])
    for risk in MAIN_RISKS:
        fitting |= Q(risk=risk.value, type__category__in=wanted(risk))
    delivered = Measure.objects.delivered(reading.on, reading.known_at).filter(fitting)
    met = delivered.filter(plan__episode=OuterRef("episode"), risk=OuterRef("episode__main_risk"))
    rows = q.monitored(reading.division, reading.on, reading.known_at)
    return rows.annotate(risk=F("episode__main_risk"), met=Exists(met))


class HelpBoard(SummaryLedger):
    """By main risk: monitored households, and those for which nothing that fits was delivered (缺)."""

    code = "B1"
    title = "风险有没有对应帮扶"
    printed = False
    sources = {
        "monitored": Source(
            _monitored, q.HOME, of_turn, lambda r: q.members_on(r.on, q.HOME, r.known_at), marks=("risk", "met")
        )
    }
    figures = tuple(
        figure
        for risk in MAIN_RISKS
        for figure in (
            Figure(f"{risk.name}_all", "monitored", Q(risk=risk.value)),
            Figure(f"{risk.name}_unmet", "monitored", Q(risk=risk.value, met=False)),
        )
    )
    shown = tuple(
        shown
        for risk in MAIN_RISKS
        for shown in (
            Shown((str(risk.value), "监测中"), f"{risk.name}_all"),
            Shown((str(risk.value), "缺对应帮扶"), f"{risk.name}_unmet"),
        )
    )
