"""T10 资产汇总: assets of projects by class, what is certified, what they should have earned, what lies idle."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.models import Division
from records.models import Asset
from reports.asof import records as q
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger, units_of
from reports.ledgers.telling import Told

KIND, CONDITION = Asset.Kind, Asset.Condition
_IDLE = (CONDITION.IDLE, CONDITION.INEFFICIENT)
# What nobody has told is not owed.
_OWED = Coalesce(F("income_due") - F("income_received"), F("income_due") * 0)


def _assets(reading: Reading) -> Any:
    return q.of_places(Asset, reading.division, reading.on, reading.known_at)


def _of_asset(row: Any) -> Told:
    value = f"，原值 {row.original_value} 万元" if row.original_value is not None else ""
    condition = f"，{row.get_condition_display()}" if row.condition else ""
    return Told(row.bought_on, f"{row.number} {row.name}（{row.get_kind_display()}{value}{condition}）")


def _certified(unit: Division, figures: Figures) -> Decimal | None:
    return round(Decimal(figures["certified"]) / figures["assets"], 6) if figures["assets"] else None


def _amount(key: str) -> Any:
    return lambda unit, figures: figures[key]


class AssetStatement(SummaryLedger):
    """Assets that belong to the county or a township itself have a row of their own (本级)."""

    code = "T10"
    title = "扶贫项目资产汇总表"
    unit = "项、万元、元"
    paper = "A4"
    sources = {"assets": Source(_assets, None, _of_asset, counted="项")}
    figures = (
        Figure("assets", "assets"),
        *(Figure(kind.value, "assets", Q(kind=kind)) for kind in KIND),
        *(Figure(f"{kind.value}_value", "assets", Q(kind=kind), add=F("original_value")) for kind in KIND),
        Figure("certified", "assets", Q(certified_on__isnull=False)),
        Figure("due", "assets", add=F("income_due")),
        Figure("received", "assets", add=F("income_received")),
        Figure("owed", "assets", add=_OWED),
        Figure("idle", "assets", Q(condition__in=_IDLE)),
    )
    shown = (
        *(
            shown
            for kind in KIND
            for shown in (
                Shown((str(kind.label), "项"), kind.value, 7),
                Shown((str(kind.label), "原值(万元)"), _amount(f"{kind.value}_value"), 12, "money"),
            )
        ),
        Shown(("已确权%",), _certified, 9, "percent"),
        Shown(("收益(元)", "应收"), _amount("due"), 12, "money"),
        Shown(("收益(元)", "已收"), _amount("received"), 12, "money"),
        Shown(("收益(元)", "拖欠"), _amount("owed"), 12, "money"),
        Shown(("闲置低效",), "idle", 9),
    )

    def units(self, division: Division) -> list[Division]:
        return [*own_unit(division), *units_of(division)]


def own_unit(division: Division) -> list[Division]:
    """The place itself without those that lie in it, as a row; a village is its own row already."""
    if division.level == Division.Level.VILLAGE:
        return []
    level = Division.Level(division.level).label
    # As a village its subtree is its own code alone.
    return [Division(code=division.code, name=f"{level}本级", level=Division.Level.VILLAGE)]
