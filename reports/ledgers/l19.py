"""L19 扶贫项目资产台账: assets by class with their five rights, contract, income and who gets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Aggregate, F, Sum
from django.db.models.functions import Coalesce

from records.models import Asset
from reports.ledgers.base import Reading
from reports.ledgers.books import PlaceBookLedger
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.text import Cell

_SUMS = {
    "投入(万元)": "invested",
    "原值": "original_value",
    "现值": "present_value",
    "应收": "income_due",
    "已收": "income_received",
    "金额": "paid_amount",
}


class AssetLedger(PlaceBookLedger):
    """拖欠 is 应收 less 已收; empty where either is not told."""

    code = "L19"
    title = "扶贫项目资产台账"
    unit = "项、万元、元"
    freeze = 3
    counter = ("资产名称", "项")
    book = Asset
    order = ("place", "number", "id")
    columns = (
        Column(("序号",), 5, "seq"),
        Column(("资产编号",), 14),
        Column(("资产名称",), 16),
        Column(("资产类别",), 8),
        Column(("项目名称",), 18),
        Column(("年度",), 6, "int"),
        Column(("资金来源",), 12),
        Column(("投入(万元)",), 10, "money"),
        Column(("规格数量",), 12),
        Column(("坐落",), 16),
        Column(("购建日期",), 11, "date"),
        Column(("原值",), 10, "money"),
        Column(("现值",), 10, "money"),
        *(Column(("五权", name), 9) for name in ("所有权", "经营权", "收益权", "监督权", "处置权")),
        Column(("经营主体",), 14),
        Column(("合同", "起"), 11, "date"),
        Column(("合同", "止"), 11, "date"),
        Column(("合同", "年租金/分红"), 11, "money"),
        Column(("收益", "应收"), 11, "money"),
        Column(("收益", "已收"), 11, "money"),
        Column(("收益", "拖欠"), 11, "money"),
        Column(("分配", "受益户"), 7, "int"),
        Column(("分配", "金额"), 11, "money"),
        Column(("管护人",), 8, secret="text"),
        Column(("资产状况",), 7),
        Column(("处置", "方式"), 8),
        Column(("处置", "审批文号"), 12),
        Column(("处置", "收入"), 10, "money"),
    )

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        owed = Sum(Coalesce(F("income_due") - F("income_received"), F("income_due") * 0))
        return {"owed": owed, **{field: Sum(field) for field in _SUMS.values()}}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        money: dict[str, Cell] = {heading: figures[field] or 0 for heading, field in _SUMS.items()}
        return {"资产名称": f"{figures['items']}项", "拖欠": figures["owed"] or 0, **money}

    def cells(self, line: Any, places: Places) -> Iterable[Cell]:
        yield from (line.number, line.name, line.get_kind_display(), line.project, line.year, line.funds)
        yield from (line.invested, line.specification, line.located or places.title(line.division))
        yield from (line.bought_on, line.original_value, line.present_value)
        yield from (line.owner, line.operator, line.earner, line.supervisor, line.disposer)
        yield from (line.business, line.contract_from_on, line.contract_to_on, line.yearly_rent)
        yield from _income(line)
        yield from (line.keeper, line.get_condition_display())
        yield from (line.disposal, line.disposal_approval, line.disposal_income)


def _income(line: Asset) -> Iterator[Cell]:
    due, received = line.income_due, line.income_received
    yield from (due, received, due - received if due is not None and received is not None else None)
    yield from (line.paid_households, line.paid_amount)
