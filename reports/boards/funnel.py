"""How far the clues received in the month have come by the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from reports.asof import clues as q
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import of_check, of_clue

_HOME = "clue__household"
# A clue that went to identification, whatever came of it.
_INTO_CASE = (q.STATE.IDENTIFYING, q.STATE.ENROLLED, q.STATE.NOT_ENROLLED)


def _of_month(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.filter(clue__received_on__gte=on.replace(day=1), clue__received_on__lte=on)


def received(reading: Reading) -> QuerySet[Any]:
    return _of_month(q.stands(reading.division, reading.on), reading.on)


def checked(reading: Reading) -> QuerySet[Any]:
    return _of_month(q.checks(reading.division, reading.on), reading.on)


class FunnelBoard(SummaryLedger):
    """Each step is a part of the one before, but for 属实 of those that a county sent on without a check."""

    code = "B2"
    title = "线索走到哪一步"
    printed = False
    sources = {
        "received": Source(received, _HOME, of_clue, counted="条"),
        "checked": Source(checked, _HOME, of_check, counted="条"),
    }
    figures = (
        Figure("received", "received"),
        Figure("checked", "checked"),
        Figure("true", "checked", Q(found__in=q.TRUE)),
        Figure("cases", "received", Q(target__in=_INTO_CASE)),
        Figure("enrolled", "received", Q(target=q.STATE.ENROLLED)),
        Figure("open", "received", Q(target__in=q.OPEN)),
    )
    shown = (
        Shown(("收到线索",), "received"),
        Shown(("已核实",), "checked"),
        Shown(("属实",), "true"),
        Shown(("转认定",), "cases"),
        Shown(("已纳入",), "enrolled"),
        Shown(("还在办",), "open"),
    )
