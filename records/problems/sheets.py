"""Workbooks of problems: the columns of rectification lists (L20), of dangerous houses (L14) and of water (L15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from records.models import Problem
from records.problems.water import CATEGORIES
from sheets.clean import Cell, CellFault, clean_id, fold_code, parse_date, parse_number, quote, text
from sheets.table import Column

NUMBER = "序号"
PLACE = (
    Column(NUMBER, ("序列", "NO", "No.")),
    Column("乡镇", ("涉及乡镇", "乡（镇）", "乡镇名称", "镇")),
    Column("村", ("涉及村", "行政村", "村名", "村（社区）")),
)
ASSIGNED = (
    Column("整改措施", ("整改措施及内容", "措施", "处理措施")),
    Column("责任领导", ("包抓领导", "牵头领导")),
    Column("责任单位", ("整改责任单位", "牵头单位")),
    Column("责任人", ("整改责任人", "具体责任人")),
    Column("时限", ("整改时限", "完成时限"), kind="date"),
    Column("销号日期", ("销号时间", "清零日期")),
)
SHEETS: dict[str, tuple[Column, ...]] = {
    "rectification": (
        *PLACE,
        Column("反馈层级", ("层级", "级别")),
        Column("来源", ("问题来源", "反馈来源")),
        Column("反馈日期", ("反馈时间", "发现日期"), needed=True),
        Column("分级", ("问题分级",)),
        Column("分类", ("问题类别", "问题分类")),
        Column("问题描述", ("具体问题", "反馈问题", "存在问题", "问题"), needed=True),
        Column("户数", ("涉及户数",)),
        Column("人数", ("涉及人数",)),
        *ASSIGNED,
    ),
    "house": (
        *PLACE,
        Column("户主", ("户主姓名", "姓名")),
        Column("证件号码", ("户主证件号码", "身份证号", "身份证号码"), needed=True),
        Column("发现日期", ("排查日期", "鉴定日期"), needed=True),
        Column("问题描述", ("隐患", "存在问题", "隐患描述"), needed=True),
        *ASSIGNED,
    ),
    "water": (
        *PLACE,
        Column("证件号码", ("户主证件号码", "身份证号", "身份证号码")),
        Column("供水工程", ("工程名称", "供水工程名称")),
        Column("问题类别", ("类别",), needed=True),
        Column("问题描述", ("具体问题", "存在问题"), needed=True),
        Column("户数", ("影响户", "影响户数")),
        Column("人数", ("影响人", "影响人数")),
        Column("发现日期", ("排查日期",), needed=True),
        *ASSIGNED,
    ),
}
_LEVELS = {fold_code(word): value for value, label in Problem.Level.choices for word in (label, f"{label}级")} | {
    fold_code("国家"): "central", fold_code("自查自纠"): "self",
}  # fmt: skip
_ORIGINS = {fold_code(label): value for value, label in Problem.Origin.choices} | {
    fold_code("巡察"): "inspection", fold_code("考核评估"): "assessment", fold_code("后评估"): "assessment",
    fold_code("明察暗访"): "secret_visit", fold_code("督导"): "supervision", fold_code("部门"): "department",
}  # fmt: skip
_WATER = {fold_code(word): word for word in CATEGORIES} | {fold_code("取水方便程度"): "方便程度"}
_WATER |= {fold_code("供水保证率"): "保证率", fold_code("取水时间"): "方便程度"}


class Line:
    """One row: its words, and every fault named by its column."""

    def __init__(self, number: int, cells: Mapping[str, Cell]) -> None:
        self.number = number
        self._cells = cells
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        return text(self._cells.get(name, ""))

    def day(self, name: str) -> date | None:
        return self._parsed(name, parse_date)

    def count(self, name: str) -> int | None:
        number = self._parsed(name, parse_number)
        if number is not None and (number != int(number) or not 0 <= number <= 32_767):
            self.faults.append(f"{name}应为 0 到 32767 的整数")
            return None
        return None if number is None else int(number)

    def id_number(self, name: str, today: date) -> str:
        if not self.text(name):
            return ""
        return self._parsed(name, lambda cell: clean_id(cell, today)) or ""

    def choice(self, name: str, table: Mapping[str, str], default: str = "") -> str:
        word = self.text(name)
        if not word:
            return default
        if fold_code(word) not in table:
            self.faults.append(f"{name}{quote(word)}不在目录内")
            return default
        return table[fold_code(word)]

    def level(self) -> str:
        return self.choice("反馈层级", _LEVELS, "self")

    def origin(self) -> str:
        return self.choice("来源", _ORIGINS, "department")

    def water(self) -> str:
        return self.choice("问题类别", _WATER)

    def _parsed(self, name: str, parse: Callable[[Cell], Any]) -> Any:
        try:
            return parse(self._cells.get(name, ""))
        except CellFault as fault:
            self.faults.append(f"{name}：{fault.message}")
            return None


def is_blank_row(values: Iterable[Cell]) -> bool:
    return not any(text(value) for value in values)
