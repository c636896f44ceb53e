"""The open faults of one rule number as a workbook, as county staff know it: one sheet for each source table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.utils import timezone

from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from households.heads import head_names
from quality.checks import CHECKS, Check
from quality.checks.base import VILLAGE
from quality.models import Fault
from quality.permissions import EXPORT
from sheets.clean import mask_id
from sheets.layout import SheetColumn, SheetLayout
from sheets.text import Cell
from sheets.write import Sheet, write_book

BASE, WORK, LIVING, PLACE = "自定义基础表", "务工月监测已外出务工表", "乡村建设基础表", "自定义行政村表"
SOURCES = {"work": WORK, "job": WORK, "living": LIVING, "village": PLACE}
COLUMNS = (
    SheetColumn(("序号",), 6, "seq"),
    SheetColumn(("规则编号",), 14),
    SheetColumn(("规则名称",), 26),
    SheetColumn(("级别",), 6),
    SheetColumn(("乡(镇)",), 12),
    SheetColumn(("行政村",), 12),
    SheetColumn(("户编号",), 22),
    SheetColumn(("户主",), 10),
    SheetColumn(("姓名",), 10),
    SheetColumn(("证件号码",), 20),
    SheetColumn(("问题",), 44),
    SheetColumn(("发现日期",), 12, "date"),
    SheetColumn(("整改时限",), 12, "date"),
)
CHUNK = 1_000


def source_of(check: Check) -> str:
    """The source table that a check reads."""
    return PLACE if check.scope == VILLAGE else SOURCES.get(check.group, BASE)


def of_number(check: Check) -> list[Check]:
    """All checks that stand for the rule number of this one."""
    if not check.refs:
        return [check]
    return [one for one in CHECKS.values() if check.refs[0] in one.refs]


def write_rule_book(*, check: Check, division: Division, path: Path, actor: User, at: datetime) -> int:
    """Write the open faults of a check's rule number in a place; numbers of persons go out masked. Says how many.

    Raises: OutOfScope, Forbidden: not his to take.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    today = timezone.localdate(at)
    by_source: dict[str, list[Check]] = {}
    for one in of_number(check):
        by_source.setdefault(source_of(one), []).append(one)
    sheets = [
        Sheet(_layout(name, check, division, today), _rows(checks, division, today))
        for name, checks in by_source.items()
    ]
    rows = sum(write_book(path, sheets))
    detail = {"check": check.code, "rows": rows, "masked": True}
    audit.record(actor=actor, at=at, action="ledger.exported", target=division, detail=detail)
    return rows


def _layout(name: str, check: Check, division: Division, today: date) -> SheetLayout:
    return SheetLayout(
        title=f"{division.name}{check.reference}问题清单",
        columns=COLUMNS,
        name=name,
        info=(f"规则：{check.title}", f"导出日期：{today.year}年{today.month}月{today.day}日", "单位：条"),
        freeze=3,
    )


def _rows(checks: list[Check], division: Division, today: date) -> Iterator[list[Cell]]:
    faults = Fault.objects.within(division).open(today).filter(check_code__in=[one.code for one in checks])
    listed = faults.select_related("household", "person", "village__parent").order_by(
        "village_id", "household_id", "id"
    )
    source = listed.iterator(chunk_size=CHUNK)
    while some := list(islice(source, CHUNK)):
        heads = head_names({fault.household_id for fault in some if fault.household_id})
        for fault in some:
            yield _row(fault, heads)


def _row(fault: Fault, heads: dict[int, str]) -> list[Cell]:
    rule, village = fault.rule, fault.village
    return [
        None,
        rule.reference if rule else fault.check_code,
        fault.title,
        fault.get_level_display(),
        village.parent.name if village.parent else "",
        village.name,
        fault.household.number if fault.household else "",
        heads.get(fault.household_id or 0, ""),
        fault.person.name if fault.person else "",
        mask_id(fault.person.id_number) if fault.person else "",
        fault.words,
        fault.found_on,
        fault.due_on,
    ]
