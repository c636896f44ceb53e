"""The slow, obvious way to the same clues: one row after the other, plain Python, nothing of the program's own code.

Written from the contract alone, so that the quick way has something independent to agree with.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from benchmarks.child import Task
from benchmarks.files import FILES, File

Row = dict[str, Any]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_END = date(2026, 10, 31)
# Rule and risk of each feed, as the contract's section 5 has them.
_RULES = {
    "medical_costs": ("medical_burden", "因病"),
    "insurance_status": ("uninsured", "基本医疗"),
    "education_costs": ("education_cost", "因学"),
    "water": ("unsafe_water", "因安全饮水"),
    "employment": ("job_loss", "因务工就业不稳"),
    "industry_losses": ("industry_loss", "因产业项目失败"),
    "major_disease": ("major_disease", "因病"),
    "school_dropout": ("school_dropout", "义务教育"),
    "welfare_changes": ("welfare_exit", "收入"),
    "disability": ("severe_disability", "因残"),
    "housing": ("dangerous_house", "因安全住房"),
    "disasters": ("disaster_loss", "因自然灾害"),
}


def reference(folder: str, register: str) -> Task:
    """One stage; gives [household, risk, rule, figure or None] of everything that fires, sorted."""
    yield "ready"
    people, lifted, incomes = _register(Path(register))
    found: list[list[Any]] = []
    for household, income in incomes.items():
        if income < 8_800:
            found.append([household, "收入", "low_income", float(income)])
    for file in FILES:
        rule, risk = _RULES[file.feed]
        for household, figure in _judged(file, Path(folder), people, lifted).items():
            found.append([household, risk, rule, None if figure is None else float(figure)])
    yield sorted(found, key=lambda clue: clue[:3])


def _register(path: Path) -> tuple[dict[str, str], set[str], dict[str, Decimal]]:
    people, lifted, incomes = {}, set(), {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            people[row["公民身份号码"]] = row["户编号"]
            incomes[row["户编号"]] = Decimal(row["人均纯收入"])
            if row["户类型"] == "脱贫户":
                lifted.add(row["户编号"])
    return people, lifted, incomes


def _judged(file: File, folder: Path, people: dict[str, str], lifted: set[str]) -> dict[str, Decimal | None]:
    """Households that a file's rule fires for."""
    found: dict[str, Decimal | None] = {}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    seen: set[tuple[str, ...]] = set()
    own = [heading for heading, _ in file.columns if heading not in _OUTSIDE.get(file.feed, ())]
    for row in _rows(file, folder):
        number = _clean(row[file.id_heading])
        if number is None:
            continue
        key = (number, *[_plain(row[heading]) for heading in own])
        household = people.get(number)
        if key in seen or household is None:
            continue
        seen.add(key)
        amount = _AMOUNTS.get(file.feed)
        if amount:
            sums[household] += Decimal(_plain(row[amount]))
        elif _fires(file.feed, row, number):
            found[household] = None
    for household, total in sums.items():
        line = 10_000 if file.feed == "education_costs" else 5_000 if household in lifted else 20_000
        if total >= line:
            found[household] = total
    return found


_AMOUNTS = {"medical_costs": "个人自付", "education_costs": "自付金额"}
# Columns that the contract's table does not name count for nothing, not even for telling rows apart.
_OUTSIDE = {
    "insurance_status": ("备注",),
    "industry_losses": ("上报日期", "核实人", "备注"),
    "major_disease": ("住院天数", "主治医师", "备注"),
    "disability": ("经办人", "备注"),
}


def _rows(file: File, folder: Path) -> Iterator[Row]:
    if file.form != "xlsx":
        with (folder / file.name).open(encoding=file.form, newline="") as source:
            next(source)
            yield from csv.DictReader(source)
        return
    sheet = load_workbook(folder / file.name, read_only=True).worksheets[0]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    headings = [str(cell) for cell in next(rows)]
    for cells in rows:
        padded = [*cells, *[None] * (len(headings) - len(cells))]
        yield dict(zip(headings, padded, strict=False))


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def _clean(cell: Any) -> str | None:
    """The number of contract section 4, None for one that is rejected."""
    text = "".join(unicodedata.normalize("NFKC", str(cell or "")).split()).replace("'", "").replace("x", "X")
    if len(text) == 15 and text.isdigit():
        text = text[:6] + "19" + text[6:]
        text += _check(text)
    if len(text) != 18 or not text[:17].isdigit() or text[17] != _check(text):
        return None
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    return text if born <= _END else None


def _check(text: str) -> str:
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False)) % 11]


def _fires(feed: str, row: Row, number: str) -> bool:
    says = {heading: _plain(cell) for heading, cell in row.items()}
    if feed == "insurance_status":
        return says["参保状态"] in ("未参保", "中断")
    if feed == "water":
        short = float(says["水量"]) < 20 or float(says["取水时间"]) > 20 or float(says["缺水天数"]) > 36
        return short or says["水质结论"] == "不合格"
    if feed == "employment":
        return says["就业状态"] == "失业" and says["求职意愿"] == "是" and says["失业日期"] <= "2026-07-31"
    if feed == "industry_losses":
        return Decimal(says["损失金额"]) >= 10_000
    if feed == "major_disease":
        return says["治疗状态"] != "治愈"
    if feed == "school_dropout":
        return says["劝返情况"] != "已复学" and "20101031" < number[6:14] <= "20201031"
    if feed == "welfare_changes":
        return says["变动类型"] == "退出"
    if feed == "disability":
        return says["变动类型"] == "新办" and says["残疾等级"] in ("一级", "二级", "1", "2")
    if feed == "housing":
        return says["鉴定等级"].rstrip("级") in ("C", "D") and not says["竣工日期"]
    rooms, loss = Decimal(says["倒损房屋间数"] or 0), Decimal(says["直接经济损失"] or 0)
    return loss >= 5_000 or rooms >= 1 or says["伤亡"] not in ("", "0", "无", "否")
