"""T3 帮扶措施落实统计表: monitored households by what was delivered to them by the day."""

from __future__ import annotations

from django.db.models import Q

from assistance import catalogue
from reports.asof.episodes import HOME, members_on
from reports.asof.help import helped
from reports.ledgers.equation import Equation
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import of_turn

_GROUP = "落实措施户数"


class HelpStatement(SummaryLedger):
    """A household counts under every category of which something was delivered to its present 监测周期.

    The fifteenth category, 实施开发式帮扶措施情况, sums up: something was delivered that counts as 开发式帮扶. Labour is
    the register's 劳动技能 of the members of the day.
    """

    code = "T3"
    title = "帮扶措施落实统计表"
    unit = "户"
    sources = {
        "monitored": Source(
            lambda r: helped(r.division, r.on, r.known_at), HOME, of_turn, lambda r: members_on(r.on, HOME, r.known_at)
        )
    }
    figures = (
        Figure("open", "monitored"),
        *(Figure(f"has_{i}", "monitored", Q(**{f"has_{i}": True})) for i in range(len(catalogue.CATEGORIES))),
        Figure("development", "monitored", Q(has_development=True)),
        Figure("some", "monitored", Q(has_any=True)),
        Figure("nothing", "monitored", Q(lacks_any=1)),
        Figure("only_comprehensive", "monitored", Q(has_any=True, lacks_other=1)),
        Figure("undeveloped", "monitored", Q(has_labour=True, has_development=False)),
    )
    equations = (Equation.of((("有措施户", "some", 1), ("无措施户", "nothing", 1)), ("未消除户数", "open"), "户"),)
    shown = (
        Shown(("未消除户数",), "open", 8),
        *(Shown((_GROUP, name), f"has_{i}", 9) for i, name in enumerate(catalogue.CATEGORIES)),
        Shown((_GROUP, catalogue.DEVELOPMENT_DONE), "development", 10),
        Shown(("无措施户数",), "nothing", 8),
        Shown(("仅综合保障户数",), "only_comprehensive", 9),
        Shown(("有劳力未落实开发式户数",), "undeveloped", 10),
    )
