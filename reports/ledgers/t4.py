"""T4 线索办理统计表: all clues received up to the day, by where they came from and how they stood on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import F, Q

from accounts.models import Division
from monitoring.models import Clue
from reports.asof import clues as q
from reports.ledgers.equation import Equation
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger
from reports.ledgers.telling import of_check, of_clue

CHANNEL = Clue.Channel
_HOME = "clue__household"
_ENDED = ~Q(target__in=q.OPEN)
SOURCES = {
    "申报": CHANNEL.APPLICATION,
    "排查": CHANNEL.CADRE,
    "部门": CHANNEL.DEPARTMENT,
    "上推": CHANNEL.ABOVE,
    "信访": CHANNEL.HOTLINE,
    "平台": CHANNEL.PLATFORM,
}


def mean_days(unit: Division, figures: Figures) -> Decimal | None:
    """Days from receipt to the end, of those that have ended; to two decimals."""
    days: timedelta | int = figures["days"]
    total = days.days if isinstance(days, timedelta) else days
    return round(Decimal(total) / figures["ended"], 2) if figures["ended"] else None


class ClueStatement(SummaryLedger):
    """合计 = 化解 + 纳入 + 不纳入 + 其他办结 (持续关注, 无法核实, 证据撤回) + 办理中.

    已核实 are those whose home check is handed in, 属实 those of them found true or partly true; 超期 those in hand
    past the day by which the county had to decide.
    """

    code = "T4"
    title = "线索办理统计表"
    unit = "条、天"
    paper = "A4"
    equations = (
        Equation.of(
            (
                ("化解", "solved", 1),
                ("纳入", "enrolled", 1),
                ("不纳入", "refused", 1),
                ("其他办结", "laid_aside", 1),
                ("办理中", "open", 1),
            ),
            ("合计", "received"),
            "条",
        ),
    )
    sources = {
        "clues": Source(lambda r: q.stands(r.division, r.on, r.known_at), _HOME, of_clue, counted="条"),
        "checks": Source(lambda r: q.checks(r.division, r.on, r.known_at), _HOME, of_check, counted="条"),
        "overdue": Source(lambda r: q.overdue(r.division, r.on, r.known_at), _HOME, of_clue, counted="条"),
    }
    figures = (
        *(Figure(f"from_{channel.value}", "clues", Q(clue__channel=channel)) for channel in SOURCES.values()),
        Figure("received", "clues"),
        Figure("checked", "checks"),
        Figure("true", "checks", Q(found__in=q.TRUE)),
        Figure("solved", "clues", Q(target=q.STATE.SOLVED)),
        Figure("enrolled", "clues", Q(target=q.STATE.ENROLLED)),
        Figure("refused", "clues", Q(target__in=q.REFUSED)),
        Figure("laid_aside", "clues", Q(target__in=q.LAID_ASIDE)),
        Figure("open", "clues", Q(target__in=q.OPEN)),
        Figure("overdue", "overdue"),
        Figure("ended", "clues", _ENDED),
        Figure("days", "clues", _ENDED, add=F("happened_on") - F("clue__received_on")),
    )
    shown = (
        *(Shown(("线索来源", name), f"from_{channel.value}", 8) for name, channel in SOURCES.items()),
        Shown(("合计",), "received", 8),
        Shown(("已核实",), "checked", 8),
        Shown(("属实",), "true", 8),
        Shown(("化解",), "solved", 8),
        Shown(("纳入",), "enrolled", 8),
        Shown(("不纳入",), "refused", 8),
        Shown(("其他办结",), "laid_aside", 9),
        Shown(("办理中",), "open", 8),
        Shown(("超期",), "overdue", 8),
        Shown(("平均天数",), mean_days, 9, "money"),
    )
