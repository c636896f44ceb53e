"""T7 收入监测汇总表: incomes of lifted households and monitored ones, as L8 lists them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import Combinable

from accounts.models import Division
from reports.asof import incomes as q
from reports.asof.episodes import members_on
from reports.ledgers.equation import Equation
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger
from reports.ledgers.telling import Told

_COMPARED = Q(pace__in=q.COMPARED)
# The parts of net income; costs are taken from what was produced.
_PARTS: dict[str, tuple[str, Combinable]] = {
    "工资": ("wage", F("wage")),
    "经营": ("business", F("business") - F("business_cost")),
    "财产": ("property", F("property_income")),
    "转移": ("transfer", F("transfer")),
}


def of_home(row: Any) -> Told:
    return Told(None, f"{row.category} · {'有收入记录' if row.earns else '没有收入记录'}")


def of_income(row: Any) -> Told:
    """What a household earns now."""
    before = f"，上年 {row.net_before / row.members_before:,.2f} 元" if row.net_before is not None else ""
    return Told(row.ends_on, f"{row.get_basis_display()} · 人均纯收入 {row.net_per_capita:,.2f} 元{before}")


def mean(unit: Division, f: Figures) -> Decimal | None:
    """A head, of the households whose income is recorded."""
    return round(Decimal(f["net"]) / f["members"], 2) if f["members"] else None


def growth(unit: Division, f: Figures) -> Decimal | None:
    """How much a head earns more than the year before, in the households that have both."""
    if not f["members_before"] or not f["members_compared"] or not f["net_before"]:
        return None
    before = Decimal(f["net_before"]) / f["members_before"]
    return round(Decimal(f["net_compared"]) / f["members_compared"] / before - 1, 6)


def share(key: str) -> Callable[[Division, Figures], Decimal | None]:
    """The part of net income that a kind makes up."""
    return lambda unit, f: round(Decimal(f[key]) / Decimal(f["net"]), 6) if f["net"] > 0 else None


class IncomeStatement(SummaryLedger):
    """人均纯收入 and 结构 are of the households whose income is recorded, 增幅 of those with the year before too.

    <线户: net income and claims less own payments, a head, under the line of the place and day. The last column reads
    且 or 或 as the parameter focus_pair_reading says. 户数 are also those of whom nobody recorded an income.
    """

    code = "T7"
    title = "收入监测汇总表"
    unit = "户、元、%"
    paper = "A4"
    remarks = (
        "只算脱贫户和监测户。人均纯收入按每户最近一次收入（年度、走访或消除核查），增幅只算上年也有年度收入的户；"
        "各项指标的收入增速只用两个年度收入，所以两处的数不同。",
    )
    equations = (Equation.of((("有收入记录", "earning", 1), ("没有收入记录", "untold", 1)), ("户数", "homes"), "户"),)
    sources = {
        "homes": Source(
            lambda r: q.watched(r.division, r.on, r.known_at), "", of_home, lambda r: members_on(r.on, "", r.known_at)
        ),
        "incomes": Source(
            lambda r: q.earnings(r.division, r.on, r.known_at),
            "household",
            of_income,
            lambda r: members_on(r.on, "household", r.known_at),
            marks=("pace", "below", "focus"),
        ),
    }
    figures = (
        Figure("homes", "homes"),
        Figure("untold", "homes", Q(earns=False)),
        Figure("earning", "incomes"),
        Figure("falling", "incomes", Q(pace__in=q.FELL)),
        Figure("below", "incomes", Q(below=1)),
        Figure("focus", "incomes", Q(focus=1)),
        Figure("members", "incomes", add=F("members")),
        Figure("net", "incomes", add=q.NET),
        *(Figure(key, "incomes", add=amount) for key, amount in _PARTS.values()),
        Figure("net_compared", "incomes", _COMPARED, add=q.NET),
        Figure("members_compared", "incomes", _COMPARED, add=F("members")),
        Figure("net_before", "incomes", _COMPARED, add=F("net_before")),
        Figure("members_before", "incomes", _COMPARED, add=F("members_before")),
    )
    shown = (
        Shown(("户数",), "homes", 9),
        Shown(("人均纯收入",), mean, 12, "money"),
        Shown(("增幅%",), growth, 10, "percent"),
        *(Shown(("结构%", name), share(key), 10, "percent") for name, (key, _) in _PARTS.items()),
        Shown(("负增长户",), "falling", 9),
        Shown(("<线户",), "below", 9),
        Shown(("<1万且<5.5%户",), "focus", 10),
    )
